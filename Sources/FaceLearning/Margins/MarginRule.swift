#if Training
    public import FaceCore

    /// One loss of the margin-softmax family: cosines → logits. Heads call it; none of them knows a particular loss.
    ///
    /// A loss overrides one step, as a rule that of the target. Everything else has a default: negatives are left alone, there
    /// is no state and no penalty. All of it works in float32 or float64, never below.
    public protocol MarginRule {
        var normalisation: MarginNormalisation { get }
        /// Factor of cosines; used only where both sides are of length one. A learned one is a scalar that needs a gradient.
        var scale: MarginScale { get }
        /// Renews state from the batch, before anything is computed with it; without gradient.
        mutating func observe(_ batch: MarginBatch) throws(LikenessError)
        /// The true classes' logits before the scale, N.
        func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor
        /// All logits before the scale, N×C; those of the true classes are replaced afterwards.
        func negatives(_ batch: MarginBatch) throws(LikenessError) -> Tensor
        /// A term to be added to the loss.
        func penalty(_ batch: MarginBatch) throws(LikenessError) -> Tensor?
        /// Numbers that a checkpoint must keep.
        var state: [String: Double] { get }
        mutating func restore(_ state: [String: Double])
    }

    /// The factor of cosines.
    public enum MarginScale {
        case fixed(Double)
        /// A scalar tensor, learned with the weights.
        case learned(Tensor)

        func times(_ cosines: Tensor) throws(LikenessError) -> Tensor {
            switch self {
            case .fixed(let s): try cosines * s
            case .learned(let s): try cosines * s
            }
        }
    }

    extension MarginRule {
        public var normalisation: MarginNormalisation { .both }
        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {}
        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor { batch.target }
        public func negatives(_ batch: MarginBatch) throws(LikenessError) -> Tensor { batch.products }
        public func penalty(_ batch: MarginBatch) throws(LikenessError) -> Tensor? { nil }
        public var state: [String: Double] { [:] }
        public mutating func restore(_ state: [String: Double]) {}

        /// N×C logits of the whole rule.
        package mutating func logits(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try withoutGradients { () throws(LikenessError) in try observe(batch) }
            switch normalisation {
            case .both:
                let all = try scale.times(negatives(batch))
                return try batch.replacingTarget(all, with: scale.times(target(batch)))
            case .weights:
                return try batch.replacingTarget(negatives(batch), with: batch.featureNorms * target(batch))
            case .none:
                guard let weightNorms = batch.weightNorms else { return try negatives(batch) }
                let radius = try batch.featureNorms * weightNorms
                return try batch.replacingTarget(negatives(batch), with: radius * target(batch))
            }
        }
    }

    /// Where an angle or a sine is taken, cosines are kept this far from ±1: the derivative is finite, and 0 beyond.
    let cosineMargin = 1e-7

    extension Tensor {
        /// Cosines kept away from ±1.
        func clampedCosine(_ margin: Double = cosineMargin) throws(LikenessError) -> Tensor {
            try clamped(-1 + margin, 1 - margin)
        }

        /// cos(θ + m) of clamped cosines, as cos θ cos m − sin θ sin m (exact for every θ).
        func cosine(shiftedBy m: Double) throws(LikenessError) -> Tensor {
            let c = try clampedCosine()
            let sine = try (1 - c * c).squareRoot()
            return try c * _cos(m) - sine * _sin(m)
        }
    }
#endif
