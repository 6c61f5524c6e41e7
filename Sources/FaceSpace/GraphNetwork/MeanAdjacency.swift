public import FaceCore

/// The weighted links of some rows, themselves included, by which a graph network averages: Â = A divided by row sums.
public struct MeanAdjacency: Sendable {
    /// Number of rows.
    public let rows: Int
    private let arcs: Arcs
    private let sums: [Float]

    private init(_ arcs: Arcs) {
        rows = arcs.rows
        self.arcs = arcs
        sums = (0..<arcs.rows).map { v in
            (arcs.offsets[v]..<arcs.offsets[v + 1]).reduce(0) { $0 + arcs.weights[$1] }
        }
    }

    /// The entries of a square matrix that are not 0. A row without entries keeps averages of 0.
    public init(_ dense: Matrix) {
        precondition(dense.rows == dense.columns, "an adjacency is square")
        let lists = (0..<dense.rows).map { v in (0..<dense.rows).filter { dense[v, $0] != 0 } }
        let arcs = Arcs(lengths: lists.map(\.count))
        for (v, list) in lists.enumerated() {
            for (t, u) in list.enumerated() {
                arcs.targets[arcs.offsets[v] + t] = Int32(u)
                arcs.weights[arcs.offsets[v] + t] = dense[v, u]
            }
        }
        self.init(arcs)
    }

    /// The links of an undirected network and every row with itself, weight 1.
    public init(_ network: LinkNetwork) {
        let old = network.arcs
        let arcs = Arcs(lengths: (0..<old.rows).map { old.offsets[$0 + 1] - old.offsets[$0] + 1 })
        for v in 0..<old.rows {
            let (start, length) = (arcs.offsets[v], old.offsets[v + 1] - old.offsets[v])
            arcs.targets[start] = Int32(v)
            arcs.weights[start] = 1
            (arcs.targets + start + 1).update(from: old.targets + old.offsets[v], count: length)
            (arcs.weights + start + 1).update(from: old.weights + old.offsets[v], count: length)
        }
        self.init(arcs)
    }

    /// The links of whole lists, in both directions, of similarities above 0, and every row with itself.
    public init(of graph: NeighbourGraph) { self.init(LinkNetwork(union: graph, floor: 0)) }

    /// The list entries among `members` that reach `floor`, in both directions, and every member with itself: the graph
    /// of a proposal. Rows count by their place in `members`, which rises.
    public init(of members: [Int], in graph: NeighbourGraph, floor: Float = 0) {
        var links = members.indices.map { [(Int32($0), Float(1))] }
        for (a, row) in members.enumerated() {
            for (other, s) in graph.neighbours(of: row) where s >= floor && s > 0 {
                guard let b = members.placeInRising(other) else { continue }
                // an earlier row may have met this pair from the other side
                if !links[a].contains(where: { $0.0 == Int32(b) }) { links[a].append((Int32(b), s)) }
                if !links[b].contains(where: { $0.0 == Int32(a) }) { links[b].append((Int32(a), s)) }
            }
        }
        let arcs = Arcs(lengths: links.map(\.count))
        for (a, list) in links.enumerated() {
            for (t, link) in list.enumerated() {
                arcs.targets[arcs.offsets[a] + t] = link.0
                arcs.weights[arcs.offsets[a] + t] = link.1
            }
        }
        self.init(arcs)
    }

    /// The row with the largest sum of weights, the first of equal ones.
    public var heaviest: Int {
        var best = 0
        for v in sums.indices where sums[v] > sums[best] { best = v }
        return best
    }

    /// Weighted means of the rows of `x` over the links of `range`: one row for each of it.
    func means(of x: Matrix, _ range: Range<Int>) -> Matrix {
        precondition(x.rows == rows, "one vector a row")
        var out = Matrix(rows: range.count, columns: x.columns)
        let (to, from, columns) = (out.stride, x.stride, x.columns)
        out.withUnsafeMutableRows { target in
            x.withUnsafeRows { base in
                for (t, v) in range.enumerated() where sums[v] > 0 {
                    for e in arcs.offsets[v]..<arcs.offsets[v + 1] {
                        add(base + Int(arcs.targets[e]) * from, arcs.weights[e] / sums[v], to: target + t * to, columns)
                    }
                }
            }
        }
        return out
    }

    package func means(of x: Matrix) -> Matrix { means(of: x, 0..<rows) }

    /// Â as rows×rows numbers, row after row.
    package var dense: [Float] {
        var out = [Float](repeating: 0, count: rows * rows)
        for v in 0..<rows where sums[v] > 0 {
            for e in arcs.offsets[v]..<arcs.offsets[v + 1] {
                out[v * rows + Int(arcs.targets[e])] += arcs.weights[e] / sums[v]
            }
        }
        return out
    }
}

private func add(_ x: UnsafePointer<Float>, _ weight: Float, to out: UnsafeMutablePointer<Float>, _ count: Int) {
    for c in 0..<count { out[c] += weight * x[c] }
}
