import Foundation
import HTTPTypes
import Synchronization

/// Threads for work that blocks or computes, so that the threads which serve connections never wait.
///
/// Work waits in a queue of bounded length; what finds it full is refused at once, so that accepted requests stay quick
/// under overload.
package final class WorkPool: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let ready = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let most: Int
    package let threads: Int

    /// `waiting`: pieces of work that may wait. `nice`: how far its threads stand back where there are fewer cores than work.
    package init(_ name: String, threads: Int, waiting most: Int, nice: Int32 = 0) {
        self.most = most
        self.threads = threads
        for k in 0..<threads {
            let thread = Thread { [weak self, ended] in
                // on Linux: of this thread
                if nice > 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, nice) }
                while let work = self?.next() { work() }
                ended.signal()
            }
            thread.name = "\(name)-\(k)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    /// Runs `body` on one of the threads. Throws `busy` when too much is waiting, else what `body` throws.
    package func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<R, any Error>) in
            let isTaken = state.withLock { state in
                guard !state.isClosed, state.waiting.count < most + threads - state.running else { return false }
                state.waiting.append { continuation.resume(with: Result(catching: body)) }
                return true
            }
            if isTaken { ready.signal() } else { continuation.resume(throwing: Problem.busy) }
        }
    }

    /// Pieces of work that run or wait.
    package var load: Int { state.withLock { $0.waiting.count + $0.running } }

    /// Ends the threads once what waits is done, and returns when they have ended: nothing that they use is freed under
    /// them, and no network runs on while the process ends. A piece of work that takes longer than `patience` is left behind.
    package func close(patience: Double = 60) {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        for _ in 0..<threads { ready.signal() }
        let deadline = DispatchTime.now() + patience
        for _ in 0..<threads where ended.wait(timeout: deadline) == .timedOut { return }
    }

    private func next() -> (@Sendable () -> Void)? {
        ready.wait()
        let work = state.withLock { state -> (@Sendable () -> Void)? in
            guard !state.waiting.isEmpty else { return nil }
            state.running += 1
            return state.waiting.removeFirst()
        }
        guard let work else { return nil }
        return {
            work()
            self.state.withLock { $0.running -= 1 }
        }
    }
}

extension Problem {
    /// Too much is asked at once.
    package static var busy: Problem {
        Problem(.busy, "too many requests are waiting", headers: [.retryAfter: "2"])
    }
}
