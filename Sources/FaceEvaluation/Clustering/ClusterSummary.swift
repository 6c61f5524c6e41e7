/// One predicted cluster seen from the truth.
public struct ClusterSummary: Sendable, Hashable, Codable {
    public let label: Int
    public let size: Int
    /// Identities in it, and the label of the largest (the lowest label of equals) with its items.
    public let identities: Int
    public let majority: Int
    public let majorityItems: Int
    public var purity: Double { Double(majorityItems) / Double(size) }
}

extension ContingencyTable {
    /// Every cluster, by rising label.
    public func clusterSummaries() -> [ClusterSummary] {
        var identities = [Int](repeating: 0, count: clusterSizes.count)
        var best = [(identity: Int, count: Int)](repeating: (0, 0), count: clusterSizes.count)
        for c in cells {
            identities[c.cluster] += 1
            if c.count > best[c.cluster].count { best[c.cluster] = (c.identity, c.count) }
        }
        return clusterSizes.indices.map { k in
            ClusterSummary(
                label: clusterLabels[k], size: clusterSizes[k], identities: identities[k],
                majority: identityLabels[best[k].identity], majorityItems: best[k].count)
        }
    }

    /// The clusters with the most items that are not of their largest identity; pure ones are left out.
    public func worstClusters(_ count: Int) -> [ClusterSummary] {
        let mixed = clusterSummaries().filter { $0.identities > 1 }
        let sorted = mixed.sorted {
            let (a, b) = ($0.size - $0.majorityItems, $1.size - $1.majorityItems)
            return a != b ? a > b : $0.label < $1.label
        }
        return Array(sorted.prefix(count))
    }

    /// How many clusters have each size, by rising size.
    public func sizeHistogram() -> [(size: Int, clusters: Int)] {
        Dictionary(clusterSizes.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }
}
