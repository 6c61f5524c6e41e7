internal import FaceCore

/// The edges of a neighbour graph without direction: i–j when either lists the other.
///
/// Compressed rows, neighbours rising. O(n + edges) memory.
package struct UnionGraph: Sendable {
    package let rows: Int
    let offsets: [Int]
    let neighbours: [Int32]
    let similarities: [Float]

    /// The edges of at least `floor`.
    package init(_ graph: NeighbourGraph, floor: Float = -.infinity) {
        var edges: [(Int32, Int32, Float)] = []
        edges.reserveCapacity(graph.entries)
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { list, similarities in
                for (place, other) in list.enumerated() where similarities[place] >= floor {
                    edges.append((Int32(row), other, similarities[place]))
                }
            }
        }
        self.init(rows: graph.rows, edges: edges)
    }

    /// `edges` may name a pair once or from either side, always with one similarity.
    package init(rows: Int, edges: [(Int32, Int32, Float)]) {
        self.rows = rows
        var starts = [Int](repeating: 0, count: rows + 1)
        for (a, b, _) in edges {
            starts[Int(a) + 1] += 1
            starts[Int(b) + 1] += 1
        }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var next = starts
        var both = [(Int32, Float)](repeating: (0, 0), count: 2 * edges.count)
        for (a, b, s) in edges {
            both[next[Int(a)]] = (b, s)
            both[next[Int(b)]] = (a, s)
            next[Int(a)] += 1
            next[Int(b)] += 1
        }
        var offsets = [0]
        offsets.reserveCapacity(rows + 1)
        var neighbours: [Int32] = []
        var similarities: [Float] = []
        neighbours.reserveCapacity(edges.count)
        similarities.reserveCapacity(edges.count)
        for row in 0..<rows {
            both[starts[row]..<starts[row + 1]].sort { $0.0 < $1.0 }
            for (other, s) in both[starts[row]..<starts[row + 1]]
            where neighbours.count == offsets[row] || neighbours[neighbours.count - 1] != other {
                neighbours.append(other)
                similarities.append(s)
            }
            offsets.append(neighbours.count)
        }
        self.offsets = offsets
        self.neighbours = neighbours
        self.similarities = similarities
    }

    /// Places of the edges of a row in ``neighbours`` and ``similarities``.
    func edges(of row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

    /// The connected parts, each rising, in the order of their first rows.
    func components() -> [[Int]] {
        var sets = DisjointSets(count: rows)
        for row in 0..<rows {
            for e in edges(of: row) where neighbours[e] < row { sets.unite(row, Int(neighbours[e])) }
        }
        var parts = [[Int]](repeating: [], count: rows)
        for row in 0..<rows { parts[sets.find(row)].append(row) }
        return parts.filter { !$0.isEmpty }
    }
}
