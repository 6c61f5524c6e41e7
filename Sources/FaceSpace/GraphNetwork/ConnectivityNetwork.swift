public import FaceCore

/// GCN-E: which rows around a pivot are the same person (Yang et al., CVPR 2020).
///
/// Concatenating layers on the vectors less the pivot's, then linear, PReLU, linear to two classes. Tensors as
/// ``ConfidenceNetwork``, with the prefix `gcn-e.`.
public struct ConnectivityNetwork: Sendable {
    /// What its file says of it.
    public let card: GraphNetworkCard
    private let net: GraphClassifier

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "gcn-e.")
        net = try GraphClassifier(tensors, outputs: 2)
        card = try tensors.card(.connectivity, dimension: net.dimension, net.layers)
    }

    package init(
        layers: [(Matrix, [Float])], head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        net = try GraphClassifier(layers: layers, head: head)
        card = GraphNetworkCard(
            kind: .connectivity, dimension: net.dimension, neighbours: 80, hidden: layers.map(\.0.columns))
    }

    /// ln P of «someone else» and «the pivot's person» for every row of a subgraph: n×2.
    public func logProbabilities(_ x: Matrix, pivot: Int, _ adjacency: MeanAdjacency) -> Matrix {
        let hidden = net.layers.reduce(x.centred(on: pivot)) { $1($0, adjacency, net.algebra) }
        return net.head(hidden, net.algebra).logSoftmax()
    }
}
