/// Where a measure begins to cost recognition (`good`) and where it makes a face useless (`bad`).
public struct QualityRamp: Sendable, Hashable {
    public var bad: Float
    public var good: Float

    public init(bad: Float, good: Float) {
        self.bad = bad
        self.good = good
    }

    /// 0 at `bad` and beyond, 1 at `good` and beyond, linear between; either may be the larger.
    public func callAsFunction(_ x: Float) -> Float {
        guard x.isFinite, good != bad else { return x == good ? 1 : 0 }
        return max(0, min(1, (x - bad) / (good - bad)))
    }
}
