/// One piece of a network, and how pieces are joined: what all backbones here are tables of.
///
/// A description only: the same tree gives shapes and counts, runs on LibTorch, and is written as ONNX.
public indirect enum Layer: Sendable, Hashable {
    case convolution(Convolution)
    case batchNorm(BatchNorm)
    /// A slope per channel.
    case prelu(Int)
    case relu
    case maxPool(kernel: Int, stride: Int, padding: Int = 0, ceiling: Bool = false)
    /// To 1×1.
    case globalAverage
    case flatten
    case linear(inputs: Int, outputs: Int, bias: Bool)
    /// Of training only.
    case dropout(Double)
    /// Layers one after another that count as one.
    case sequence([Layer])
    /// body(x) + shortcut(x); an empty shortcut is x itself.
    case residual(body: [Layer], shortcut: [Layer])
    /// As `residual`, the shortcut 2×2-averaged where `halved`, both zero-padded at the end to the larger shape (dlib).
    case paddedResidual(body: [Layer], halved: Bool)
    /// x + scale · projection(concatenated branches).
    case scaledResidual(branches: [[Layer]], projection: Layer, scale: Double)
    /// Branches side by side, channels concatenated.
    case branches([[Layer]])

    /// A two-dimensional convolution; extents are (rows, columns).
    public struct Convolution: Sendable, Hashable {
        public var inputs: Int
        public var outputs: Int
        public var kernel: [Int]
        public var stride: Int
        public var padding: [Int]
        public var groups: Int
        public var bias: Bool
        public var start: Start

        /// Values before training.
        public enum Start: Sendable, Hashable {
            /// He et al. 2015, by the fan-out.
            case kaiming
            case xavier
            case normal(Double)
        }

        public init(
            _ inputs: Int, _ outputs: Int, _ kernel: [Int], stride: Int = 1, padding: [Int] = [0, 0], groups: Int = 1,
            bias: Bool = false, start: Start = .kaiming
        ) {
            (self.inputs, self.outputs, self.kernel, self.stride) = (inputs, outputs, kernel, stride)
            (self.padding, self.groups, self.bias, self.start) = (padding, groups, bias, start)
        }

        var weightShape: [Int] { [outputs, inputs / groups] + kernel }
    }

    /// Batch normalisation of channels (or of the values of a row).
    public struct BatchNorm: Sendable, Hashable {
        public var channels: Int
        public var epsilon: Double
        /// Whether the scale stays at 1.
        public var isScaleFixed: Bool

        public init(_ channels: Int, epsilon: Double = 1e-5, isScaleFixed: Bool = false) {
            (self.channels, self.epsilon, self.isScaleFixed) = (channels, epsilon, isScaleFixed)
        }
    }
}

extension Layer {
    static func conv(
        _ i: Int, _ o: Int, _ k: Int, stride: Int = 1, padding p: Int = 0, groups: Int = 1, bias: Bool = false,
        start: Convolution.Start = .kaiming
    ) -> Layer {
        .convolution(
            .init(i, o, [k, k], stride: stride, padding: [p, p], groups: groups, bias: bias, start: start))
    }
    static func norm(_ channels: Int) -> Layer { .batchNorm(.init(channels)) }

    /// Children in the order of definition, with the name of each within its parent.
    var children: [(name: String, layer: Layer)] {
        func numbered(_ layers: [Layer], _ prefix: String = "") -> [(String, Layer)] {
            layers.enumerated().map { ("\(prefix)\($0)", $1) }
        }
        switch self {
        case .sequence(let layers): return numbered(layers)
        case .residual(let body, let shortcut): return numbered(body, "body.") + numbered(shortcut, "skip.")
        case .paddedResidual(let body, _): return numbered(body, "body.")
        case .branches(let branches): return branches.enumerated().flatMap { numbered($1, "branches.\($0).") }
        case .scaledResidual(let branches, let projection, _):
            return branches.enumerated().flatMap { numbered($1, "branches.\($0).") } + [("up", projection)]
        default: return []
        }
    }
}
