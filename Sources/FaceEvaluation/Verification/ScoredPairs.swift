public import FaceCore

/// Comparisons with their similarity and whether both sides are one person, in rising order of similarity.
///
/// Similarity: larger means more alike. The order is computed once and serves every metric, fold and resample.
public struct ScoredPairs: Sendable {
    /// As given: similarity of each comparison.
    public let scores: [Double]
    /// As given: whether both sides are one person.
    public let same: [Bool]
    /// Indices of the comparisons by rising similarity, ties in the given order.
    let order: [Int]
    public let genuine: Int
    public var impostors: Int { scores.count - genuine }

    /// Throws `length-mismatch`, `empty`, `non-finite`, `no-genuine` or `no-impostor`. O(n log n).
    public init(scores: some Collection<Double>, same: some Collection<Bool>) throws(LikenessError) {
        let scores = Array(scores)
        let same = Array(same)
        guard scores.count == same.count else {
            throw LikenessError(.lengthMismatch, "\(scores.count) scores come with \(same.count) labels")
        }
        guard !scores.isEmpty else { throw LikenessError(.emptyInput, "there is no comparison to measure") }
        if let bad = scores.firstIndex(where: { !$0.isFinite }) {
            throw LikenessError(.nonFinite, subject: "comparison \(bad)", "the score is \(scores[bad])")
        }
        let genuine = same.count { $0 }
        guard genuine > 0 else { throw LikenessError(.noGenuine, "no comparison is of one person") }
        guard genuine < same.count else { throw LikenessError(.noImpostor, "no comparison is of different people") }
        self.scores = scores
        self.same = same
        self.genuine = genuine
        order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] < scores[$1] : $0 < $1 }
    }

    public init(scores: some Collection<Float>, same: some Collection<Bool>) throws(LikenessError) {
        try self.init(scores: scores.map(Double.init), same: same)
    }
}
