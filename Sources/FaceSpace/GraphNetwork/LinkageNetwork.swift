public import FaceCore

/// L-GCN: which one-hop neighbours of a pivot are the same person, from its two-hop subgraph (Wang et al., CVPR 2019).
///
/// Vectors less the pivot's, batch normalisation without scale (running figures), concatenating layers, linear, PReLU,
/// linear on the one-hop rows. Tensors as ``ConnectivityNetwork`` with the prefix `l-gcn.`, and `l-gcn.norm.mean`,
/// `l-gcn.norm.variance`.
public struct LinkageNetwork: Sendable {
    let layers: [GraphLayer]
    let head: ClassifierHead
    let mean: [Float]
    let variance: [Float]
    let epsilon: Float
    let algebra: DenseAlgebra

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "l-gcn.")
        layers = try tensors.layers(input: nil, doubled: true)
        head = try ClassifierHead(tensors, input: layers[layers.count - 1].weight.columns, outputs: 2)
        mean = try tensors.vector("norm.mean", count: layers[0].weight.rows / 2)
        variance = try tensors.vector("norm.variance", count: layers[0].weight.rows / 2)
        epsilon = 1e-5
        algebra = try DenseAlgebra.load()
    }

    package init(
        mean: [Float], variance: [Float], epsilon: Float, layers: [(Matrix, [Float])],
        head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
        self.layers = layers.map { GraphLayer(weight: $0.0, bias: $0.1) }
        self.head = ClassifierHead(
            first: head.0, firstBias: head.1, slope: head.2, second: head.3, secondBias: head.4)
        algebra = try DenseAlgebra.load()
    }

    /// Scores of the two classes for each one-hop row of a pivot's subgraph, before the softmax.
    public func logits(_ x: Matrix, pivot: Int, _ adjacency: MeanAdjacency, oneHop: [Int]) -> Matrix {
        var h = x.centred(on: pivot)
        h.mapRows { c, value in (value - mean[c]) / (variance[c] + epsilon).squareRoot() }
        for layer in layers { h = layer(h, adjacency, algebra) }
        return head(h.rows(at: oneHop), algebra)
    }
}
