import Synchronization

/// Counts the done part of a job from any thread and tells a receiver a few times a second.
///
/// (The name `Progress` belongs to Foundation.)
public final class ProgressMeter: Sendable {
    /// Where a job stands.
    public struct Report: Sendable, Hashable {
        /// What is being done: "detect", "neighbours".
        public var stage: String
        public var done: Int
        /// nil when the end is not known.
        public var total: Int?
        /// Seconds since the job began.
        public var elapsed: Double
        public var isFinished: Bool

        /// Items a second, from the start.
        public var rate: Double { elapsed > 0 ? Double(done) / elapsed : 0 }
        /// Seconds to the end at the present rate; nil when that cannot be told.
        public var remaining: Double? {
            guard let total, done > 0 else { return nil }
            return Double(max(0, total - done)) * elapsed / Double(done)
        }
    }

    private let stage: String
    private let total: Int?
    private let interval: Int64
    private let clock: @Sendable () -> Int64
    private let start: Int64
    private let done = Atomic<Int>(0)
    private let next: Atomic<Int64>
    private let finished = Atomic<Bool>(false)
    private let receive: @Sendable (Report) -> Void

    /// Reports go to `receive`, on whichever thread counts, at most once in `interval`, and once more at the end.
    public convenience init(
        _ stage: String, total: Int? = nil, interval: Duration = .milliseconds(250),
        receive: @escaping @Sendable (Report) -> Void
    ) {
        let origin = ContinuousClock.now
        self.init(
            stage, total: total, interval: interval, clock: { nanoseconds(ContinuousClock.now - origin) }, receive)
    }

    /// The clock gives nanoseconds from any origin; tests turn their own.
    package init(
        _ stage: String, total: Int?, interval: Duration, clock: @escaping @Sendable () -> Int64,
        _ receive: @escaping @Sendable (Report) -> Void
    ) {
        self.stage = stage
        self.total = total
        self.interval = nanoseconds(interval)
        self.clock = clock
        self.receive = receive
        start = clock()
        next = Atomic(start + nanoseconds(interval))
    }

    /// Counts `n` more items as done.
    public func advance(by n: Int = 1) {
        done.wrappingAdd(n, ordering: .relaxed)
        let now = clock()
        let due = next.load(ordering: .relaxed)
        guard now >= due, !finished.load(ordering: .relaxed) else { return }
        // one of the threads that come here at once wins and reports
        guard next.compareExchange(expected: due, desired: now + interval, ordering: .relaxed).exchanged else { return }
        report(at: now, isFinished: false)
    }

    /// Sends the last report; later calls do nothing.
    public func finish() {
        guard !finished.exchange(true, ordering: .relaxed) else { return }
        report(at: clock(), isFinished: true)
    }

    private func report(at now: Int64, isFinished: Bool) {
        receive(
            Report(
                stage: stage, done: done.load(ordering: .relaxed), total: total, elapsed: Double(now - start) * 1e-9,
                isFinished: isFinished))
    }
}

private func nanoseconds(_ d: Duration) -> Int64 {
    d.components.seconds * 1_000_000_000 + d.components.attoseconds / 1_000_000_000
}
