#if Training
    public import FaceCore

    /// Writes a backbone as an ONNX graph: batch normalisation folded where a convolution or a linear layer comes before it,
    /// a free batch, and the chip's normalisation inside, so that pixels 0…255 go in.
    public struct ONNXExport {
        private let net: Backbone
        private var graph = ONNXGraph()
        private var values = 0

        /// `normalise`: embeddings of length one come out.
        public static func graph(_ net: Backbone, normalise: Bool = false) throws(LikenessError) -> ONNXGraph {
            var export = ONNXExport(net: net)
            try export.run(normalise)
            return export.graph
        }

        private init(net: Backbone) { self.net = net }

        private mutating func run(_ normalise: Bool) throws(LikenessError) {
            let plan = net.plan
            graph.inputs = [.init(name: "input", shape: [nil] + plan.input.map(Optional.some))]
            graph.outputs = [.init(name: "embedding", shape: [nil, plan.dimension])]
            graph.metadata["backbone"] = plan.id
            graph.constants["pixel.mean"] = .init([ChipTensor.mean], [1, 1, 1, 1])
            graph.constants["pixel.scale"] = .init([ChipTensor.scale], [1, 1, 1, 1])
            var x = add("Mul", [add("Sub", ["input", "pixel.mean"]), "pixel.scale"])
            (x, _) = try emit(plan.layers, "", x, plan.input)
            if normalise {
                let length = add("ReduceL2", [x], ["axes": .ints([1]), "keepdims": .int(1)])
                graph.constants["length.least"] = .init([1e-12], [])
                x = add("Div", [x, add("Max", [length, "length.least"])])
            }
            graph.nodes.append(.init(operation: "Identity", inputs: [x], outputs: ["embedding"], attributes: [:]))
        }

        private mutating func add(
            _ operation: String, _ inputs: [String], _ attributes: [String: ONNXGraph.Attribute] = [:]
        ) -> String {
            values += 1
            let name = "v\(values)"
            graph.nodes.append(.init(operation: operation, inputs: inputs, outputs: [name], attributes: attributes))
            return name
        }

        /// Emits layers one after another; looks one ahead for a normalisation to be folded. Returns the value and its shape.
        private mutating func emit(
            _ layers: [Layer], _ prefix: String, _ input: String, _ shape: [Int]
        ) throws(LikenessError) -> (String, [Int]) {
            var (x, shape, i) = (input, shape, 0)
            while i < layers.count {
                let (layer, path) = (layers[i], "\(prefix)\(i)")
                var folded: (Layer.BatchNorm, String)?
                if i + 1 < layers.count, case .batchNorm(let b) = layers[i + 1], layer.takesFolding {
                    folded = (b, "\(prefix)\(i + 1)")
                }
                x = try emit(layer, path, x, shape, folded)
                shape = try layer.outputShape(shape)
                i += folded == nil ? 1 : 2
            }
            return (x, shape)
        }

        private mutating func emit(
            _ layer: Layer, _ path: String, _ x: String, _ shape: [Int], _ folded: (Layer.BatchNorm, String)?
        ) throws(LikenessError) -> String {
            switch layer {
            case .convolution(let c):
                let (weight, bias) = try weights(path, c.weightShape, folded)
                return add(
                    "Conv", [x, weight, bias],
                    [
                        "group": .int(c.groups), "kernel_shape": .ints(c.kernel),
                        "strides": .ints([c.stride, c.stride]),
                        "pads": .ints(c.padding + c.padding),
                    ])
            case .linear(let inputs, let outputs, _):
                let (weight, bias) = try weights(path, [outputs, inputs], folded)
                return add("Gemm", [x, weight, bias], ["transB": .int(1)])
            case .batchNorm(let b): return try normalisation(b, path, x)
            case .prelu(let channels):
                let slope = try store(
                    "\(path).weight", floats("\(path).weight"), [channels] + (shape.count == 3 ? [1, 1] : []))
                return add("PRelu", [x, slope])
            case .relu: return add("Relu", [x])
            case .maxPool(let k, let stride, let padding, let ceiling):
                return add(
                    "MaxPool", [x],
                    [
                        "kernel_shape": .ints([k, k]), "strides": .ints([stride, stride]),
                        "pads": .ints([padding, padding, padding, padding]), "ceil_mode": .int(ceiling ? 1 : 0),
                    ])
            case .globalAverage: return add("GlobalAveragePool", [x])
            case .flatten: return add("Flatten", [x], ["axis": .int(1)])
            case .dropout: return x
            case .sequence(let layers): return try emit(layers, "\(path).", x, shape).0
            case .residual(let body, let shortcut):
                let main = try emit(body, "\(path).body.", x, shape).0
                return add("Add", [main, try emit(shortcut, "\(path).skip.", x, shape).0])
            case .paddedResidual(let body, let halved): return try paddedSum(body, halved, path, x, shape)
            case .branches(let branches): return try side(branches, path, x, shape).0
            case .scaledResidual(let branches, let projection, let scale):
                let (all, inner) = try side(branches, path, x, shape)
                let up = try emit(projection, "\(path).up", all, inner, nil)
                let factor = store("\(path).scale", [Float(scale)], [1, 1, 1, 1])
                return add("Add", [x, add("Mul", [up, factor])])
            }
        }

        private mutating func side(
            _ branches: [[Layer]], _ path: String, _ x: String, _ shape: [Int]
        ) throws(LikenessError) -> (String, [Int]) {
            var (parts, channels, out) = ([String](), 0, shape)
            for (i, branch) in branches.enumerated() {
                let (value, size) = try emit(branch, "\(path).branches.\(i).", x, shape)
                parts.append(value)
                channels += size[0]
                out = size
            }
            return (add("Concat", parts, ["axis": .int(1)]), [channels] + out.dropFirst())
        }

        private mutating func paddedSum(
            _ body: [Layer], _ halved: Bool, _ path: String, _ x: String, _ shape: [Int]
        ) throws(LikenessError) -> String {
            let (main, out) = try emit(body, "\(path).body.", x, shape)
            let pooled: ONNXGraph.Attribute = .ints([2, 2])
            let skip = halved ? add("AveragePool", [x], ["kernel_shape": pooled, "strides": pooled]) : x
            let other = Layer.halved(shape, halved)
            let target = zip(out, other).map { max($0, $1) }
            return add("Add", [pad(main, out, target), pad(skip, other, target)])
        }

        private mutating func pad(_ x: String, _ shape: [Int], _ target: [Int]) -> String {
            guard shape != target else { return x }
            let missing = zip(target, shape).map { $0 - $1 }
            let name = "pads\(values)"
            graph.integers[name] = [0, 0, 0, 0, 0] + missing
            return add("Pad", [x, name])
        }

        private mutating func store(_ name: String, _ values: [Float], _ shape: [Int]) -> String {
            graph.constants[name] = .init(values, shape)
            return name
        }

        private func floats(_ name: String) throws(LikenessError) -> [Float] {
            guard let tensor = net[name]?.value ?? net.buffers[name] else {
                throw LikenessError(.defect, subject: name, "\(net.plan.id) has no such tensor")
            }
            return try tensor.floats()
        }

        /// y = factor·x + shift of a normalisation, in double precision.
        private func affine(_ b: Layer.BatchNorm, _ path: String) throws(LikenessError) -> (
            factor: [Double], shift: [Double]
        ) {
            let (scale, bias) = (try floats("\(path).weight"), try floats("\(path).bias"))
            let (mean, variance) = (try floats("\(path).running_mean"), try floats("\(path).running_var"))
            let factor = scale.indices.map { Double(scale[$0]) / (Double(variance[$0]) + b.epsilon).squareRoot() }
            return (factor, scale.indices.map { Double(bias[$0]) - Double(mean[$0]) * factor[$0] })
        }

        private mutating func weights(
            _ path: String, _ shape: [Int], _ folded: (Layer.BatchNorm, String)?
        ) throws(LikenessError) -> (String, String) {
            var weight = try floats("\(path).weight")
            var bias = net["\(path).bias"] == nil ? [Float](repeating: 0, count: shape[0]) : try floats("\(path).bias")
            if let (b, place) = folded {
                let (factor, shift) = try affine(b, place)
                let each = weight.count / shape[0]
                for o in 0..<shape[0] {
                    for i in o * each..<(o + 1) * each { weight[i] = Float(Double(weight[i]) * factor[o]) }
                    bias[o] = Float(Double(bias[o]) * factor[o] + shift[o])
                }
            }
            return (store("\(path).weight", weight, shape), store("\(path).bias", bias, [shape[0]]))
        }

        /// One that no layer before it can take.
        private mutating func normalisation(
            _ b: Layer.BatchNorm, _ path: String, _ x: String
        ) throws(LikenessError) -> String {
            var inputs = [x]
            for field in ["weight", "bias", "running_mean", "running_var"] {
                inputs.append(store("\(path).\(field)", try floats("\(path).\(field)"), [b.channels]))
            }
            return add("BatchNormalization", inputs, ["epsilon": .float(Float(b.epsilon))])
        }
    }

    extension Layer {
        var takesFolding: Bool {
            switch self {
            case .convolution, .linear: true
            default: false
            }
        }
    }
#endif
