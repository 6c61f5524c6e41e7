public import FaceCore

/// GCN-S: which rows of a proposal are the person of one of them, the seed (Yang et al., CVPR 2019).
///
/// Plain layers on the vectors with one more number, 1 at the seed; two classes. Tensors: `gcn-s.layer0.weight` …
/// (in×out), `gcn-s.score.weight` (out×2), `gcn-s.score.bias`.
public struct SegmentationNetwork: Sendable {
    /// What its file says of it.
    public let card: GraphNetworkCard
    let layers: [GraphLayer]
    let scoreWeight: Matrix
    let scoreBias: [Float]
    let algebra: DenseAlgebra

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "gcn-s.")
        layers = try tensors.layers(input: nil, doubled: false)
        card = try tensors.card(.segmentation, dimension: layers[0].weight.rows - 1, layers)
        scoreWeight = try tensors.matrix("score.weight", rows: layers[layers.count - 1].weight.columns)
        scoreBias = try tensors.vector("score.bias", count: 2)
        algebra = try DenseAlgebra.load()
    }

    package init(layers: [Matrix], score: Matrix, bias: [Float]) throws(LikenessError) {
        self.layers = layers.map { GraphLayer(weight: $0, bias: nil) }
        card = GraphNetworkCard(
            kind: .segmentation, dimension: layers[0].rows - 1, neighbours: 80, hidden: layers.map(\.columns))
        scoreWeight = score
        scoreBias = bias
        algebra = try DenseAlgebra.load()
    }

    /// ln P of «someone else» and «the seed's person» for every row: n×2. `x` holds the rows in the axes of its
    /// ``GraphNetworkCard/frame``, for the same seed.
    public func logProbabilities(_ x: Matrix, _ adjacency: MeanAdjacency, seed: Int) -> Matrix {
        var marked = Matrix(rows: x.rows, columns: x.columns + 1)
        for row in 0..<x.rows { marked.setRow(row, x.row(row) + [row == seed ? 1 : 0]) }
        let hidden = layers.reduce(marked) { $1($0, adjacency, algebra) }
        var scores = algebra.product(hidden, scoreWeight)
        scores.mapRows { c, value in value + scoreBias[c] }
        return scores.logSoftmax()
    }

    /// The places of the rows that belong to the seed: the one of the largest sum of links.
    public func kept(_ x: Matrix, _ adjacency: MeanAdjacency) -> [Bool] {
        let p = logProbabilities(x, adjacency, seed: adjacency.heaviest)
        return (0..<x.rows).map { p[$0, 1] > p[$0, 0] }
    }
}
