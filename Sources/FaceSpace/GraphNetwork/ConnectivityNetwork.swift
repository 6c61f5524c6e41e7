public import FaceCore

/// GCN-E: which rows around a pivot are the same person (Yang et al., CVPR 2020).
///
/// Concatenating layers on the vectors less the pivot's, then linear, PReLU, linear to two classes. Tensors as
/// ``ConfidenceNetwork``, with the prefix `gcn-e.`.
public struct ConnectivityNetwork: Sendable {
    let layers: [GraphLayer]
    let head: ClassifierHead
    let algebra: DenseAlgebra

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let tensors = try NetworkTensors(path, prefix: "gcn-e.")
        layers = try tensors.layers(input: nil, doubled: true)
        head = try ClassifierHead(tensors, input: layers[layers.count - 1].weight.columns, outputs: 2)
        algebra = try DenseAlgebra.load()
    }

    package init(
        layers: [(Matrix, [Float])], head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        self.layers = layers.map { GraphLayer(weight: $0.0, bias: $0.1) }
        self.head = ClassifierHead(
            first: head.0, firstBias: head.1, slope: head.2, second: head.3, secondBias: head.4)
        algebra = try DenseAlgebra.load()
    }

    /// ln P of «someone else» and «the pivot's person» for every row of a subgraph: n×2.
    public func logProbabilities(_ x: Matrix, pivot: Int, _ adjacency: MeanAdjacency) -> Matrix {
        let hidden = layers.reduce(x.centred(on: pivot)) { $1($0, adjacency, algebra) }
        return head(hidden, algebra).logSoftmax()
    }
}
