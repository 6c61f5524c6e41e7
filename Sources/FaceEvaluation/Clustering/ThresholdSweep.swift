/// Figures of a clusterer at several thresholds.
public struct ThresholdSweep: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public var threshold: Double
        public var pairwise: PrecisionRecall
        public var bcubed: PrecisionRecall
        public var clusters: Int
        public var expansion: Double

        /// Nobody's faces as clusters of their own.
        public init(threshold: Double, _ report: GroupingReport) {
            let m = report.noiseAsSingletons
            (self.threshold, pairwise, bcubed) = (threshold, m.pairwise, m.bcubed)
            (clusters, expansion) = (m.clusters, m.expansionMean)
        }
    }

    public var method: String
    /// By rising threshold.
    public var rows: [Row]

    public init(method: String, rows: [Row]) {
        self.method = method
        self.rows = rows.sorted { $0.threshold < $1.threshold }
    }

    public var best: Row? { rows.max { $0.pairwise.f < $1.pairwise.f } }
}
