public import FaceCore

extension Layer {
    /// The shape of one image's output (channels first, or a row) for an input shape. Throws `shape-mismatch`.
    public func outputShape(_ input: [Int]) throws(LikenessError) -> [Int] {
        switch self {
        case .convolution(let c):
            guard input.count == 3, input[0] == c.inputs else { throw misfit(input, "\(c.inputs) channels") }
            let rows = try Self.extent(input[1], c.kernel[0], c.stride, c.padding[0])
            return [c.outputs, rows, try Self.extent(input[2], c.kernel[1], c.stride, c.padding[1])]
        case .batchNorm(let b):
            guard input.first == b.channels else { throw misfit(input, "\(b.channels) channels") }
            return input
        case .prelu(let channels):
            guard input.first == channels else { throw misfit(input, "\(channels) channels") }
            return input
        case .relu, .dropout: return input
        case .maxPool(let k, let stride, let padding, let ceiling):
            guard input.count == 3 else { throw misfit(input, "a picture") }
            return [
                input[0], try Self.extent(input[1], k, stride, padding, ceiling),
                try Self.extent(input[2], k, stride, padding, ceiling),
            ]
        case .globalAverage:
            guard input.count == 3 else { throw misfit(input, "a picture") }
            return [input[0], 1, 1]
        case .flatten: return [input.reduce(1, *)]
        case .linear(let inputs, let outputs, _):
            guard input == [inputs] else { throw misfit(input, "\(inputs) values") }
            return [outputs]
        case .sequence(let layers): return try Self.outputShape(layers, input)
        case .residual(let body, let shortcut):
            let out = try Self.outputShape(body, input)
            guard try Self.outputShape(shortcut, input) == out else { throw misfit(input, "equal branches") }
            return out
        case .paddedResidual(let body, let halved):
            let out = try Self.outputShape(body, input)
            return zip(out, Self.halved(input, halved)).map { max($0, $1) }
        case .branches(let branches): return try Self.concatenated(branches, input)
        case .scaledResidual(let branches, let projection, _):
            guard try projection.outputShape(Self.concatenated(branches, input)) == input else {
                throw misfit(input, "a projection to the same shape")
            }
            return input
        }
    }

    static func outputShape(_ layers: [Layer], _ input: [Int]) throws(LikenessError) -> [Int] {
        var shape = input
        for layer in layers { shape = try layer.outputShape(shape) }
        return shape
    }

    static func halved(_ shape: [Int], _ isHalved: Bool) -> [Int] {
        isHalved ? [shape[0], shape[1] / 2, shape[2] / 2] : shape
    }

    private static func concatenated(_ branches: [[Layer]], _ input: [Int]) throws(LikenessError) -> [Int] {
        let shapes = try branches.map { (b) throws(LikenessError) in try outputShape(b, input) }
        guard let first = shapes.first, shapes.allSatisfy({ $0.dropFirst() == first.dropFirst() }) else {
            throw LikenessError(.shapeMismatch, subject: "branches", "give shapes \(shapes)")
        }
        return [shapes.map { $0[0] }.reduce(0, +)] + first.dropFirst()
    }

    private static func extent(
        _ n: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ ceiling: Bool = false
    ) throws(LikenessError) -> Int {
        let room = n + 2 * padding - kernel
        guard room >= 0 else {
            throw LikenessError(
                .shapeMismatch, subject: "input", "\(n) pixels are fewer than a kernel of \(kernel) needs")
        }
        return (ceiling ? (room + stride - 1) / stride : room / stride) + 1
    }

    private func misfit(_ input: [Int], _ wanted: String) -> LikenessError {
        LikenessError(.shapeMismatch, subject: "layer", "an input of \(input) where \(wanted) are wanted")
    }
}

/// How many numbers a network holds, and how much it computes for one image.
public struct LayerCounts: Sendable, Hashable {
    public var layers = 0
    public var parameters = 0
}

extension Layer {
    /// Layers that hold parameters, in the order of definition, with their path and the shape of their input.
    func leaves(_ path: String, _ input: [Int]) throws(LikenessError) -> [(path: String, layer: Layer, input: [Int])] {
        func run(_ layers: [Layer], _ prefix: String, _ input: [Int]) throws(LikenessError) -> [(
            path: String, layer: Layer, input: [Int]
        )] {
            var (shape, out) = (input, [(path: String, layer: Layer, input: [Int])]())
            for (i, layer) in layers.enumerated() {
                out += try layer.leaves("\(prefix)\(i)", shape)
                shape = try layer.outputShape(shape)
            }
            return out
        }
        switch self {
        case .convolution, .batchNorm, .prelu, .linear: return [(path, self, input)]
        case .sequence(let layers): return try run(layers, "\(path).", input)
        case .residual(let body, let shortcut):
            return try run(body, "\(path).body.", input) + run(shortcut, "\(path).skip.", input)
        case .paddedResidual(let body, _): return try run(body, "\(path).body.", input)
        case .branches(let branches):
            var out: [(path: String, layer: Layer, input: [Int])] = []
            for (i, branch) in branches.enumerated() { out += try run(branch, "\(path).branches.\(i).", input) }
            return out
        case .scaledResidual(let branches, let projection, _):
            let inner = Layer.branches(branches)
            return try inner.leaves(path, input) + projection.leaves("\(path).up", inner.outputShape(input))
        default: return []
        }
    }
}
