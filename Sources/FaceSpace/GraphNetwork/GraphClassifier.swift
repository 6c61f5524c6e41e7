internal import FaceCore

/// What GCN-V, GCN-E and L-GCN are made of: concatenating layers, then linear, PReLU, linear.
struct GraphClassifier: Sendable {
    let layers: [GraphLayer]
    let head: ClassifierHead
    let algebra: DenseAlgebra

    /// Throws `component-missing`, `tensor-missing` or `file-format`.
    init(_ tensors: NetworkTensors, outputs: Int) throws(LikenessError) {
        layers = try tensors.layers(input: nil, doubled: true)
        head = try ClassifierHead(tensors, input: layers[layers.count - 1].weight.columns, outputs: outputs)
        algebra = try DenseAlgebra.load()
    }

    init(
        layers: [(Matrix, [Float])], head: (Matrix, [Float], [Float], Matrix, [Float])
    ) throws(LikenessError) {
        self.layers = layers.map { GraphLayer(weight: $0.0, bias: $0.1) }
        self.head = ClassifierHead(
            first: head.0, firstBias: head.1, slope: head.2, second: head.3, secondBias: head.4)
        algebra = try DenseAlgebra.load()
    }

    /// Numbers a vector has.
    var dimension: Int { layers[0].weight.rows / 2 }
}
