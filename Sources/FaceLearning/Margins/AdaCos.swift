#if Training
    public import FaceCore

    /// Scaled cosines whose scale sets itself (Zhang et al. 2019).
    public struct AdaCos: MarginRule {
        /// Whether the scale follows the batches, or stays at √2 log(C − 1).
        public let isDynamic: Bool
        private var current: Double
        /// What the scale was last computed from: the mean sum of the negatives' exponentials, the median angle.
        public private(set) var evidence: (meanNegatives: Double, medianAngle: Double)?

        public var scale: MarginScale { .fixed(current) }
        public var currentScale: Double { current }

        /// Throws `usage` for fewer than 3 classes: log(C − 1) would be 0.
        public init(classes: Int, isDynamic: Bool = true) throws(LikenessError) {
            guard classes >= 3 else {
                throw LikenessError(
                    .usage, subject: "AdaCos", "\(classes) classes give no scale: at least 3 are needed")
            }
            self.init(isDynamic: isDynamic, previousScale: 2.0.squareRoot() * _log(Double(classes - 1)))
        }

        package init(isDynamic: Bool, previousScale: Double) {
            self.isDynamic = isDynamic
            current = previousScale
        }

        /// s ← log B̄ / cos(min(π/4, θ̃)): B̄ over the negatives with the old scale, θ̃ the lower median of the true angles.
        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {
            guard isDynamic else { return }
            let exponentials = try (batch.products * current).exp()
            let negatives = try batch.replacingTarget(exponentials, with: batch.target.detached().zeros()).sum()
            let cosines = try batch.target.clampedCosine().doubles()
            guard !cosines.isEmpty else { return }
            let mean = try batch.sumOverClasses(negatives).scalar() / Double(cosines.count)
            let angles = cosines.map { _acos($0) }.sorted()
            let median = angles[(angles.count - 1) / 2]
            evidence = (mean, median)
            current = _log(mean) / _cos(min(.pi / 4, median))
        }

        public var state: [String: Double] { ["scale": current] }
        public mutating func restore(_ state: [String: Double]) { current = state["scale"] ?? current }
    }
#endif
