public import FaceCore

/// Confidence intervals by resampling identities: comparisons that share a person are not independent.
///
/// An identity drawn w times gives its genuine comparisons weight w; an impostor comparison of i and j has weight
/// w_i·w_j. Resamples that leave a kind without weight are skipped and counted.
public struct IdentityBootstrap: Sendable {
    public let pairs: ScoredPairs
    /// Numbers 0..<identities of both sides of each comparison.
    private let left: [Int]
    private let right: [Int]
    public let identities: Int

    /// Identity labels of both sides of each comparison, any numbers. Throws `length-mismatch`, and `bad-data` when a
    /// comparison is called genuine and has two identities, or the reverse.
    public init(_ pairs: ScoredPairs, left: [Int], right: [Int]) throws(LikenessError) {
        guard left.count == pairs.scores.count, right.count == pairs.scores.count else {
            throw LikenessError(.lengthMismatch, "\(pairs.scores.count) comparisons need as many identities a side")
        }
        if let bad = left.indices.first(where: { (left[$0] == right[$0]) != pairs.same[$0] }) {
            throw LikenessError(
                .badData, subject: "comparison \(bad)",
                "identities \(left[bad]) and \(right[bad]) contradict the label \(pairs.same[bad] ? "same" : "different")"
            )
        }
        let labels = Set(left).union(right).sorted()
        let number = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        self.pairs = pairs
        self.left = left.map { number[$0] ?? 0 }
        self.right = right.map { number[$0] ?? 0 }
        identities = labels.count
    }

    /// The weight of each comparison in the resample in which identity i (by rising label) is drawn `draws[i]` times.
    public func weights(draws: [Int]) -> [Int] {
        precondition(draws.count == identities, "one count an identity")
        return left.indices.map { left[$0] == right[$0] ? draws[left[$0]] : draws[left[$0]] * draws[right[$0]] }
    }

    /// The curve of such a resample; nil when a kind has no weight.
    public func curve(draws: [Int]) -> ReceiverCurve? { ReceiverCurve(pairs, weights: weights(draws: draws)) }

    /// What `statistic` makes of the curve and the weights of each of `count` resamples; nil for a resample without
    /// both kinds.
    ///
    /// Resample r depends on the seed and r alone, so two models measured with one seed share their draws.
    public func resample<T: Sendable>(
        _ count: Int = 1000, seed: UInt64 = 0, _ statistic: @escaping @Sendable (ReceiverCurve, [Int]) -> T
    ) -> [T?] {
        let slots = ParallelSlots<T>(count)
        parallelFor(count) { r in
            let weights = weights(draws: Self.draws(identities, seed: seed, resample: r))
            slots.set(r, ReceiverCurve(pairs, weights: weights).map { statistic($0, weights) })
        }
        return slots.values
    }

    static func draws(_ n: Int, seed: UInt64, resample r: Int) -> [Int] {
        var random = SeededRandom(seed: seed &+ UInt64(r) &* 0xD1B5_4A32_D192_ED03)
        var out = [Int](repeating: 0, count: n)
        for _ in 0..<n { out[Int.random(in: 0..<n, using: &random)] += 1 }
        return out
    }
}
