#if Training
    public import FaceCore

    /// All class weights in one process: C×D, or C×K×D with K sub-centres a class.
    public final class FullHead: ClassHead {
        public private(set) var rule: any MarginRule
        public let weights: Parameter
        public let bias: Parameter?
        public let entropy: CrossEntropy
        /// Terms added to the loss, each with a weight and a name for the log.
        public let terms: [(name: String, weight: Double, loss: any ClassLoss)]
        private let learnedScale: Parameter?

        public init(
            weights: Tensor, bias: Tensor? = nil, rule: any MarginRule, entropy: CrossEntropy = CrossEntropy(),
            terms: [(name: String, weight: Double, loss: any ClassLoss)] = []
        ) throws(LikenessError) {
            self.weights = try Parameter("head.weight", weights, kind: .head)
            self.bias = try bias.map { (b) throws(LikenessError) in try Parameter("head.bias", b, kind: .plain) }
            self.rule = rule
            self.entropy = entropy
            self.terms = terms
            if case .learned(let scale) = rule.scale {
                learnedScale = try Parameter("head.scale", scale, kind: .plain)
            } else {
                learnedScale = nil
            }
        }

        public var parameters: [Parameter] { [weights] + [bias, learnedScale].compactMap { $0 } }
        public var state: HeadState { HeadState(numbers: rule.state) }
        public func restore(_ state: HeadState) throws(LikenessError) { rule.restore(state.numbers) }

        public func step(_ features: Tensor, _ labels: [Int], factor: Double) throws(LikenessError) -> HeadReport {
            let (loss, report) = try loss(features, labels)
            try (loss * factor).backward()
            return report
        }

        /// The loss as a scalar that can be differentiated.
        package func loss(_ features: Tensor, _ labels: [Int]) throws(LikenessError) -> (Tensor, HeadReport) {
            let classes = weights.value.shape[0]
            guard labels.count == features.shape[0], labels.allSatisfy({ (0..<classes).contains($0) }) else {
                throw LikenessError(
                    .trainingInput, subject: "labels",
                    "\(labels.count) labels up to \(labels.max() ?? 0) for \(features.shape[0]) rows and \(classes) classes"
                )
            }
            let columns = try Tensor(labels).beside(features)
            let batch = try MarginBatch(
                features: features, weights: weights.value, bias: bias?.value, labels: columns, rule: rule)
            var loss = try entropy(rule.logits(batch), columns)
            if let penalty = try rule.penalty(batch) { loss = try loss + penalty }
            var parts: [String: Double] = [:]
            if !terms.isEmpty { parts["classes"] = try loss.scalar() }
            for term in terms {
                let value = try term.loss(features, weights: weights.value, labels: columns)
                parts[term.name] = try value.scalar()
                loss = try loss + value * term.weight
            }
            let hits = try batch.products.detached().maximum(over: 1).indices .== columns
            let report = HeadReport(
                loss: try loss.scalar(), parts: parts, targetCosine: try batch.target.mean().scalar(),
                accuracy: try hits.converted(to: .float64).mean().scalar())
            return (loss, report)
        }
    }
#endif
