package import FaceCore
import Synchronization

/// Dry runs of groupings: minutes of all cores in a large library, so one at a time, on a thread of its own, ended when
/// nobody waits for it any more.
package final class GroupingTrials: Sendable {
    private struct State {
        var running: (who: String, cancellation: Cancellation)?
        /// The number of the last wish of each person.
        var last: [String: Int] = [:]
        var count = 0
    }

    /// How long a newer wish waits for the older one of the same person to end.
    private static let patience = Duration.seconds(20)

    private let pool = WorkPool("likeness-trial", threads: 1, waiting: 1)
    private let state = Mutex(State())

    package init() {}

    /// Runs `body` once the place is free. Throws `busy` while somebody else tries, and to the older wish of two of the
    /// same person; what `body` throws when it is cancelled, because the client of `call` has gone or the server ends.
    package func run<R: Sendable>(
        who: String, call: Call?, _ body: @escaping @Sendable (Cancellation) throws -> R
    ) async throws -> R {
        let cancellation = Cancellation()
        try await begin(who, cancellation)
        defer { state.withLock { $0.running = nil } }
        let pool = pool
        guard let call else { return try await pool.run { try body(cancellation) } }
        return try await call.whileConnected {
            try await pool.run { try body(cancellation) }
        } leave: {
            cancellation.cancel()
        }
    }

    /// Waits for the place. Who moves a slider on no longer wants the answer for where it stood.
    private func begin(_ who: String, _ cancellation: Cancellation) async throws {
        let number = state.withLock { state in
            state.count += 1
            state.last[who] = state.count
            if state.running?.who == who { state.running?.cancellation.cancel() }
            return state.count
        }
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let verdict: Bool? = state.withLock { state in
                if state.last[who] != number { return nil }
                if let running = state.running { return running.who == who ? false : nil }
                state.running = (who, cancellation)
                state.last[who] = nil
                return true
            }
            guard let verdict else { throw Problem.busy }
            if verdict { return }
            guard ContinuousClock.now < deadline else { throw Problem.busy }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    package func close() {
        state.withLock { $0.running?.cancellation.cancel() }
        pool.close()
    }
}
