/// From confidences to groups: every row follows its most similar neighbour of higher confidence.
public enum ConfidenceDeduction {
    /// The neighbour of each row in its list that is the first of higher confidence; −1 where none is, or where it is
    /// not more similar than `threshold`.
    public static func parents(
        of graph: NeighbourGraph, confidence: [Float], threshold: Float = -.infinity
    ) -> [Int] {
        (0..<graph.rows).map { row in
            graph.withNeighbours(of: row) { indices, similarities in
                guard let t = indices.firstIndex(where: { confidence[Int($0)] > confidence[row] }),
                    similarities[t] > threshold
                else { return -1 }
                return Int(indices[t])
            }
        }
    }

    /// The trees of the links to parents that are more similar than `threshold`; one number a row.
    public static func groups(of graph: NeighbourGraph, confidence: [Float], threshold: Float) -> [Int] {
        var sets = DisjointSets(count: graph.rows)
        for (row, parent) in parents(of: graph, confidence: confidence, threshold: threshold).enumerated()
        where parent >= 0 { sets.unite(row, parent) }
        return (0..<graph.rows).map { sets.find($0) }
    }
}
