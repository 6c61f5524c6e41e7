#if Training
    public import FaceCore

    /// A margin that multiplies the angle, mixed with the plain cosine by a falling λ: (λ cos θ + ψ(θ))/(1 + λ), times the
    /// lengths that the rule leaves in.
    public protocol AnnealedAngularRule: MarginRule {
        var multiple: AngularMultiple { get }
        var annealing: LambdaAnnealing { get }
        /// Batches seen.
        var iteration: Double { get set }
        /// λ of the present batch.
        var lambda: Double { get set }
    }

    extension AnnealedAngularRule {
        public var scale: MarginScale { .fixed(1) }

        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {
            lambda = annealing.value(at: iteration)
            iteration += 1
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try (batch.target * lambda + multiple.psi(batch.target)) / (1 + lambda)
        }

        public var state: [String: Double] { ["iteration": iteration] }
        public mutating func restore(_ state: [String: Double]) { iteration = state["iteration"] ?? iteration }
    }
#endif
