#if Training
    public import FaceCore

    /// A-Softmax (Liu et al. 2017): weights of length one, features not; target ‖x‖(λ cos θ + ψ(θ))/(1 + λ).
    public struct SphereFace: MarginRule {
        public var normalisation: MarginNormalisation { .weights }
        public var scale: MarginScale { .fixed(1) }
        public let multiple: AngularMultiple
        public let annealing: LambdaAnnealing
        private var iteration = 0.0
        private var lambda: Double

        /// m: 1…4.
        public init(m: Int = 4, annealing: LambdaAnnealing = .sphereFace) throws(LikenessError) {
            multiple = try AngularMultiple(m)
            self.annealing = annealing
            lambda = annealing.value(at: 0)
        }

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
