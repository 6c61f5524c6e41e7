public import FaceCore

/// GCN-D: how good a proposal of a group is, from its rows and their links (Yang et al., CVPR 2019).
///
/// Plain layers, the maximum of each unit over the rows, a linear score: trained to be the overlap (IoU) with the full
/// set of the proposal's majority; a second score, where there is one, the share of the majority in the proposal (purity,
/// IoP). Tensors: `gcn-d.layer0.weight` … (in×out), `gcn-d.score.weight` (out×1 or out×2), `gcn-d.score.bias`.
public struct DetectionNetwork: Sendable {
    /// What its file says of it.
    public let card: GraphNetworkCard
    let layers: [GraphLayer]
    let scoreWeight: Matrix
    let scoreBias: [Float]
    let algebra: DenseAlgebra

    /// Throws `component-missing` without OpenBLAS, `tensor-missing` and `file-format` for a file of something else.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "gcn-d.")
        layers = try tensors.layers(input: nil, doubled: false)
        card = try tensors.card(.detection, dimension: layers[0].weight.rows, layers)
        scoreWeight = try tensors.matrix("score.weight", rows: layers[layers.count - 1].weight.columns)
        scoreBias = try tensors.vector("score.bias", count: scoreWeight.columns)
        guard (1...2).contains(scoreBias.count) else {
            throw LikenessError(.fileFormat, subject: path, "gcn-d tells one or two numbers, not \(scoreBias.count)")
        }
        algebra = try DenseAlgebra.load()
    }

    package init(layers: [Matrix], score: Matrix, bias: [Float]) throws(LikenessError) {
        self.layers = layers.map { GraphLayer(weight: $0, bias: nil) }
        card = GraphNetworkCard(
            kind: .detection, dimension: layers[0].rows, neighbours: 80, hidden: layers.map(\.columns))
        scoreWeight = score
        scoreBias = bias
        algebra = try DenseAlgebra.load()
    }

    /// The units of every row after the last layer.
    package func hidden(_ x: Matrix, _ adjacency: MeanAdjacency) -> Matrix {
        layers.reduce(x) { $1($0, adjacency, algebra) }
    }

    /// Whether it has the second score.
    public var tellsPurity: Bool { scoreBias.count > 1 }

    /// What it tells of a proposal, whose rows in the axes of its ``GraphNetworkCard/frame`` `x` holds: overlap (IoU) and, if trained to, purity (IoP). Numbers a little
    /// outside 0…1 occur.
    public func judgement(_ x: Matrix, _ adjacency: MeanAdjacency) -> (overlap: Float, purity: Float?) {
        let hidden = hidden(x, adjacency)
        var scores = scoreBias
        for c in 0..<hidden.columns {
            let largest = (0..<hidden.rows).reduce(-Float.infinity) { max($0, hidden[$1, c]) }
            for n in scores.indices { scores[n] += largest * scoreWeight[c, n] }
        }
        return (scores[0], tellsPurity ? scores[1] : nil)
    }
}
