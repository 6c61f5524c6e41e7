#if Training
    public import FaceCore

    /// L-Softmax (Liu et al. 2016): nothing is normalised; target ‖W‖‖x‖(λ cos θ + ψ(θ))/(1 + λ). No bias.
    public struct LargeMarginSoftmax: AnnealedAngularRule {
        public var normalisation: MarginNormalisation { .none }
        public let multiple: AngularMultiple
        public let annealing: LambdaAnnealing
        public var iteration = 0.0
        public var lambda: Double

        /// m: 1…4.
        public init(m: Int = 4, annealing: LambdaAnnealing = .largeMargin) throws(LikenessError) {
            multiple = try AngularMultiple(m)
            self.annealing = annealing
            lambda = annealing.value(at: 0)
        }
    }
#endif
