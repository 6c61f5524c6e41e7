#if Training
    public import FaceCore

    /// A recipe's loss put together: a head, terms of the embeddings, centres. Each term is logged by its name.
    public final class Objective {
        public let head: (any ClassHead)?
        public let terms: [(name: String, weight: Double, loss: any EmbeddingLoss)]
        public let center: (weight: Double, loss: CenterLoss)?

        public init(
            head: (any ClassHead)?, terms: [(name: String, weight: Double, loss: any EmbeddingLoss)] = [],
            center: (weight: Double, loss: CenterLoss)? = nil
        ) {
            (self.head, self.terms, self.center) = (head, terms, center)
        }

        /// What one step gave.
        public struct Report: Sendable {
            public var loss = 0.0
            public var parts: [String: Double] = [:]
            public var targetCosine: Double?
            public var accuracy: Double?
            public var activeShare: Double?
        }

        public var parameters: [Parameter] { head?.parameters ?? [] }

        /// Collects the gradients of factor · loss in the head's parameters and in whatever the features were computed from.
        public func step(_ features: Tensor, _ labels: [Int], factor: Double) throws(LikenessError) -> Report {
            // The border between precisions: everything behind it in float32 (or float64).
            let wide: Element = features.element == .float64 ? .float64 : .float32
            let leaf = try features.detached().converted(to: wide).asLeaf()
            var report = Report()
            if let head {
                let part = try head.step(leaf, labels, factor: factor)
                (report.loss, report.parts) = (part.loss, part.parts)
                (report.targetCosine, report.accuracy) = (part.targetCosine, part.accuracy)
                if center != nil || !terms.isEmpty { report.parts["classes"] = part.loss }
            }
            for term in terms {
                let value = try term.loss(leaf, labels)
                try add(value.loss, term.weight, term.name, factor, &report)
                if let active = value.active, value.terms > 0 {
                    report.activeShare = Double(active) / Double(value.terms)
                }
            }
            if let (weight, loss) = center {
                let columns = try Tensor(labels).beside(leaf)
                try add(loss(leaf, columns), weight, "center", factor, &report)
                try loss.update(leaf, columns)
            }
            try features.backward(seed: leaf.gradientOrZeros().converted(to: features.element))
            return report
        }

        private func add(
            _ value: Tensor, _ weight: Double, _ name: String, _ factor: Double, _ report: inout Report
        ) throws(LikenessError) {
            let number = try value.scalar()
            report.parts[name] = number
            report.loss += weight * number
            if value.requiresGradient { try (value * (weight * factor)).backward() }
        }
    }
#endif
