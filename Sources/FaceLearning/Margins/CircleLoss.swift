#if Training
    public import FaceCore

    /// Circle loss against class weights (Sun et al. 2020): every similarity is weighted by how far it is from its goal.
    ///
    /// Target γ α_p (s_p − 1 + m) with α_p = [1 + m − s_p]₊, others γ α_n (s_n − m) with α_n = [s_n + m]₊; weights without
    /// gradient. The form for pairs is ``circlePairs(_:labels:margin:gamma:)``.
    public struct CircleLoss: MarginRule {
        public let scale: MarginScale
        public let margin: Double

        public init(gamma: Double = 256, margin: Double = 0.25) {
            scale = .fixed(gamma)
            self.margin = margin
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try Self.positive(batch.target, margin)
        }

        public func negatives(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try Self.negative(batch.products, margin)
        }

        static func positive(_ s: Tensor, _ margin: Double) throws(LikenessError) -> Tensor {
            try (1 + margin - s).clamped(0, nil).detached() * (s - (1 - margin))
        }

        static func negative(_ s: Tensor, _ margin: Double) throws(LikenessError) -> Tensor {
            try (s + margin).clamped(0, nil).detached() * (s - margin)
        }
    }
#endif
