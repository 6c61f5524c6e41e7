/// A confidence interval.
public struct Interval: Sendable, Hashable, Codable {
    public let low: Double
    public let high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// The middle `level` of resampled values; nil without values.
    public init?(resampled values: [Double], level: Double = 0.95) {
        guard !values.isEmpty else { return nil }
        low = percentile(values, (1 - level) / 2)
        high = percentile(values, (1 + level) / 2)
    }
}
