import FaceCore
import Synchronization

/// What a running job tells the queue, and hears from it.
final class JobContext: Sendable {
    let row: JobRow
    let cancellation = Cancellation()
    private let queue: JobQueue
    private let report: @Sendable (Job) -> Void
    private let state = Mutex(Shown())

    private struct Shown {
        var lastWrite = 0.0
        var started = Timestamp.now()
        var wish: String?
        var lost: LikenessError?
        var detail: [String: DetailValue] = [:]
        var done = 0
        var total: Int?
    }

    init(_ row: JobRow, _ queue: JobQueue, report: @escaping @Sendable (Job) -> Void) {
        (self.row, self.queue, self.report) = (row, queue, report)
    }

    /// Why the job was told to stop: `pause`, `cancel`, `stop` or nil.
    var wish: String? { state.withLock { $0.wish } }

    /// Says how far the job is; written at most twice a second. Throws `cancelled` when it is to stop, `lease-lost`.
    func progress(_ done: Int, of total: Int?, _ detail: [String: DetailValue] = [:]) throws(LikenessError) {
        let now = Timestamp.now()
        let due = state.withLock { s in
            (s.done, s.total) = (done, total)
            s.detail.merge(detail) { $1 }
            guard now - s.lastWrite >= 0.5 else { return false }
            s.lastWrite = now
            return true
        }
        if due { try beat() }
        try cancellation.check()
    }

    /// Renews the lease; also called by a thread of its own, so that one long step does not lose it.
    func beat() throws(LikenessError) {
        let s = state.withLock { $0 }
        if let lost = s.lost { throw lost }
        let seconds = Timestamp.now() - s.started
        let rate = seconds > 0.2 && s.done > 0 ? Double(s.done) / seconds : nil
        do throws(LikenessError) {
            let wish = try queue.renew(row, done: s.done, total: s.total, rate: rate, detail: s.detail)
            if let wish { stop(wish) }
        } catch {
            state.withLock { $0.lost = error }
            cancellation.cancel()
            throw error
        }
        if let job = try? queue.store.read({ try JobQueue.find($0, row.job.id).job }) { report(job) }
    }

    func stop(_ wish: String) {
        state.withLock { $0.wish = $0.wish ?? wish }
        cancellation.cancel()
    }
}
