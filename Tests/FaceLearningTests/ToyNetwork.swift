#if Training
    import FaceCore
    import FaceLearning

    /// z = tanh(x w1ᵀ + b1) w2ᵀ + b2, on which the losses against forgetting are checked.
    struct ToyNetwork {
        static let names = ["w1", "b1", "w2", "b2"]
        var parameters: [Tensor]

        func callAsFunction(_ x: Tensor) throws -> Tensor {
            let hidden = try (x.productOfRows(parameters[0]) + parameters[1]).tanh()
            return try hidden.productOfRows(parameters[2]) + parameters[3]
        }

        static func run(_ out: inout LossCase, _ c: GoldenCase, _ element: Element) throws {
            var tensors: [Tensor] = []
            for name in names {
                let tensor = try out.toyTensor(name)
                tensors.append(tensor.requiresGradient ? tensor : try tensor.asLeaf())
            }
            let network = ToyNetwork(parameters: tensors)
            switch c.id {
            case "fisher-diagonal", "mas-importance": try importance(&out, c, network)
            case "si-three-steps": try path(&out, c, network)
            default: try penalty(&out, c, network)
            }
        }

        private static func importance(_ out: inout LossCase, _ c: GoldenCase, _ network: ToyNetwork) throws {
            let x = try out.toyTensor("x")
            let samples = x.shape[0]
            let found: ParameterImportance
            let value: Tensor
            if c.loss == "mas" {
                found = try .sensitivity(network.parameters, samples: samples) { (i) throws(LikenessError) in
                    try LossCase.typed { try network(x.slice(0, from: i, count: 1)).squared().sum() }
                }
                value = try network(x).squared().sum() / Double(samples)
            } else {
                let labels = try out.toyLabels()
                found = try .fisher(network.parameters, samples: samples) { (i) throws(LikenessError) in
                    try LossCase.typed {
                        try CrossEntropy()(network(x.slice(0, from: i, count: 1)), Tensor([labels[i]]))
                    }
                }
                value = try CrossEntropy()(network(x), Tensor(labels))
            }
            for (name, tensor) in zip(names, found.importance) { try out.toyExtra("importance_\(name)", tensor) }
            try out.toyFinish(value)
        }

        private static func penalty(_ out: inout LossCase, _ c: GoldenCase, _ network: ToyNetwork) throws {
            var (importance, anchors): ([Tensor], [Tensor]) = ([], [])
            for name in names {
                importance.append(try out.toyTensor("importance_\(name)"))
                anchors.append(try out.toyTensor("old_\(name)"))
            }
            var value = try ParameterImportance(importance: importance, anchors: anchors)
                .penalty(network.parameters, lambda: c.number("lambda"))
            if c.has("x") { value = try value + CrossEntropy()(network(out.toyTensor("x")), Tensor(out.toyLabels())) }
            try out.toyFinish(value)
        }

        private static func path(_ out: inout LossCase, _ c: GoldenCase, _ network: ToyNetwork) throws {
            var network = network
            let (x, labels) = (try out.toyTensor("x"), try Tensor(out.toyLabels()))
            var path = try SynapticIntelligence(network.parameters, damping: c.number("xi"))
            for _ in 0..<Int(c.number("steps")) {
                let gradients = try CrossEntropy()(network(x), labels).gradients(of: network.parameters)
                let before = network.parameters
                network.parameters = try zip(before, gradients).map { try ($0 - $1 * c.number("lr")).asLeaf() }
                try path.record(gradients: gradients, before: before, after: network.parameters)
            }
            let importance = try path.importance(network.parameters)
            for (i, name) in names.enumerated() {
                try out.toyExtra("path_\(name)", path.paths[i])
                try out.toyExtra("final_\(name)", network.parameters[i])
                try out.toyExtra("importance_\(name)", importance.importance[i])
            }
            try out.toyFinish(CrossEntropy()(network(x), labels).detached())
        }
    }

    extension LossCase {
        /// The library's closures throw its own error only.
        static func typed<R>(_ body: () throws -> R) throws(LikenessError) -> R {
            do { return try body() } catch let error as LikenessError { throw error } catch {
                throw LikenessError(.defect, subject: "test", "\(error)")
            }
        }
    }
#endif
