#if Training
    public import FaceCore

    /// Target s(cos(m₁θ + m₂) − m₃): multiplicative, angular and additive margins in one (Deng et al. 2019). No tail.
    public struct CombinedMargin: MarginRule {
        public let scale: MarginScale
        public let (m1, m2, m3): (Double, Double, Double)

        public init(scale: Double = 64, m1: Double = 1, m2: Double = 0.3, m3: Double = 0.2) {
            self.scale = .fixed(scale)
            (self.m1, self.m2, self.m3) = (m1, m2, m3)
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try (batch.target.clampedCosine().arcCosine() * m1 + m2).cosine() - m3
        }
    }
#endif
