#if Training
    public import FaceCore

    /// Target s(cos θ − m) (Wang et al. 2018, LMCL): the derivative is s everywhere.
    public struct CosFace: MarginRule {
        public let scale: MarginScale
        public let margin: Double

        public init(scale: Double = 64, margin: Double = 0.35) {
            self.scale = .fixed(scale)
            self.margin = margin
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor { try batch.target - margin }
    }
#endif
