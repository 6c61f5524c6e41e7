public import FaceCore
import Foundation
import Synchronization

/// Does the jobs of a library, one at a time, on a thread of its own or on the caller's.
public final class JobRunner: Sendable {
    /// Makes the analyser when the first job needs it: loading networks takes seconds.
    public typealias AnalyserMaker = @Sendable () throws(LikenessError) -> any PhotoAnalyser

    private let library: PhotoLibrary
    private let threads: Int
    private let work: JobWork
    private let owner = Identifier.fresh("run")
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)

    private struct State {
        var isRunning = false
        var stops = false
        var current: JobContext?
    }

    public init(_ library: PhotoLibrary, threads: Int = availableThreads(), analyser: @escaping AnalyserMaker) {
        self.library = library
        self.threads = threads
        work = JobWork(library: library, threads: threads, analyser: analyser)
    }

    /// Seconds between looks at what is too old to be kept.
    private static let retentionEvery = 3600.0

    /// Starts the thread.
    public func start() {
        let fresh = state.withLock { s in
            defer { s.isRunning = true }
            return !s.isRunning
        }
        guard fresh else { return }
        let thread = Thread { [self] in
            var lastRetention = -Double.infinity
            var thinksAt = ContinuousClock.now
            while !state.withLock({ $0.stops }) {
                // a clock that was put back must not stop it for years
                if abs(library.store.now() - lastRetention) > Self.retentionEvery {
                    lastRetention = library.store.now()
                    _ = try? library.enqueueRetention()
                }
                if (try? step()) ?? false { continue }
                if ContinuousClock.now >= thinksAt {
                    let started = ContinuousClock.now
                    if (try? library.refreshQuestions()) == nil { Thread.sleep(forTimeInterval: 1) }
                    // while people decide much, thinking of questions takes a tenth of the time and no more
                    thinksAt = started.advanced(by: min((ContinuousClock.now - started) * 10, .seconds(5)))
                }
                Thread.sleep(forTimeInterval: 0.25)
            }
            ended.signal()
        }
        thread.name = "likeness-jobs"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Hands the running job back and returns when the thread has ended.
    public func stop() {
        let running = state.withLock { s in
            s.stops = true
            s.current?.stop("stop")
            return s.isRunning
        }
        if running { ended.wait() }
    }

    /// Works on the calling thread until nothing is left that may run. `job`: until that one has ended.
    public func runUntilIdle(cancellation: Cancellation = Cancellation()) throws(LikenessError) {
        // a thread that ends with this call: nothing holds the library, and its lock, any longer than the caller does
        let (stop, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let watch = Thread { [weak self] in
            while stop.wait(timeout: .now() + 0.1) == .timedOut {
                if cancellation.isCancelled { self?.state.withLock { $0.current?.stop("stop") } }
            }
            ended.signal()
        }
        watch.start()
        defer {
            stop.signal()
            ended.wait()
        }
        while !cancellation.isCancelled {
            if try step() { continue }
            // what failed for a moment is waited for, as long as that is not long
            guard let next = try library.queue.nextStart(), next - library.store.now() < 20 else { break }
            Thread.sleep(forTimeInterval: max(0.05, next - library.store.now()))
        }
        try cancellation.check()
    }

    /// Does one job; false when none waits.
    private func step() throws(LikenessError) -> Bool {
        guard let row = try library.queue.take(owner: owner) else { return false }
        let feed = library.changes
        let context = JobContext(row, library.queue) { feed.send(.job($0)) }
        state.withLock { s in
            s.current = context
            if s.stops { context.stop("stop") }
        }
        defer { state.withLock { $0.current = nil } }
        let beats = Heartbeat(context)
        defer { beats.end() }
        do throws(LikenessError) {
            let detail = try work.perform(context)
            beats.end()
            try library.queue.finish(row, detail: detail)
        } catch {
            beats.end()
            try settle(row, context, error)
        }
        if let job = try? library.job(row.job.id) { feed.send(.job(job)) }
        return true
    }

    private func settle(_ row: JobRow, _ context: JobContext, _ error: LikenessError) throws(LikenessError) {
        if error.code == .leaseLost { return }
        do throws(LikenessError) {
            switch context.wish {
            case "pause"?: try library.queue.handBack(row, as: .paused)
            case "cancel"?: try library.queue.handBack(row, as: .cancelled)
            case "stop"?: try library.queue.handBack(row, as: .queued)
            default: try library.queue.fail(row, error)
            }
        } catch  where error.code == .leaseLost {
            return
        }
    }
}

/// Renews the lease of a job from a thread of its own, every fifteen seconds.
private final class Heartbeat: Sendable {
    private let stopped = Mutex(false)

    init(_ context: JobContext) {
        let thread = Thread { [self] in
            var waited = 0.0
            while !stopped.withLock({ $0 }) {
                Thread.sleep(forTimeInterval: 0.25)
                waited += 0.25
                guard waited >= 15 else { continue }
                waited = 0
                if (try? context.beat()) == nil { return }
            }
        }
        thread.name = "likeness-lease"
        thread.start()
    }

    func end() { stopped.withLock { $0 = true } }
}
