#if Training
    public import FaceCore

    /// Hard negatives weigh more as training goes on (Huang et al. 2020): where cos θ_j > cos(θ_y + m) a negative becomes
    /// cos θ_j (t + cos θ_j); t follows the mean true cosine and is renewed before it is used. Target as ArcFace with tail.
    public struct CurricularFace: MarginRule {
        public let scale: MarginScale
        public let margin: Double
        public let rate: Double
        public private(set) var t: Double

        public init(scale: Double = 64, margin: Double = 0.5, t: Double = 0, rate: Double = 0.01) {
            self.scale = .fixed(scale)
            (self.margin, self.t, self.rate) = (margin, t, rate)
        }

        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {
            guard batch.target.count > 0 else { return }
            t = try rate * batch.target.mean().scalar() + (1 - rate) * t
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try ArcFace.withTail(batch.target.cosine(shiftedBy: margin), batch.target, margin)
        }

        public func negatives(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try (batch.products * (batch.products + t)).kept(where: hard(batch), else: batch.products)
        }

        /// N×C: which logits are above the shifted target; also true columns, which the target replaces.
        package func hard(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let shifted = try batch.target.detached().cosine(shiftedBy: margin)
            return try batch.products.detached() .> shifted.unsqueezed(1)
        }

        public var state: [String: Double] { ["t": t] }
        public mutating func restore(_ state: [String: Double]) { t = state["t"] ?? t }
    }
#endif
