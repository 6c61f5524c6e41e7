public import FaceCore

/// Single linkage on the neighbour graph: the parts that edges of at least `threshold` connect.
///
/// What a maximum spanning forest cut at the threshold leaves. Any chain of similar faces is a group, so that it collapses
/// as n rises. O(n·k).
public struct SparseSingleClusterer: Clusterer {
    public let method = "hac-sparse-single"
    public let neighbours: Int
    /// The similarity of a link.
    public let threshold: Float

    public init(neighbours: Int = 80, threshold: Float) {
        self.neighbours = neighbours
        self.threshold = threshold
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(k: neighbours, reads: threshold, threads: threads)
        var sets = DisjointSets(count: graph.rows)
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { list, similarities in
                for (place, other) in list.enumerated() where similarities[place] >= threshold {
                    sets.unite(row, Int(other))
                }
            }
        }
        let labels = Grouping.numbered((0..<graph.rows).map { sets.find($0) })
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method, parameters: ["neighbours": Double(neighbours), "threshold": Double(threshold)])
    }
}
