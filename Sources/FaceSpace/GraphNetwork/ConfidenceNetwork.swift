public import FaceCore

/// GCN-V: how deep inside its person every row of a graph lies (Yang et al., CVPR 2020).
///
/// Concatenating layers on the whole graph, then linear, PReLU, linear. Tensors: `gcn-v.layer0.weight` … (2·in×out),
/// `.bias`; `gcn-v.head0.weight`, `.bias`, `gcn-v.prelu.weight`, `gcn-v.head1.weight` (×1), `.bias`.
public struct ConfidenceNetwork: Sendable {
    /// What its file says of it.
    public let card: GraphNetworkCard
    private let net: GraphClassifier
    /// Rows whose averages and products are made at a time: a block of 512 numbers a row stays below 20 MB.
    private static let block = 4096

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "gcn-v.")
        net = try GraphClassifier(tensors, outputs: 1)
        card = try tensors.card(.confidence, dimension: net.dimension, net.layers)
    }

    package init(
        layers: [(Matrix, [Float])], head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        net = try GraphClassifier(layers: layers, head: head)
        card = GraphNetworkCard(
            kind: .confidence, dimension: net.dimension, neighbours: 80, hidden: layers.map(\.0.columns))
    }

    /// The units of every row after the last layer, and its confidence. O(links·d + n·d·units).
    public func confidence(
        _ x: Matrix, _ adjacency: MeanAdjacency, threads: Int = availableThreads()
    ) -> (hidden: Matrix, confidence: [Float]) {
        let hidden = net.layers.reduce(x) { h, layer in
            blocks(of: adjacency.rows, layer.weight.columns, threads) { range in
                layer(h, adjacency, range, net.algebra)
            }
        }
        let scores = blocks(of: adjacency.rows, 1, threads) { range in net.head(hidden.rows(at: range), net.algebra) }
        return (hidden, (0..<scores.rows).map { scores[$0, 0] })
    }

    private func blocks(
        of rows: Int, _ columns: Int, _ threads: Int, _ body: @Sendable (Range<Int>) -> Matrix
    ) -> Matrix {
        var out = Matrix(rows: rows, columns: columns)
        let stride = out.stride
        out.withUnsafeMutableRows { base in
            nonisolated(unsafe) let base = base
            parallelFor((rows + Self.block - 1) / Self.block, threads: threads) { b in
                let range = b * Self.block..<min(rows, (b + 1) * Self.block)
                let part = body(range)
                for (t, row) in range.enumerated() {
                    part.withRow(t) {
                        (base + row * stride).update(from: $0.baseAddress ?? .init(base), count: columns)
                    }
                }
            }
        }
        return out
    }

    /// What the network is trained to tell: the mean over a row's list of +similarity to its own person's rows and
    /// −similarity to others'.
    public static func target(of graph: NeighbourGraph, truth: [Int]) -> [Float] {
        (0..<graph.rows).map { row in
            graph.withNeighbours(of: row) { indices, similarities in
                guard !indices.isEmpty else { return 0 }
                let sum = zip(indices, similarities).reduce(Float(0)) { sum, entry in
                    // whoever is unknown is nobody's person
                    sum + (truth[row] >= 0 && truth[Int(entry.0)] == truth[row] ? entry.1 : -entry.1)
                }
                return sum / Float(indices.count)
            }
        }
    }
}
