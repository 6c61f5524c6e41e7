#if Training
    public import FaceCore

    /// The margin depends on how long a feature is among its kind, a measure of quality (Kim et al. 2022):
    /// target cos(θ − m z) − (m + m z), z the standardised length within ±1, without gradient.
    public struct AdaFace: MarginRule {
        public let scale: MarginScale
        public let margin: Double
        public let concentration: Double
        public let rate: Double
        public private(set) var mean: Double
        public private(set) var deviation: Double
        private var z: Tensor?

        /// All cosines are kept this far from ±1.
        private static let clamp = 1e-3

        public init(
            scale: Double = 64, margin: Double = 0.4, concentration: Double = 0.333, rate: Double = 0.01,
            mean: Double = 20, deviation: Double = 100
        ) {
            self.scale = .fixed(scale)
            (self.margin, self.concentration, self.rate) = (margin, concentration, rate)
            (self.mean, self.deviation) = (mean, deviation)
        }

        /// N: standardised lengths of the last batch.
        package var standardised: Tensor? { z }

        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {
            let lengths = try batch.featureNorms.clamped(0.001, 100)
            let values = try lengths.doubles()
            let n = Double(values.count)
            // One feature has no spread: the statistics stay.
            if values.count > 1 {
                let average = values.reduce(0, +) / n
                let spread = (values.map { ($0 - average) * ($0 - average) }.reduce(0, +) / (n - 1)).squareRoot()
                mean = rate * average + (1 - rate) * mean
                deviation = rate * spread + (1 - rate) * deviation
            }
            z = try ((lengths - mean) * (concentration / (deviation + 1e-3))).clamped(-1, 1)
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            guard let z else { throw LikenessError(.defect, subject: "AdaFace", "the batch was not observed") }
            let angle = try batch.target.clampedCosine(Self.clamp).arcCosine() - z * margin
            return try angle.clamped(Self.clamp, .pi - Self.clamp).cosine() - (z * margin + margin)
        }

        public func negatives(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            try batch.products.clampedCosine(Self.clamp)
        }

        public var state: [String: Double] { ["mean": mean, "deviation": deviation] }
        public mutating func restore(_ state: [String: Double]) {
            mean = state["mean"] ?? mean
            deviation = state["deviation"] ?? deviation
        }
    }
#endif
