/// Precision, recall and their harmonic mean, all in 0…1.
public struct PrecisionRecall: Sendable, Hashable, Codable {
    public let precision: Double
    public let recall: Double
    public let f: Double

    public init(precision: Double, recall: Double) {
        self.precision = precision
        self.recall = recall
        f = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }
}
