/// From confidences to groups: every row follows its most similar neighbour of higher confidence.
public enum ConfidenceDeduction {
    /// The neighbour of each row in its list that is the first of higher confidence; −1 where none is.
    public static func parents(of graph: NeighbourGraph, confidence: [Float]) -> [Int] {
        (0..<graph.rows).map { row in
            graph.withNeighbours(of: row) { indices, _ in
                indices.first { confidence[Int($0)] > confidence[row] }.map { Int($0) } ?? -1
            }
        }
    }

    /// The trees of the links to parents that are more similar than `threshold`; one number a row.
    public static func groups(of graph: NeighbourGraph, confidence: [Float], threshold: Float) -> [Int] {
        let parents = parents(of: graph, confidence: confidence)
        var sets = DisjointSets(count: graph.rows)
        for row in 0..<graph.rows where parents[row] >= 0 {
            graph.withNeighbours(of: row) { indices, similarities in
                if let t = indices.firstIndex(of: Int32(parents[row])), similarities[t] > threshold {
                    sets.unite(row, parents[row])
                }
            }
        }
        return (0..<graph.rows).map { sets.find($0) }
    }
}
