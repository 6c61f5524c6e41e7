public import FaceCore
import Glibc

/// How well predicted clusters agree with true identities, every label taken as a name.
///
/// Vacuous cases: no predicted pair → pairwise precision 1; no true pair → recall 1; F = 0 when both are 0.
/// Homogeneity is 1 for one identity, completeness 1 for one cluster. Logarithms are natural.
/// The treatment of faces that belong to nobody is ``GroupingReport``'s.
public struct GroupingMetrics: Sendable, Hashable, Codable {
    /// Pairs of items by whether truth and prediction join them.
    public struct Pairs: Sendable, Hashable, Codable {
        public let tp: Int
        public let fp: Int
        public let fn: Int
        public let tn: Int
    }

    /// Mutual information over a mean of both entropies; the mean is the name.
    public struct NormalisedInformation: Sendable, Hashable, Codable {
        public let arithmetic: Double
        public let geometric: Double
        public let min: Double
        public let max: Double
    }

    public let n: Int
    public let clusters: Int
    public let identities: Int
    /// Clusters of one item.
    public let singletons: Int
    public let pairs: Pairs
    /// Over pairs of items, from the contingency table: no n² memory.
    public let pairwise: PrecisionRecall
    /// Over items (Bagga & Baldwin 1998): the share of its cluster, or identity, that an item shares.
    public let bcubed: PrecisionRecall
    public let nmi: NormalisedInformation
    /// Adjusted Rand index (Hubert & Arabie 1985).
    public let ari: Double
    public let homogeneity: Double
    public let completeness: Double
    public let v: Double
    public let fowlkesMallows: Double
    /// Mean over identities of the clusters that they are spread over.
    public let expansionMean: Double
    /// The same over identities of two or more items; 1 when there is none.
    public let expansionOfSeveral: Double
    /// Clusters over identities.
    public let expansionRatio: Double
    /// Clusters with more than one identity.
    public let mixedClusters: Int
    /// Share of items that are of their cluster's largest identity, and in their identity's largest cluster.
    public let purity: Double
    public let inversePurity: Double
    /// Share of identities with a cluster of their own: one that holds at least half of the identity's items and in
    /// which they are at least half.
    public let detectedIdentities: Double

    public init(_ t: ContingencyTable) {
        let counted = PairCounts(t)
        let information = Information(t)
        let spread = Spread(t)
        n = t.items
        clusters = t.clusterSizes.count
        identities = t.identitySizes.count
        singletons = t.clusterSizes.count { $0 == 1 }
        pairs = counted.pairs
        pairwise = counted.precisionRecall
        bcubed = Self.bcubed(t)
        nmi = information.normalised
        ari = counted.adjustedRand
        homogeneity = information.homogeneity
        completeness = information.completeness
        v = homogeneity + completeness == 0 ? 0 : 2 * homogeneity * completeness / (homogeneity + completeness)
        fowlkesMallows = counted.fowlkesMallows
        expansionMean = Double(t.cells.count) / Double(identities)
        expansionOfSeveral = spread.ofSeveral
        expansionRatio = Double(clusters) / Double(identities)
        mixedClusters = spread.mixed
        purity = spread.purity
        inversePurity = spread.inversePurity
        detectedIdentities = spread.detected
    }

    /// Throws `length-mismatch` and `empty`. O(n log n) time, O(n) memory.
    public init(truth: [Int], predicted: [Int]) throws(LikenessError) {
        self.init(try ContingencyTable(truth: truth, predicted: predicted))
    }

    private static func bcubed(_ t: ContingencyTable) -> PrecisionRecall {
        let n = Double(t.items)
        let precision = t.cells.map { Double($0.count) * Double($0.count) / Double(t.clusterSizes[$0.cluster]) }
        let recall = t.cells.map { Double($0.count) * Double($0.count) / Double(t.identitySizes[$0.identity]) }
        return PrecisionRecall(precision: compensatedSum(precision) / n, recall: compensatedSum(recall) / n)
    }
}

/// Pairs joined by truth, by prediction and by both.
private struct PairCounts {
    let pairs: GroupingMetrics.Pairs

    init(_ t: ContingencyTable) {
        func joined(_ sizes: some Sequence<Int>) -> Int { sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }
        let both = joined(t.cells.lazy.map(\.count))
        let (truth, predicted) = (joined(t.identitySizes), joined(t.clusterSizes))
        let all = t.items * (t.items - 1) / 2
        pairs = .init(tp: both, fp: predicted - both, fn: truth - both, tn: all - truth - predicted + both)
    }

    var precisionRecall: PrecisionRecall {
        let (predicted, truth) = (pairs.tp + pairs.fp, pairs.tp + pairs.fn)
        return PrecisionRecall(
            precision: predicted == 0 ? 1 : Double(pairs.tp) / Double(predicted),
            recall: truth == 0 ? 1 : Double(pairs.tp) / Double(truth))
    }

    var fowlkesMallows: Double {
        guard pairs.tp > 0 else { return 0 }
        let tp = Double(pairs.tp)
        return (tp / Double(pairs.tp + pairs.fp)).squareRoot() * (tp / Double(pairs.tp + pairs.fn)).squareRoot()
    }

    /// In Double: the products of pair counts leave 63 bits at 10⁵ items.
    var adjustedRand: Double {
        if pairs.fn == 0, pairs.fp == 0 { return 1 }
        let (tp, fp, fn, tn) = (Double(pairs.tp), Double(pairs.fp), Double(pairs.fn), Double(pairs.tn))
        return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn))
    }
}

/// Entropies and mutual information of both labelings.
private struct Information {
    let truth: Double
    let predicted: Double
    let mutual: Double

    init(_ t: ContingencyTable) {
        let n = Double(t.items)
        func entropy(_ sizes: [Int]) -> Double {
            sizes.count < 2 ? 0 : -compensatedSum(sizes.map { Double($0) / n * log(Double($0) / n) })
        }
        truth = entropy(t.identitySizes)
        predicted = entropy(t.clusterSizes)
        let parts = t.cells.map { c in
            let (identity, cluster) = (Double(t.identitySizes[c.identity]), Double(t.clusterSizes[c.cluster]))
            return Double(c.count) / n * log(Double(c.count) * n / (identity * cluster))
        }
        mutual = truth == 0 || predicted == 0 ? 0 : max(compensatedSum(parts), 0)
    }

    var homogeneity: Double { truth == 0 ? 1 : mutual / truth }
    var completeness: Double { predicted == 0 ? 1 : mutual / predicted }

    var normalised: GroupingMetrics.NormalisedInformation {
        func over(_ mean: Double) -> Double {
            if truth == 0, predicted == 0 { return 1 }
            return mutual < 1e-13 || mean == 0 ? 0 : mutual / mean
        }
        return .init(
            arithmetic: over((truth + predicted) / 2), geometric: over((truth * predicted).squareRoot()),
            min: over(min(truth, predicted)), max: over(max(truth, predicted)))
    }
}

/// How clusters spread over identities and the reverse.
private struct Spread {
    let mixed: Int
    let purity: Double
    let inversePurity: Double
    let detected: Double
    let ofSeveral: Double

    init(_ t: ContingencyTable) {
        var largestInCluster = [Int](repeating: 0, count: t.clusterSizes.count)
        var largestOfIdentity = [Int](repeating: 0, count: t.identitySizes.count)
        var identitiesInCluster = largestInCluster
        var found = [Bool](repeating: false, count: t.identitySizes.count)
        for c in t.cells {
            largestInCluster[c.cluster] = max(largestInCluster[c.cluster], c.count)
            largestOfIdentity[c.identity] = max(largestOfIdentity[c.identity], c.count)
            identitiesInCluster[c.cluster] += 1
            let (identity, cluster) = (t.identitySizes[c.identity], t.clusterSizes[c.cluster])
            if 2 * c.count >= identity, 2 * c.count >= cluster { found[c.identity] = true }
        }
        let several = t.identitySizes.count { $0 > 1 }
        let theirClusters = t.cells.count { t.identitySizes[$0.identity] > 1 }
        ofSeveral = several == 0 ? 1 : Double(theirClusters) / Double(several)
        mixed = identitiesInCluster.count { $0 > 1 }
        purity = Double(largestInCluster.reduce(0, +)) / Double(t.items)
        inversePurity = Double(largestOfIdentity.reduce(0, +)) / Double(t.items)
        detected = Double(found.count { $0 }) / Double(found.count)
    }
}
