public import FaceCore

/// Agreement of a grouping with the truth under each treatment of faces that belong to nobody.
///
/// A negative true label is an unknown person: the item is left out first. A negative predicted label is nobody.
/// Coverage is counted from the truth, so that dropping faces never raises a score unseen.
public struct GroupingReport: Sendable, Hashable, Codable {
    /// Precision of the kept items only, recall of all.
    public struct Covered: Sendable, Hashable, Codable {
        public let bcubed: PrecisionRecall
        public let pairwise: PrecisionRecall
    }

    /// Items whose true label is known.
    public let truthKnown: Int
    /// Share of them that the grouping gave to somebody.
    public let coverage: Double
    /// Nobody's faces are clusters of their own. The default, and the figures to quote.
    public let noiseAsSingletons: GroupingMetrics
    /// What happens when −1 is taken for a name: a warning, not a result. nil without such faces.
    public let noiseAsOneCluster: GroupingMetrics?
    /// The kept items only. nil when nothing was dropped or nothing is left.
    public let noiseDropped: GroupingMetrics?
    public let covered: Covered?

    /// Throws `length-mismatch`, and `empty` when no true label is known. O(n log n).
    public init(truth: [Int], predicted: [Int]) throws(LikenessError) {
        guard truth.count == predicted.count else {
            throw LikenessError(
                .lengthMismatch, "\(truth.count) true labels come with \(predicted.count) predicted ones")
        }
        let known = truth.indices.filter { truth[$0] >= 0 }
        let t = known.map { truth[$0] }
        let p = known.map { predicted[$0] }
        let singletons = try GroupingMetrics(truth: t, predicted: Self.asSingletons(p))
        let kept = p.indices.filter { p[$0] >= 0 }
        truthKnown = known.count
        coverage = Double(kept.count) / Double(known.count)
        noiseAsSingletons = singletons
        noiseAsOneCluster = kept.count < p.count ? try GroupingMetrics(truth: t, predicted: p) : nil
        guard kept.count < p.count, !kept.isEmpty else {
            (noiseDropped, covered) = (nil, nil)
            return
        }
        let dropped = try GroupingMetrics(truth: kept.map { t[$0] }, predicted: kept.map { p[$0] })
        noiseDropped = dropped
        covered = Covered(
            bcubed: .init(precision: dropped.bcubed.precision, recall: singletons.bcubed.recall),
            pairwise: .init(precision: dropped.pairwise.precision, recall: singletons.pairwise.recall))
    }

    /// Every negative label becomes a new cluster.
    public static func asSingletons(_ labels: [Int]) -> [Int] {
        // names are free: distinct negative numbers cannot meet a cluster's
        var next = 0
        return labels.map { label in
            if label >= 0 { return label }
            next -= 1
            return next
        }
    }
}
