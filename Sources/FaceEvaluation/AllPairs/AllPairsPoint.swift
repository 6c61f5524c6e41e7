/// The share of genuine comparisons accepted at a false accept rate, over all pairs of a labelled set (rule `step`).
public struct AllPairsPoint: Sendable, Hashable {
    public let far: Double
    public let trueAcceptRate: Double
    /// Mean over identities of two or more rows of their own rate: one person with many photos owns most pairs.
    public let identityMean: Double
    /// A comparison is accepted when its score is larger.
    public let acceptAbove: Float
    /// False when ``acceptAbove`` is known to half a histogram bin only (2⁻¹⁸). The rates are exact in any case.
    public let thresholdIsExact: Bool
    /// Impostor comparisons accepted.
    public let falseAccepts: Int
    public let impostors: Int

    public var expectedFalseAccepts: Double { far * Double(impostors) }
    public var isReliable: Bool { expectedFalseAccepts >= 10 }
}
