public import FaceCore

/// The figures of a verification as they are printed and stored: each with its rule, its count and its interval.
/// Fractions, never per cent.
public struct VerificationSummary: Sendable, Codable, Hashable {
    public struct Accuracy: Sendable, Codable, Hashable {
        public var mean: Double
        /// Deviation over folds, divisor k.
        public var sd: Double
        /// Sample deviation over √k, what the LFW reports print.
        public var standardError: Double
        public var interval: Interval?
    }

    public struct Fold: Sendable, Codable, Hashable {
        public var pairs: Int
        public var threshold: Double
        public var accuracy: Double
    }

    public struct Rate: Sendable, Codable, Hashable {
        public var far: Double
        public var value: Double
        public var interval: Interval?
        /// Accept scores ≥ it; nil: nothing is accepted. By ``acceptAbove`` where that is given.
        public var threshold: Double?
        /// Accept scores above it (all pairs).
        public var acceptAbove: Double?
        /// Mean over identities of their own rate (all pairs).
        public var identityMean: Double?
        public var impostors: Int
        public var expectedFalseAccepts: Double
        /// Fewer than 10 expected false accepts are too few.
        public var reliable: Bool
    }

    public struct Bootstrap: Sendable, Codable, Hashable {
        public var unit = "identities"
        public var resamples: Int
        public var used: Int
        public var seed: UInt64
    }

    public var `protocol`: String
    public var rule: String?
    public var convention = FalseAcceptConvention.step.rawValue
    public var pairs: Int
    public var genuine: Int
    public var impostors: Int
    /// Comparisons without a vector, and comparisons (for all pairs: rows) that an exclusion list names.
    public var missing = 0
    public var excluded = 0
    /// Photos in which no face was found: vectors of zeros, similarity 0. nil where vectors were given.
    public var withoutFace: Int?
    public var accuracy: Accuracy?
    public var folds: [Fold]?
    /// Whether the list itself says which comparison is in which fold.
    public var foldsDeclared: Bool?
    public var meanThreshold: Double?
    public var auc: Double
    public var aucInterval: Interval?
    public var eer: Double
    public var eerInterval: Interval?
    public var tar: [Rate]
    public var bootstrap: Bootstrap?

    /// k-fold figures of a list; `resamples` of 0 leaves the intervals out, and so do identities that contradict the
    /// list. Throws what ``VerificationResult`` throws.
    public init(
        _ list: ScoredList, protocol name: String, rule: ThresholdRule, rates: [Double], resamples: Int = 1000,
        seed: UInt64 = 1
    ) throws(LikenessError) {
        let result = try VerificationResult.evaluate(list.pairs, folds: list.folds, rule: rule)
        `protocol` = name
        self.rule = rule.rawValue
        (pairs, genuine, impostors) = (result.pairs, result.curve.genuine, result.curve.impostors)
        (missing, excluded) = (list.missing.count, list.excluded)
        accuracy = Accuracy(
            mean: result.accuracy, sd: result.deviation, standardError: result.standardError, interval: nil)
        folds = result.folds.map { Fold(pairs: $0.range.count, threshold: $0.threshold, accuracy: $0.accuracy) }
        foldsDeclared = list.declaresFolds
        meanThreshold = result.meanThreshold
        (auc, eer) = (result.auc, result.eer)
        var tar: [Rate] = []
        for far in rates {
            let p = try result.curve.operatingPoint(far: far)
            tar.append(
                Rate(
                    far: far, value: p.trueAcceptRate, threshold: p.threshold, impostors: p.impostors,
                    expectedFalseAccepts: p.expectedFalseAccepts, reliable: p.isReliable))
        }
        self.tar = tar
        if resamples > 0 { resample(list, result, resamples, seed) }
    }

    private mutating func resample(_ list: ScoredList, _ result: VerificationResult, _ count: Int, _ seed: UInt64) {
        let (left, right) = list.identities
        guard let bootstrap = try? IdentityBootstrap(list.pairs, left: left, right: right) else { return }
        let decided = result.decisions(list.pairs)
        let rates = tar.map(\.far)
        let drawn = bootstrap.resample(count, seed: seed) { curve, weights in
            ResampledFigures(curve, rates, rightShare: weightedShare(decided, weights))
        }.compactMap { $0 }
        self.bootstrap = Bootstrap(resamples: count, used: drawn.count, seed: seed)
        accuracy?.interval = Interval(resampled: drawn.map(\.right))
        aucInterval = Interval(resampled: drawn.map(\.auc))
        eerInterval = Interval(resampled: drawn.map(\.eer))
        for k in tar.indices { tar[k].interval = Interval(resampled: drawn.map { $0.tar[k] }) }
    }

    /// All pairs of a labelled set.
    public init(_ report: AllPairsReport, excluded: Int) {
        `protocol` = "all-pairs"
        (genuine, impostors) = (report.genuine, report.impostors)
        pairs = report.genuine + report.impostors
        self.excluded = excluded
        missing = report.withoutVector
        (auc, eer) = (report.auc, report.eer)
        tar = report.points.map { p in
            Rate(
                far: p.far, value: p.trueAcceptRate, acceptAbove: Double(p.acceptAbove), identityMean: p.identityMean,
                impostors: p.impostors, expectedFalseAccepts: p.expectedFalseAccepts, reliable: p.isReliable)
        }
        guard let intervals = report.intervals else { return }
        (aucInterval, eerInterval) = (intervals.auc, intervals.eer)
        for (k, interval) in intervals.rates.enumerated() { tar[k].interval = interval }
        bootstrap = Bootstrap(resamples: intervals.resamples, used: intervals.used, seed: report.seed)
    }
}

/// The figures of one resample.
struct ResampledFigures: Sendable {
    let auc: Double
    let eer: Double
    let tar: [Double]
    let right: Double

    /// Rates lie in 0…1: they were read before on the whole curve.
    init(_ curve: ReceiverCurve, _ rates: [Double], rightShare: Double) {
        auc = curve.area
        eer = curve.equalErrorRate()
        tar = rates.map { (try? curve.operatingPoint(far: $0))?.trueAcceptRate ?? .nan }
        right = rightShare
    }
}

/// Weight of the right decisions over all weight.
func weightedShare(_ right: [Bool], _ weights: [Int]) -> Double {
    var (hit, all) = (0, 0)
    for (r, w) in zip(right, weights) {
        all += w
        if r { hit += w }
    }
    return Double(hit) / Double(all)
}
