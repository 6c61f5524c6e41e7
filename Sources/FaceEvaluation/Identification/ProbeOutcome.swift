public import FaceCore

/// What searching one probe in a gallery gave. An identity's score is the best of its gallery entries.
public struct ProbeOutcome: Sendable, Hashable {
    /// Score of the probe's own identity; nil when it is not in the gallery.
    public let mate: Double?
    /// Other identities with a larger, and with the same score as the mate; 0 without a mate.
    public let better: Int
    public let equal: Int
    /// The largest score of any identity.
    public let best: Double

    public init(mate: Double?, better: Int, equal: Int, best: Double) {
        self.mate = mate
        self.better = better
        self.equal = equal
        self.best = best
    }

    /// From the scores of one probe against every gallery entry. Throws `length-mismatch`, `empty` and `non-finite`.
    public init(scores: [Double], gallery: [Int], identity: Int) throws(LikenessError) {
        guard scores.count == gallery.count else {
            throw LikenessError(.lengthMismatch, "\(scores.count) scores come with \(gallery.count) gallery labels")
        }
        guard !scores.isEmpty else { throw LikenessError(.emptyInput, "the gallery is empty") }
        guard scores.allSatisfy(\.isFinite) else {
            throw LikenessError(.nonFinite, "a score of the probe is not a number")
        }
        let best = Dictionary(zip(gallery, scores), uniquingKeysWith: max)
        let mate = best[identity]
        self.init(
            mate: mate, better: best.count { $0.key != identity && $0.value > mate ?? .infinity },
            equal: best.count { $0.key != identity && $0.value == mate },
            best: best.values.max() ?? 0)
    }

    /// 1 for the first place; nil without a mate. Halves occur by the rule `mean`.
    public func rank(_ rule: TieRule = .pessimistic) -> Double? {
        guard mate != nil else { return nil }
        switch rule {
        case .optimistic: return Double(1 + better)
        case .pessimistic: return Double(1 + better + equal)
        case .mean: return Double(1 + better) + Double(equal) / 2
        }
    }
}
