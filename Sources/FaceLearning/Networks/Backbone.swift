#if Training
    public import FaceCore

    /// A backbone that runs and learns on LibTorch.
    ///
    /// Parameters are named by their place in the table, as `3.body.0.1.weight`; batch normalisation keeps `running_mean` and
    /// `running_var` beside them.
    public final class Backbone {
        public let plan: BackbonePlan
        public private(set) var parameters: [Parameter] = []
        /// Running statistics by name.
        public private(set) var buffers: [String: Tensor] = [:]
        public let element: Element
        public let device: Device
        /// Whether batch normalisation uses its running statistics while training too, and leaves them as they are.
        public var keepsStatistics = false
        private var byName: [String: Parameter] = [:]
        private static let momentum = 0.1

        /// Values drawn from the seed, the same on every machine; without a seed zeros, for weights that will be read.
        public init(
            _ plan: BackbonePlan, seed: UInt64? = 1, element: Element = .float32, device: Device = .cpu
        ) throws(LikenessError) {
            (self.plan, self.element, self.device) = (plan, element, device)
            var random = seed.map { SeededRandom(seed: $0) }
            let leaves = plan.leaves
            let lastSpatial =
                leaves.lastIndex { leaf in leaf.input.count == 3 && leaf.layer.isGlobalDepthwise } ?? Int.max
            for (i, leaf) in leaves.enumerated() {
                try add(leaf.path, leaf.layer, isTail: i >= lastSpatial, &random)
            }
        }

        public subscript(name: String) -> Parameter? { byName[name] }

        /// Whether the weights come from a file whose normalisation was folded into its convolutions, see
        /// ``BackboneWeights``: some layer normalises by the mean 0 and the variance 1 − ε, which training never leaves.
        ///
        /// Such layers do nothing but add. Normalising by the batch would make another network of them at the first step.
        public var hasFoldedNormalisation: Bool {
            get throws(LikenessError) {
                for leaf in plan.leaves {
                    guard case .batchNorm(let b) = leaf.layer, let mean = buffers["\(leaf.path).running_mean"],
                        let variance = buffers["\(leaf.path).running_var"]
                    else { continue }
                    let folded = Layer.BatchNorm.foldedVariance(epsilon: b.epsilon)
                    let (means, variances) = (try mean.floats(), try variance.floats())
                    if means.allSatisfy({ $0 == 0 }) && variances.allSatisfy({ $0 == folded }) {
                        return true
                    }
                }
                return false
            }
        }

        // MARK: Making parameters

        private func add(_ path: String, _ layer: Layer, isTail: Bool, _ random: inout SeededRandom?)
            throws(LikenessError)
        {
            switch layer {
            case .convolution(let c):
                let shape = c.weightShape
                try add("\(path).weight", drawn(shape, c.start, &random), shape, isTail ? .tail : .weight)
                if c.bias { try add("\(path).bias", constant(0, c.outputs), [c.outputs], .plain) }
            case .linear(let inputs, let outputs, let bias):
                let shape = [outputs, inputs]
                try add("\(path).weight", drawn(shape, .xavier, &random), shape, isTail ? .tail : .weight)
                if bias { try add("\(path).bias", constant(0, outputs), [outputs], .plain) }
            case .batchNorm(let b):
                try add("\(path).weight", constant(1, b.channels), [b.channels], .plain, isFixed: b.isScaleFixed)
                try add("\(path).bias", constant(0, b.channels), [b.channels], .plain)
                buffers["\(path).running_mean"] = try tensor(constant(0, b.channels), [b.channels])
                buffers["\(path).running_var"] = try tensor(constant(1, b.channels), [b.channels])
            case .prelu(let channels): try add("\(path).weight", constant(0.25, channels), [channels], .plain)
            default: break
            }
        }

        private func add(
            _ name: String, _ values: [Float], _ shape: [Int], _ kind: Parameter.Kind, isFixed: Bool = false
        ) throws(LikenessError) {
            let parameter = try Parameter(name, tensor(values, shape).copied(), kind: kind, isTrainable: !isFixed)
            parameters.append(parameter)
            byName[name] = parameter
        }

        private func tensor(_ values: [Float], _ shape: [Int]) throws(LikenessError) -> Tensor {
            try Tensor(values, shape, element: element, device: device)
        }

        private func constant(_ value: Float, _ n: Int) -> [Float] { [Float](repeating: value, count: n) }

        private func drawn(_ shape: [Int], _ start: Layer.Convolution.Start, _ source: inout SeededRandom?) -> [Float] {
            let count = shape.reduce(1, *)
            guard var random = source else { return constant(0, count) }
            defer { source = random }
            let window = shape.dropFirst(2).reduce(1, *)
            let (fanIn, fanOut) = (Double(shape[1] * window), Double(shape[0] * window))
            switch start {
            case .normal(let deviation): return (0..<count).map { _ in Float(deviation * random.normal()) }
            case .xavier:
                let limit = (6 / (fanIn + fanOut)).squareRoot()
                return (0..<count).map { _ in Float((2 * random.unit() - 1) * limit) }
            case .kaiming:
                let deviation = (2 / fanOut).squareRoot()
                return (0..<count).map { _ in Float(deviation * random.normal()) }
            }
        }

        // MARK: Running

        /// Pictures n×c×h×w → embeddings n×d, not normalised. Throws `shape-mismatch` for pictures of another size, and for a
        /// single one in training where a row is batch-normalised.
        public func callAsFunction(_ pictures: Tensor, training: Bool) throws(LikenessError) -> Tensor {
            let shape = pictures.shape
            guard Array(shape.dropFirst()) == plan.input, shape.first ?? 0 > 0 else {
                throw LikenessError(
                    .shapeMismatch, subject: plan.id, "takes pictures of \(plan.input), not \(Array(shape.dropFirst()))"
                )
            }
            // On the CPU depthwise convolutions and normalisation are about 1.3 times as quick pixel by pixel
            // (Benchmarks/peers/train_step.py with and without --channels-last).
            let isPixelwise = device == .cpu && element == .float32 && plan.input.first == 3
            return try run(plan.layers, "", isPixelwise ? pictures.pixelsTogether() : pictures, training)
        }

        private func run(_ layers: [Layer], _ prefix: String, _ x: Tensor, _ training: Bool) throws(LikenessError)
            -> Tensor
        {
            var x = x
            for (i, layer) in layers.enumerated() { x = try run(layer, "\(prefix)\(i)", x, training) }
            return x
        }

        private func run(_ layer: Layer, _ path: String, _ x: Tensor, _ training: Bool) throws(LikenessError) -> Tensor
        {
            switch layer {
            case .convolution(let c):
                return try x.convolved(
                    value("\(path).weight"), bias: byName["\(path).bias"]?.value, stride: [c.stride, c.stride],
                    padding: c.padding, groups: c.groups)
            case .batchNorm(let b): return try normalised(b, path, x, training && !keepsStatistics)
            case .prelu: return try x.parametricRelu(value("\(path).weight"))
            case .relu: return try x.relu()
            case .maxPool(let k, let stride, let padding, let ceiling):
                return try x.maxPooled(kernel: k, stride: stride, padding: padding, ceiling: ceiling)
            case .globalAverage: return try x.mean(over: 2, 3, keeping: true)
            case .flatten: return try x.reshaped([x.shape[0], -1])
            case .linear: return try x.linear(value("\(path).weight"), bias: byName["\(path).bias"]?.value)
            case .dropout(let share): return training ? try x.droppedOut(share) : x
            case .sequence(let layers): return try run(layers, "\(path).", x, training)
            case .residual(let body, let shortcut):
                return try run(body, "\(path).body.", x, training) + run(shortcut, "\(path).skip.", x, training)
            case .paddedResidual(let body, let halved):
                return try paddedSum(
                    run(body, "\(path).body.", x, training),
                    halved ? x.averagePooled(kernel: [2, 2], stride: [2, 2]) : x)
            case .branches(let branches): return try side(branches, path, x, training)
            case .scaledResidual(let branches, let projection, let scale):
                let up = try run(projection, "\(path).up", side(branches, path, x, training), training)
                return try x + up * scale
            }
        }

        private func value(_ name: String) throws(LikenessError) -> Tensor {
            guard let parameter = byName[name] else {
                throw LikenessError(.defect, subject: name, "\(plan.id) has no such parameter")
            }
            return parameter.value
        }

        private func side(
            _ branches: [[Layer]], _ path: String, _ x: Tensor, _ training: Bool
        ) throws(LikenessError) -> Tensor {
            var parts: [Tensor] = []
            for (i, branch) in branches.enumerated() {
                parts.append(try run(branch, "\(path).branches.\(i).", x, training))
            }
            return try Tensor.concatenated(parts, along: 1)
        }

        private func paddedSum(_ a: Tensor, _ b: Tensor) throws(LikenessError) -> Tensor {
            let target = zip(a.shape, b.shape).map { max($0, $1) }
            func padded(_ t: Tensor) throws(LikenessError) -> Tensor {
                let missing = zip(target, t.shape).map { $0 - $1 }
                return missing.allSatisfy { $0 == 0 } ? t : try t.paddedAtEnd([missing[3], missing[2], missing[1]])
            }
            return try padded(a) + padded(b)
        }

        private func normalised(
            _ b: Layer.BatchNorm, _ path: String, _ x: Tensor, _ training: Bool
        ) throws(LikenessError) -> Tensor {
            guard let mean = buffers["\(path).running_mean"], let variance = buffers["\(path).running_var"] else {
                throw LikenessError(.defect, subject: path, "\(plan.id) has no such statistics")
            }
            if training, x.dimensions == 2, x.shape[0] < 2 {
                throw LikenessError(
                    .shapeMismatch, subject: plan.id,
                    "cannot be trained on one picture at a time: a row is batch-normalised",
                    remedy: "use batches of 2 or more")
            }
            return try x.batchNormalised(
                weight: value("\(path).weight"), bias: value("\(path).bias"), mean: mean, variance: variance,
                training: training, momentum: Self.momentum, epsilon: b.epsilon)
        }
    }

    extension Layer.BatchNorm {
        /// With it, the mean 0 and the scale 1 a layer gives back what it gets.
        static func foldedVariance(epsilon: Double) -> Float { Float(1 - epsilon) }
    }

    extension Layer {
        /// A depthwise convolution in the place of pooling (MobileFaceNet): the tail begins here.
        var isGlobalDepthwise: Bool {
            guard case .convolution(let c) = self else { return false }
            return c.groups == c.inputs && c.groups > 1 && c.kernel == [7, 7]
        }
    }
#endif
