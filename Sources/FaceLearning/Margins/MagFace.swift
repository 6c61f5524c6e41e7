#if Training
    public import FaceCore

    /// The margin grows with the feature's length (Meng et al. 2021), and a penalty draws lengths up: λ mean(a/u² + 1/a).
    ///
    /// Needs features that the trunk's last layer does not normalise. The gradient flows through the length; lengths beyond
    /// the limits give none.
    public struct MagFace: MarginRule {
        public let scale: MarginScale
        public let lengths: ClosedRange<Double>
        public let margins: ClosedRange<Double>
        public let weight: Double

        public init(
            scale: Double = 64, lengths: ClosedRange<Double> = 10...110, margins: ClosedRange<Double> = 0.45...0.8,
            weight: Double = 35
        ) {
            self.scale = .fixed(scale)
            (self.lengths, self.margins, self.weight) = (lengths, margins, weight)
        }

        func length(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try batch.featureNorms.clamped(lengths.lowerBound, lengths.upperBound)
        }

        /// N: m(a), linear between the limits.
        package func margin(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let slope = (margins.upperBound - margins.lowerBound) / (lengths.upperBound - lengths.lowerBound)
            return try (length(batch) - lengths.lowerBound) * slope + margins.lowerBound
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let (c, m) = (try batch.target.clampedCosine(), try margin(batch))
            let shifted = try c * m.cosine() - (1 - c * c).squareRoot() * m.sine()
            // cos(π − m) = −cos m, sin(π − m) = sin m
            let tail = try batch.target - m * m.sine()
            return try shifted.kept(where: batch.target .> -(m.cosine()), else: tail)
        }

        public func penalty(_ batch: MarginBatch) throws(LikenessError) -> Tensor? {
            try magnitudeTerm(batch) * weight
        }

        package func magnitudeTerm(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let a = try length(batch)
            return try (a / (lengths.upperBound * lengths.upperBound) + a.reciprocal()).mean()
        }
    }
#endif
