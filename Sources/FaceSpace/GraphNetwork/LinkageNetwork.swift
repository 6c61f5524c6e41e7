public import FaceCore

/// L-GCN: which one-hop neighbours of a pivot are the same person, from its two-hop subgraph (Wang et al., CVPR 2019).
///
/// Vectors less the pivot's, batch normalisation without scale (running figures), concatenating layers, linear, PReLU,
/// linear on the one-hop rows. Tensors as ``ConnectivityNetwork`` with the prefix `l-gcn.`, and `l-gcn.norm.mean`,
/// `l-gcn.norm.variance`.
public struct LinkageNetwork: Sendable {
    private let net: GraphClassifier
    let mean: [Float]
    let variance: [Float]
    let epsilon: Float

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "l-gcn.")
        net = try GraphClassifier(tensors, outputs: 2)
        mean = try tensors.vector("norm.mean", count: net.dimension)
        variance = try tensors.vector("norm.variance", count: net.dimension)
        epsilon = 1e-5
    }

    package init(
        mean: [Float], variance: [Float], epsilon: Float, layers: [(Matrix, [Float])],
        head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
        net = try GraphClassifier(layers: layers, head: head)
    }

    /// Scores of the two classes for each one-hop row of a pivot's subgraph, before the softmax.
    public func logits(_ x: Matrix, pivot: Int, _ adjacency: MeanAdjacency, oneHop: [Int]) -> Matrix {
        var h = x.centred(on: pivot)
        h.mapRows { c, value in (value - mean[c]) / (variance[c] + epsilon).squareRoot() }
        for layer in net.layers { h = layer(h, adjacency, net.algebra) }
        return net.head(h.rows(at: oneHop), net.algebra)
    }
}
