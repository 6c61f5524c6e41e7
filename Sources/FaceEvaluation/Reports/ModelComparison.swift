public import FaceCore

/// Two models on the same comparisons: differences with paired intervals, and McNemar's test of the decisions.
public struct ModelComparison: Sendable, Codable, Hashable {
    /// second − first.
    public struct Difference: Sendable, Codable, Hashable {
        public var figure: String
        public var first: Double
        public var second: Double
        public var difference: Double
        /// 95 % of the resampled differences; both models see the same draws of identities.
        public var interval: Interval?
        /// Twice the smaller share of resamples on either side of no difference, at most 1 (at least 1/resamples).
        public var chance: Double?
    }

    public struct Decisions: Sendable, Codable, Hashable {
        public var onlyFirst: Int
        public var onlySecond: Int
        /// Exact two-sided chance of a split at least as uneven.
        public var chance: Double
    }

    public var rule: String
    public var pairs: Int
    public var resamples: Int
    public var used: Int
    public var seed: UInt64
    public var differences: [Difference]
    public var mcnemar: Decisions

    /// Both lists come from one list of comparisons with the same items found. Throws `length-mismatch` when the
    /// comparisons differ, and what ``VerificationResult`` and ``IdentityBootstrap`` throw.
    public init(
        _ first: ScoredList, _ second: ScoredList, rule: ThresholdRule, rates: [Double], resamples: Int = 1000,
        seed: UInt64 = 1
    ) throws(LikenessError) {
        guard first.comparisons == second.comparisons else {
            throw LikenessError(
                .lengthMismatch, "the models were not measured on the same comparisons",
                remedy: "give both the vectors of all items of the list")
        }
        let a = try VerificationResult.evaluate(first.pairs, folds: first.folds, rule: rule)
        let b = try VerificationResult.evaluate(second.pairs, folds: second.folds, rule: rule)
        let (rightA, rightB) = (a.decisions(first.pairs), b.decisions(second.pairs))
        let drawnA = try Self.drawn(first, rightA, rates, resamples, seed)
        let drawnB = try Self.drawn(second, rightB, rates, resamples, seed)
        // a resample without both kinds is missing in both: the weights are the same
        let pairs = zip(drawnA, drawnB).compactMap { x, y in x.flatMap { x in y.map { (x, $0) } } }
        var differences = [
            Self.difference("accuracy", a.accuracy, b.accuracy, pairs.map { $1.right - $0.right }),
            Self.difference("auc", a.auc, b.auc, pairs.map { $1.auc - $0.auc }),
            Self.difference("eer", a.eer, b.eer, pairs.map { $1.eer - $0.eer }),
        ]
        for (k, far) in rates.enumerated() {
            let (x, y) = (try a.curve.operatingPoint(far: far), try b.curve.operatingPoint(far: far))
            differences.append(
                Self.difference(
                    "tar@\(far)", x.trueAcceptRate, y.trueAcceptRate, pairs.map { $1.tar[k] - $0.tar[k] }))
        }
        let test = McNemar(rightA, rightB)
        self.rule = rule.rawValue
        self.pairs = a.pairs
        (self.resamples, used, self.seed) = (resamples, pairs.count, seed)
        self.differences = differences
        mcnemar = Decisions(onlyFirst: test.onlyFirst, onlySecond: test.onlySecond, chance: test.exactChance)
    }

    private static func drawn(
        _ list: ScoredList, _ right: [Bool], _ rates: [Double], _ count: Int, _ seed: UInt64
    ) throws(LikenessError) -> [ResampledFigures?] {
        try IdentityBootstrap(list.pairs, left: list.identities.left, right: list.identities.right)
            .resample(count, seed: seed) { curve, weights in
                ResampledFigures(curve, rates, rightShare: weightedShare(right, weights))
            }
    }

    private static func difference(
        _ name: String, _ first: Double, _ second: Double, _ drawn: [Double]
    ) -> Difference {
        var chance: Double?
        if !drawn.isEmpty {
            // no difference at all counts on both sides
            let (low, high) = (drawn.count { $0 <= 0 }, drawn.count { $0 >= 0 })
            chance = min(1, Double(max(1, 2 * min(low, high))) / Double(drawn.count))
        }
        return Difference(
            figure: name, first: first, second: second, difference: second - first,
            interval: Interval(resampled: drawn), chance: chance)
    }
}
