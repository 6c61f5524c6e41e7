#if Training
    public import FaceCore

    /// Weights of a backbone, from ONNX or safetensors files and to the latter.
    public enum BackboneWeights {
        /// Loads by the file's ending. Throws `checkpoint-mismatch` when the architecture is another.
        public static func load(_ path: String, into net: Backbone) throws(LikenessError) {
            if path.hasSuffix(".onnx") {
                try load(ONNXGraph(path: path), into: net, subject: path)
            } else {
                try load(Safetensors(path), into: net, subject: path)
            }
        }

        /// Writes parameters and running statistics by their names.
        public static func write(_ net: Backbone, to path: String, force: Bool = false) throws(LikenessError) {
            var writer = SafetensorsWriter(metadata: ["backbone": net.plan.id])
            for p in net.parameters { writer.add(p.name, try p.value.floats(), shape: p.value.shape) }
            for (name, buffer) in net.buffers.sorted(by: { $0.key < $1.key }) {
                writer.add(name, try buffer.floats(), shape: buffer.shape)
            }
            try writer.write(to: path, force: force)
        }

        /// Our own names (also those of a checkpoint's trunk), or torchvision's for ResNet-50.
        private static func load(_ file: Safetensors, into net: Backbone, subject: String) throws(LikenessError) {
            let prefix = file.entries.keys.contains { $0.hasPrefix("trunk.") } ? "trunk." : ""
            let names = file.entries["layer1.0.conv1.weight"] == nil ? nil : torchvisionNames(net.plan)
            let targets = net.parameters.map { ($0.name, $0.value) } + net.buffers.map { ($0.key, $0.value) }
            for (name, target) in targets {
                // a run with a moving average is represented by it
                let averaged = file.entries["average.\(name)"] == nil ? nil : "average.\(name)"
                let stored = names.map { $0[name] } ?? averaged ?? prefix + name
                // ImageNet's classifier has no place here: the last linear layer stays as it was drawn.
                guard let stored else { continue }
                guard let entry = file.entries[stored], entry.shape == target.shape else {
                    throw mismatch(subject, stored, file.entries[stored]?.shape, target.shape)
                }
                try set(target, try file.floats(stored))
            }
        }

        private static func set(_ target: Tensor, _ values: [Float]) throws(LikenessError) {
            let element = target.element
            try withoutGradients { () throws(LikenessError) in
                let source = try Tensor(values, target.shape, element: element).beside(target)
                try target.detached().copyInPlace(source)
            }
        }

        private static func mismatch(_ subject: String, _ name: String, _ found: [Int]?, _ wanted: [Int])
            -> LikenessError
        {
            LikenessError(
                .checkpointMismatch, subject: subject,
                "'\(name)' is \(found.map { "of shape \($0)" } ?? "missing"), \(wanted) is wanted",
                remedy: "name the backbone that the weights belong to")
        }

        /// torchvision's names of a ResNet-50's tensors by ours.
        static func torchvisionNames(_ plan: BackbonePlan) -> [String: String] {
            var out: [String: String] = [:]
            let fields = ["weight", "bias", "running_mean", "running_var"]
            func add(_ own: String, _ theirs: String) {
                for field in fields { out["\(own).\(field)"] = "\(theirs).\(field)" }
            }
            add("0", "conv1")
            add("1", "bn1")
            var at = 4
            for (stage, count) in [3, 4, 6, 3].enumerated() {
                for block in 0..<count {
                    let theirs = "layer\(stage + 1).\(block)"
                    for (i, place) in [0, 3, 6].enumerated() {
                        add("\(at).0.body.\(place)", "\(theirs).conv\(i + 1)")
                        add("\(at).0.body.\(place + 1)", "\(theirs).bn\(i + 1)")
                    }
                    add("\(at).0.skip.0", "\(theirs).downsample.0")
                    add("\(at).0.skip.1", "\(theirs).downsample.1")
                    at += 1
                }
            }
            return out
        }

        // MARK: ONNX

        /// Layers with weights are matched in order, by kind and shape. Batch normalisation that the file has folded into a
        /// convolution becomes one that only adds: mean 0, variance 1 − ε, scale 1, the folded bias as its shift. Where the
        /// file normalises pixels otherwise than ``ChipTensor``, its first convolution takes the difference over.
        private static func load(_ graph: ONNXGraph, into net: Backbone, subject: String) throws(LikenessError) {
            let kinds: Set = ["Conv", "Gemm", "MatMul", "PRelu", "BatchNormalization"]
            var nodes = graph.nodes.filter { kinds.contains($0.operation) }[...]
            var pending: [Float]?
            var isFirst = true
            for leaf in net.plan.leaves {
                let path = leaf.path
                if case .batchNorm(let b) = leaf.layer {
                    if nodes.first?.operation == "BatchNormalization", let node = nodes.popFirst() {
                        try flush(&pending, subject, path)
                        for (i, field) in ["weight", "bias", "running_mean", "running_var"].enumerated() {
                            try set(net, "\(path).\(field)", constant(graph, node, i + 1, subject))
                        }
                    } else {
                        try identity(net, path, b, shift: pending)
                        pending = nil
                    }
                    continue
                }
                try flush(&pending, subject, path)
                guard let node = nodes.popFirst(), leaf.layer.onnxOperations.contains(node.operation) else {
                    throw LikenessError(
                        .checkpointMismatch, subject: subject,
                        "has no \(leaf.layer.onnxOperations.joined(separator: " or ")) where \(net.plan.id) has '\(path)'"
                    )
                }
                var weights = try weights(graph, node, subject)
                if case .prelu = leaf.layer {
                    try set(net, "\(path).weight", weights)
                    continue
                }
                var bias = node.inputs.count > 2 ? try constant(graph, node, 2, subject) : nil
                if isFirst, let input = ONNXInput(graph) {
                    try takeOver(input, leaf.layer, &weights, &bias, subject)
                }
                isFirst = false
                try set(net, "\(path).weight", weights)
                if net["\(path).bias"] != nil {
                    let zero = [Float](repeating: 0, count: leaf.layer.outputs)
                    try set(net, "\(path).bias", bias ?? .init(zero, [zero.count]))
                } else {
                    pending = bias?.values
                }
            }
            guard nodes.isEmpty else {
                throw LikenessError(
                    .checkpointMismatch, subject: subject, "has \(nodes.count) layers more than \(net.plan.id)")
            }
        }

        /// The node's weights, those of a product as outputs × inputs.
        private static func weights(
            _ graph: ONNXGraph, _ node: ONNXGraph.Node, _ subject: String
        ) throws(LikenessError) -> ONNXGraph.Constant {
            let stored = try constant(graph, node, 1, subject)
            var isTransposed = node.operation == "MatMul"
            if node.operation == "Gemm" {
                isTransposed = true
                if case .int(let flag) = node.attributes["transB"] { isTransposed = flag == 0 }
            }
            guard isTransposed, stored.shape.count == 2 else { return stored }
            let (rows, columns) = (stored.shape[0], stored.shape[1])
            let values = (0..<columns).flatMap { c in (0..<rows).map { stored.values[$0 * columns + c] } }
            return .init(values, [columns, rows])
        }

        /// A first convolution that gives for ``ChipTensor``'s pixels what it gave for the file's own. A shift can only be
        /// taken over where no zeros are put around the picture.
        private static func takeOver(
            _ input: ONNXInput, _ layer: Layer, _ weights: inout ONNXGraph.Constant, _ bias: inout ONNXGraph.Constant?,
            _ subject: String
        ) throws(LikenessError) {
            guard case .convolution(let c) = layer, weights.shape == c.weightShape else { return }
            let changes = input.after(
                mean: Double(ChipTensor.mean), scale: Double(ChipTensor.scale), channels: c.inputs / c.groups)
            guard c.groups == 1, let changes else {
                throw LikenessError(.checkpointMismatch, subject: subject, "normalises pixels in a way not known here")
            }
            guard changes.contains(where: { abs($0.factor - 1) > 1e-6 || abs($0.shift) > 1e-6 }) else { return }
            guard c.padding == [0, 0] || changes.allSatisfy({ abs($0.shift) <= 1e-6 }) else {
                throw LikenessError(
                    .checkpointMismatch, subject: subject,
                    "subtracts other means than \(ChipTensor.mean) before a convolution with padding")
            }
            let window = c.kernel[0] * c.kernel[1]
            var added = [Double](repeating: 0, count: c.outputs)
            for (i, value) in weights.values.enumerated() {
                let change = changes[i / window % c.inputs]
                added[i / (window * c.inputs)] += Double(value) * change.shift
                weights.values[i] = Float(Double(value) * change.factor)
            }
            let old = bias?.values ?? [Float](repeating: 0, count: c.outputs)
            bias = .init(zip(old, added).map { Float(Double($0) + $1) }, [c.outputs])
        }

        private static func flush(_ pending: inout [Float]?, _ subject: String, _ path: String) throws(LikenessError) {
            if let bias = pending, bias.contains(where: { $0 != 0 }) {
                throw LikenessError(.checkpointMismatch, subject: subject, "a bias before '\(path)' has no place")
            }
            pending = nil
        }

        private static func constant(
            _ graph: ONNXGraph, _ node: ONNXGraph.Node, _ i: Int, _ subject: String
        ) throws(LikenessError) -> ONNXGraph.Constant {
            guard i < node.inputs.count, let constant = graph.constants[node.inputs[i]] else {
                throw LikenessError(
                    .checkpointMismatch, subject: subject,
                    "\(node.operation) \(node.outputs.first ?? "") lacks a constant")
            }
            return constant
        }

        /// The scale may be fixed at 1 and the folded network needs no other.
        private static func identity(
            _ net: Backbone, _ path: String, _ b: Layer.BatchNorm, shift: [Float]?
        ) throws(LikenessError) {
            let n = b.channels
            let fill = { (x: Float) in ONNXGraph.Constant([Float](repeating: x, count: n), [n]) }
            try set(net, "\(path).weight", fill(1))
            try set(net, "\(path).bias", shift.map { .init($0, [n]) } ?? fill(0))
            try set(net, "\(path).running_mean", fill(0))
            try set(net, "\(path).running_var", fill(Layer.BatchNorm.foldedVariance(epsilon: b.epsilon)))
        }

        private static func set(_ net: Backbone, _ name: String, _ c: ONNXGraph.Constant) throws(LikenessError) {
            guard let target = net[name]?.value ?? net.buffers[name] else {
                throw LikenessError(.defect, subject: name, "\(net.plan.id) has no such tensor")
            }
            // slopes are stored as c×1×1
            guard target.shape == c.shape || (target.count == c.values.count && target.dimensions == 1) else {
                throw mismatch(net.plan.id, name, c.shape, target.shape)
            }
            try set(target, c.values)
        }
    }

    extension Layer {
        /// Operations that may stand for it in a file.
        var onnxOperations: [String] {
            switch self {
            case .convolution: ["Conv"]
            case .linear(_, _, let bias): bias ? ["Gemm"] : ["Gemm", "MatMul"]
            case .prelu: ["PRelu"]
            default: []
            }
        }

        var outputs: Int {
            switch self {
            case .convolution(let c): c.outputs
            case .linear(_, let outputs, _): outputs
            default: 0
            }
        }
    }
#endif
