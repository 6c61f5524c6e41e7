import Glibc

/// How fast a measurement ran: kept beside every quality record, since quality at any price is another question.
public struct Throughput: Sendable, Codable, Hashable {
    /// What was counted: comparisons, photos, probes …
    public var unit: String
    public var items: Int
    /// On the clock, from the first file read to the last figure.
    public var seconds: Double
    /// Of all threads together.
    public var processorSeconds: Double
    public var perSecond: Double
    public var threads: Int

    /// A clock that starts now.
    public struct Stopwatch: Sendable {
        private let began = ContinuousClock.now
        private let processor = Self.processorSeconds()

        public init() {}

        public func throughput(_ items: Int, _ unit: String, threads: Int) -> Throughput {
            let seconds = max(1e-9, (ContinuousClock.now - began) / .seconds(1))
            return Throughput(
                unit: unit, items: items, seconds: seconds, processorSeconds: Self.processorSeconds() - processor,
                perSecond: Double(items) / seconds, threads: threads)
        }

        private static func processorSeconds() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }
}
