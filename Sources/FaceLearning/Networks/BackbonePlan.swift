public import FaceCore

/// A backbone as a table of layers, with the picture it takes and the vector it gives.
public struct BackbonePlan: Sendable, Hashable {
    public let id: String
    /// Channels, rows, columns.
    public let input: [Int]
    public let layers: [Layer]
    /// Values of an embedding.
    public let dimension: Int

    /// Throws `shape-mismatch` unless the layers take the input and end in a row.
    public init(_ id: String, input: [Int], layers: [Layer]) throws(LikenessError) {
        let output = try Layer.outputShape(layers, input)
        guard output.count == 1 else {
            throw LikenessError(.shapeMismatch, subject: id, "ends in a shape of \(output), not in a row")
        }
        (self.id, self.input, self.layers, dimension) = (id, input, layers, output[0])
    }

    /// The output's shape after each top-level layer.
    public var stages: [[Int]] {
        var (shape, out) = (input, [[Int]]())
        for layer in layers {
            guard let next = try? layer.outputShape(shape) else { break }
            shape = next
            out.append(shape)
        }
        return out
    }

    /// Layers that hold parameters, in the order of definition.
    var leaves: [(path: String, layer: Layer, input: [Int])] {
        var (shape, out) = (input, [(path: String, layer: Layer, input: [Int])]())
        for (i, layer) in layers.enumerated() {
            guard let found = try? layer.leaves("\(i)", shape), let next = try? layer.outputShape(shape) else { break }
            out += found
            shape = next
        }
        return out
    }

    /// Elements of parameters that learn, and of those that never do (fixed scales).
    public var parameters: (trainable: Int, frozen: Int) {
        var (trainable, frozen) = (0, 0)
        for leaf in leaves {
            let all = leaf.layer.parameterCount
            let fixed = leaf.layer.fixedCount
            trainable += all - fixed
            frozen += fixed
        }
        return (trainable, frozen)
    }

    /// Running means and variances.
    public var buffers: Int {
        leaves.reduce(0) { sum, leaf in
            guard case .batchNorm(let b) = leaf.layer else { return sum }
            return sum + 2 * b.channels
        }
    }

    /// Layers and parameters by kind: `conv`, `linear`, `batch_norm`, `prelu`.
    public var byKind: [String: LayerCounts] {
        var out: [String: LayerCounts] = [:]
        for leaf in leaves {
            out[leaf.layer.kind, default: LayerCounts()].layers += 1
            out[leaf.layer.kind, default: LayerCounts()].parameters += leaf.layer.parameterCount
        }
        return out
    }

    /// Multiply-accumulates of convolutions and linear layers for one image.
    public var multiplyAccumulates: Int {
        leaves.reduce(0) { sum, leaf in
            switch leaf.layer {
            case .convolution(let c):
                let out = (try? leaf.layer.outputShape(leaf.input)) ?? []
                return sum + c.weightShape.dropFirst().reduce(1, *) * out.reduce(1, *)
            case .linear(let inputs, let outputs, _): return sum + inputs * outputs
            default: return sum
            }
        }
    }
}

extension Layer {
    var kind: String {
        switch self {
        case .convolution: "conv"
        case .linear: "linear"
        case .batchNorm: "batch_norm"
        default: "prelu"
        }
    }

    var parameterCount: Int {
        switch self {
        case .convolution(let c): c.weightShape.reduce(1, *) + (c.bias ? c.outputs : 0)
        case .linear(let inputs, let outputs, let bias): inputs * outputs + (bias ? outputs : 0)
        case .batchNorm(let b): 2 * b.channels
        case .prelu(let channels): channels
        default: 0
        }
    }

    var fixedCount: Int {
        if case .batchNorm(let b) = self, b.isScaleFixed { return b.channels }
        return 0
    }
}
