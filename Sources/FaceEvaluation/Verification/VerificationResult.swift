public import FaceCore

/// Accuracy by k-fold cross-validation with its rule, and the pooled curve of all comparisons.
///
/// Each fold is decided with a threshold chosen on the other folds (LFW View 2: Huang & Learned-Miller 2014). The
/// curve, area, equal error rate and operating points pool the scores of all folds.
public struct VerificationResult: Sendable {
    public struct Fold: Sendable, Hashable {
        /// Indices of the comparisons decided in this fold.
        public let range: Range<Int>
        /// In the unit of the rule's comparison: a score, or a squared distance.
        public let threshold: Double
        public let right: Int
        public var accuracy: Double { Double(right) / Double(range.count) }
    }

    public let rule: ThresholdRule
    public let folds: [Fold]
    public let curve: ReceiverCurve
    public var pairs: Int { curve.genuine + curve.impostors }

    /// Mean of the folds' accuracies.
    public var accuracy: Double { compensatedSum(folds.map(\.accuracy)) / Double(folds.count) }
    /// Deviation of the folds with divisor k, which many papers print after "±".
    public var deviation: Double { (squares / Double(folds.count)).squareRoot() }
    /// Sample deviation (divisor k − 1) over √k, the standard error of the LFW reports; NaN for one fold.
    public var standardError: Double {
        (squares / Double(folds.count - 1)).squareRoot() / Double(folds.count).squareRoot()
    }
    public var meanThreshold: Double { compensatedSum(folds.map(\.threshold)) / Double(folds.count) }
    public var auc: Double { curve.area }
    public var eer: Double { curve.equalErrorRate() }

    private var squares: Double {
        let mean = accuracy
        return compensatedSum(folds.map { ($0.accuracy - mean) * ($0.accuracy - mean) })
    }

    /// Whether each comparison was decided right at its fold's threshold; false where no fold holds it.
    public func decisions(_ pairs: ScoredPairs) -> [Bool] {
        var right = [Bool](repeating: false, count: pairs.scores.count)
        for fold in folds {
            for i in fold.range {
                right[i] = rule.comparison.isRight(
                    score: pairs.scores[i], same: pairs.same[i], threshold: fold.threshold)
            }
        }
        return right
    }

    /// k contiguous folds of comparisons in the given order; the first n mod k have one more.
    ///
    /// Throws what ``ScoredPairs`` throws, and `usage` when the folds do not fit.
    public static func evaluate(
        scores: some Collection<Double>, same: some Collection<Bool>, folds: Int = 10,
        rule: ThresholdRule = .midpointMean
    ) throws(LikenessError) -> VerificationResult {
        let pairs = try ScoredPairs(scores: scores, same: same)
        return try evaluate(pairs, folds: foldBounds(pairs.scores.count, folds: folds), rule: rule)
    }

    public static func evaluate(
        scores: some Collection<Float>, same: some Collection<Bool>, folds: Int = 10,
        rule: ThresholdRule = .midpointMean
    ) throws(LikenessError) -> VerificationResult {
        try evaluate(scores: scores.map(Double.init), same: same, folds: folds, rule: rule)
    }

    /// Folds as ranges of indices, disjoint, each leaving something to choose a threshold on. O(k·n log n).
    public static func evaluate(
        _ pairs: ScoredPairs, folds: [Range<Int>], rule: ThresholdRule = .midpointMean
    ) throws(LikenessError) -> VerificationResult {
        try check(folds, of: pairs.scores.count)
        let comparison = rule.comparison
        let decided = folds.map { range in
            let t = ThresholdChoice(pairs, outside: range).threshold(rule)
            let right = range.count {
                comparison.isRight(score: pairs.scores[$0], same: pairs.same[$0], threshold: t)
            }
            return Fold(range: range, threshold: t, right: right)
        }
        return VerificationResult(rule: rule, folds: decided, curve: ReceiverCurve(pairs))
    }

    /// Contiguous ranges over 0..<n; throws `usage` for fewer than two folds or more folds than comparisons.
    public static func foldBounds(_ n: Int, folds k: Int) throws(LikenessError) -> [Range<Int>] {
        guard k >= 2, k <= n else {
            throw LikenessError(.usage, subject: "folds", "\(n) comparisons cannot be cut into \(k) folds")
        }
        var start = 0
        return (0..<k).map { i in
            let end = start + n / k + (i < n % k ? 1 : 0)
            defer { start = end }
            return start..<end
        }
    }

    private static func check(_ folds: [Range<Int>], of n: Int) throws(LikenessError) {
        for r in folds where r.isEmpty || r.lowerBound < 0 || r.upperBound > n || r.count == n {
            throw LikenessError(.usage, subject: "folds", "the fold \(r) does not fit \(n) comparisons")
        }
        let sorted = folds.sorted { $0.lowerBound < $1.lowerBound }
        guard !folds.isEmpty, zip(sorted, sorted.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else {
            throw LikenessError(.usage, subject: "folds", "the folds overlap, or there are none")
        }
    }
}
