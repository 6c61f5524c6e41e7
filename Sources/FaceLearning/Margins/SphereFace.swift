#if Training
    public import FaceCore

    /// A-Softmax (Liu et al. 2017): weights of length one, features not; target ‖x‖(λ cos θ + ψ(θ))/(1 + λ).
    public struct SphereFace: AnnealedAngularRule {
        public var normalisation: MarginNormalisation { .weights }
        public let multiple: AngularMultiple
        public let annealing: LambdaAnnealing
        public var iteration = 0.0
        public var lambda: Double

        /// m: 1…4.
        public init(m: Int = 4, annealing: LambdaAnnealing = .sphereFace) throws(LikenessError) {
            multiple = try AngularMultiple(m)
            self.annealing = annealing
            lambda = annealing.value(at: 0)
        }
    }
#endif
