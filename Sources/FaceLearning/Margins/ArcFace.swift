#if Training
    public import FaceCore

    /// Target s cos(θ + m) (Deng et al. 2019).
    public struct ArcFace: MarginRule {
        public enum Variant: String, Sendable, CaseIterable {
            /// cos(θ + m) for every θ. Beyond θ = π − m it rises again: a hopeless sample is rewarded for getting worse.
            case exact
            /// cos(θ + m) while cos θ > 0, else cos θ: a jump at 90°.
            case easy
            /// The line cos θ − m sin(π − m) beyond θ = π − m: monotone, with a small jump at the joint.
            case linearTail = "linear_tail"
            /// The value of `exact`, the derivative 1 with respect to cos θ: bounded gradients.
            case straightThrough = "straight_through"
        }

        public let scale: MarginScale
        public let margin: Double
        public let variant: Variant

        public init(scale: Double = 64, margin: Double = 0.5, variant: Variant = .linearTail) {
            self.scale = .fixed(scale)
            self.margin = margin
            self.variant = variant
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let shifted = try batch.target.cosine(shiftedBy: margin)
            switch variant {
            case .exact: return shifted
            case .easy: return try shifted.kept(where: batch.target .> 0, else: batch.target)
            case .linearTail: return try Self.withTail(shifted, batch.target, margin)
            case .straightThrough: return try batch.target + (shifted - batch.target).detached()
            }
        }

        /// The shifted cosine, with the line where θ > π − m.
        static func withTail(_ shifted: Tensor, _ cosines: Tensor, _ margin: Double) throws(LikenessError) -> Tensor {
            let joint = _cos(.pi - margin)
            return try shifted.kept(where: cosines .> joint, else: cosines - margin * _sin(.pi - margin))
        }
    }
#endif
