/// The factor that keeps small gradients of half precision above zero: doubled after a run of good steps, halved, and the
/// step skipped, when a gradient is not finite.
public struct LossScaler: Sendable, Hashable, Codable {
    public private(set) var factor: Double
    public private(set) var good = 0
    private static let patience = 2000

    /// 2¹⁰ for float16; 1, and never changed, where the range of float32 is kept.
    public init(isNeeded: Bool) { factor = isNeeded ? 1024 : 1 }

    /// Takes note of a step's gradients; false: skip the step.
    public mutating func observe(finite: Bool) -> Bool {
        guard factor != 1 || !finite else { return true }
        if !finite {
            factor = max(1, factor / 2)
            good = 0
            return false
        }
        good += 1
        if good == Self.patience { (factor, good) = (factor * 2, 0) }
        return true
    }
}
