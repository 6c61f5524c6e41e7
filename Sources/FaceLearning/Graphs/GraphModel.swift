#if Training
    public import FaceCore
    public import FaceSpace

    private enum Aten {
        static let multiplyBatches = Operation("bmm")
    }

    /// A graph network that learns: the arithmetic of FaceSpace's networks on tensors, under the same names.
    public final class GraphModel {
        public let kind: GraphNetworkKind
        /// Numbers that it reads of a row.
        public let dimension: Int
        public let hidden: [Int]
        public let parameters: [Parameter]
        private let byName: [String: Tensor]

        /// Weights uniform after Glorot and Bengio 2010, slopes 0.25, biases 0. `head` counts for gcn-v and gcn-e only,
        /// `scores` (one or two) for gcn-d only.
        public convenience init(
            _ kind: GraphNetworkKind, dimension: Int, hidden: [Int], head: Int, scores: Int = 1, seed: UInt64
        ) throws(LikenessError) {
            var random = SeededRandom(seed: seed)
            var parameters: [Parameter] = []
            let shapes = Self.shapes(kind, dimension: dimension, hidden: hidden, head: head, scores: scores)
            for (name, shape) in shapes {
                let count = shape.reduce(1, *)
                var values = [Float](repeating: name == "prelu.weight" ? 0.25 : 0, count: count)
                if shape.count == 2 {
                    let bound = (6 / Double(shape[0] + shape[1])).squareRoot()
                    for i in values.indices { values[i] = Float((2 * random.unit() - 1) * bound) }
                }
                parameters.append(
                    try Parameter(name, Tensor(values, shape), kind: shape.count == 2 ? .weight : .plain))
            }
            self.init(kind, dimension: dimension, hidden: hidden, parameters)
        }

        /// The network of a file. Throws as ``FaceSpace/GraphNetworkCard`` and `tensor-missing`.
        public convenience init(_ path: String) throws(LikenessError) {
            let card = try GraphNetworkCard(path)
            let (file, prefix) = (try Safetensors(path), "\(card.kind.rawValue).")
            let head = file.entries["\(prefix)prelu.weight"]?.count ?? 0
            let shapes = Self.shapes(
                card.kind, dimension: card.dimension, hidden: card.hidden, head: head,
                scores: file.entries["\(prefix)score.bias"]?.count ?? 1)
            var parameters: [Parameter] = []
            for (name, shape) in shapes {
                let value = try Tensor(file.floats(prefix + name), shape)
                parameters.append(try Parameter(name, value, kind: shape.count == 2 ? .weight : .plain))
            }
            self.init(card.kind, dimension: card.dimension, hidden: card.hidden, parameters)
        }

        private init(_ kind: GraphNetworkKind, dimension: Int, hidden: [Int], _ parameters: [Parameter]) {
            (self.kind, self.dimension, self.hidden, self.parameters) = (kind, dimension, hidden, parameters)
            byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
        }

        /// Names and shapes in the order of a file.
        private static func shapes(
            _ kind: GraphNetworkKind, dimension: Int, hidden: [Int], head: Int, scores: Int
        ) -> [(String, [Int])] {
            let isClassifier = kind == .confidence || kind == .connectivity
            var out: [(String, [Int])] = []
            var width = kind == .segmentation ? dimension + 1 : dimension
            for (n, units) in hidden.enumerated() {
                out.append(("layer\(n).weight", [isClassifier ? 2 * width : width, units]))
                if isClassifier { out.append(("layer\(n).bias", [units])) }
                width = units
            }
            let outputs = kind == .confidence ? 1 : kind == .detection ? scores : 2
            guard isClassifier else {
                return out + [("score.weight", [width, outputs]), ("score.bias", [outputs])]
            }
            return out + [
                ("head0.weight", [width, head]), ("head0.bias", [head]), ("prelu.weight", [head]),
                ("head1.weight", [head, outputs]), ("head1.bias", [outputs]),
            ]
        }

        private func weight(_ name: String) throws(LikenessError) -> Tensor {
            guard let tensor = byName[name] else {
                throw LikenessError(.tensorMissing, subject: name, "\(kind.rawValue) has no such tensor")
            }
            return tensor
        }

        // MARK: Forward

        /// gcn-v on rows n×d and their averages over the graph n×d: n confidences.
        public func confidences(_ x: Tensor, means: Tensor) throws(LikenessError) -> Tensor {
            let both = try Tensor.concatenated([x, means], along: 1)
            let h = try (both.product(weight("layer0.weight")) + weight("layer0.bias")).relu()
            return try classified(h).squeezed(1)
        }

        /// The other networks: the scores of each proposal (gcn-d; batch×scores), or ln P of two classes for every place
        /// (gcn-s, gcn-e; batch·places×2).
        public func callAsFunction(_ batch: GraphBatch) throws(LikenessError) -> Tensor {
            var h = batch.x
            for n in hidden.indices { h = try layer(n, h, batch).relu() }
            let flat = try h.reshaped([batch.count * batch.places, hidden[hidden.count - 1]])
            switch kind {
            case .detection:
                // units are at least 0 and those of empty places are 0: these never are the only largest ones
                let largest = try h.maximum(over: 1).values
                return try largest.product(weight("score.weight")) + weight("score.bias")
            case .segmentation:
                return try (flat.product(weight("score.weight")) + weight("score.bias")).logSoftmax(over: 1)
            case .connectivity, .confidence:
                return try classified(flat).logSoftmax(over: 1)
            }
        }

        /// Averages and products of one layer, batch×places×units. A plain layer averages on its narrower side: Â·(H·W) is
        /// (Â·H)·W, and averaging costs places² a column.
        private func layer(_ n: Int, _ h: Tensor, _ batch: GraphBatch) throws(LikenessError) -> Tensor {
            let (weights, places) = (try weight("layer\(n).weight"), batch.count * batch.places)
            func averaged(_ x: Tensor) throws(LikenessError) -> Tensor {
                try Aten.multiplyBatches(.tensor(batch.adjacency), .tensor(x))
            }
            func product(_ x: Tensor) throws(LikenessError) -> Tensor {
                try x.reshaped([places, x.shape[2]]).product(weights).reshaped([batch.count, batch.places, hidden[n]])
            }
            if kind == .connectivity {
                let both = try Tensor.concatenated([h, averaged(h)], along: 2)
                return try product(both) + weight("layer\(n).bias")
            }
            return h.shape[2] > hidden[n] ? try averaged(product(h)) : try product(averaged(h))
        }

        private func classified(_ h: Tensor) throws(LikenessError) -> Tensor {
            let z = try (h.product(weight("head0.weight")) + weight("head0.bias")).parametricRelu(
                weight("prelu.weight"))
            return try z.product(weight("head1.weight")) + weight("head1.bias")
        }

        // MARK: Files

        /// Writes the network as FaceSpace reads it; `half` rounds to float16. `values` stand in for the parameters' own.
        public func write(
            to path: String, card: GraphNetworkCard, values: [String: Tensor] = [:], half: Bool = false,
            force: Bool = false
        ) throws(LikenessError) {
            var writer = SafetensorsWriter(metadata: card.metadata)
            for p in parameters {
                let tensor = values[p.name] ?? p.value
                writer.add("\(kind.rawValue).\(p.name)", try tensor.floats(), shape: tensor.shape, half: half)
            }
            try writer.write(to: path, force: force)
        }
    }
#endif
