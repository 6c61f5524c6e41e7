/// The quality of a comparison from the qualities of both sides.
public enum PairQuality: String, Sendable, Hashable, Codable, CaseIterable {
    /// A comparison is as good as its worse side. The default.
    case minimum
    case geometricMean = "geometric_mean"
    case mean

    public func combine(_ a: Double, _ b: Double) -> Double {
        switch self {
        case .minimum: min(a, b)
        case .geometricMean: (a * b).squareRoot()
        case .mean: (a + b) / 2
        }
    }
}
