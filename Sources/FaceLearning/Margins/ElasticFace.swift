#if Training
    public import FaceCore

    /// Margins drawn anew for every sample, N(m, σ) (Boutros et al. 2022), in the angle or in the cosine.
    ///
    /// Drawn before the forward pass from the run's own generator, whose state is part of the checkpoint.
    public struct ElasticFace: MarginRule {
        public enum Kind: String, Sendable, CaseIterable {
            case arc
            case cos
        }

        public let scale: MarginScale
        public let kind: Kind
        public let margin: Double
        public let deviation: Double
        /// Whether the largest draws go to the hardest samples.
        public let isSorted: Bool
        private var draws: UInt64 = 0
        private let seed: UInt64
        private var margins: [Double] = []
        private let given: [Double]?

        public init(
            scale: Double = 64, kind: Kind = .arc, margin: Double = 0.5, deviation: Double = 0.05,
            isSorted: Bool = false,
            seed: UInt64 = 1
        ) {
            self.init(
                scale: scale, kind: kind, margin: margin, deviation: deviation, isSorted: isSorted, seed: seed,
                given: nil)
        }

        package init(
            scale: Double, kind: Kind, margin: Double = 0, deviation: Double = 0, isSorted: Bool, seed: UInt64 = 1,
            given: [Double]?
        ) {
            self.scale = .fixed(scale)
            (self.kind, self.margin, self.deviation, self.isSorted) = (kind, margin, deviation, isSorted)
            (self.seed, self.given) = (seed, given)
        }

        public mutating func observe(_ batch: MarginBatch) throws(LikenessError) {
            let cosines = try batch.target.doubles()
            var values = given ?? draw(cosines.count)
            if isSorted {
                values.sort()
                // stable: equal cosines keep their order
                let order = cosines.indices.sorted { (-cosines[$0], $0) < (-cosines[$1], $1) }
                var placed = values
                for (rank, sample) in order.enumerated() { placed[sample] = values[rank] }
                values = placed
            }
            margins = values
        }

        private mutating func draw(_ n: Int) -> [Double] {
            draws += 1
            var random = SeededRandom(seed: seed &+ draws &* 0x9E37_79B9_7F4A_7C15)
            return (0..<n).map { _ in margin + deviation * random.normal() }
        }

        public func target(_ batch: MarginBatch) throws(LikenessError) -> Tensor {
            let m = try Tensor(margins, [margins.count], element: batch.target.element).beside(batch.target)
            guard kind == .arc else { return try batch.target - m }
            let c = try batch.target.clampedCosine()
            return try c * m.cosine() - (1 - c * c).squareRoot() * m.sine()
        }

        public var state: [String: Double] { ["draws": Double(draws)] }
        public mutating func restore(_ state: [String: Double]) { draws = state["draws"].map { UInt64($0) } ?? draws }
    }
#endif
