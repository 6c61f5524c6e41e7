public import FaceCore

/// How two sets of faces (clips, albums) become one similarity, from all n×m cross scores.
public enum SetComparison: String, Sendable, Hashable, Codable, CaseIterable {
    case max
    case min
    case mean
    /// Mean of the middle two for an even number.
    case median
    /// Rows' and columns' maxima, the two means averaged.
    case meanOfBest = "mean_of_best"

    /// Scores of set A's members against set B's, n rows of m. Throws `empty` and `length-mismatch`.
    public func score(_ cross: [[Double]]) throws(LikenessError) -> Double {
        guard let width = cross.first?.count, width > 0 else {
            throw LikenessError(.emptyInput, "a set of faces is empty")
        }
        guard cross.allSatisfy({ $0.count == width }) else {
            throw LikenessError(.lengthMismatch, "the rows of cross scores differ in length")
        }
        let flat = cross.flatMap { $0 }.sorted()
        switch self {
        case .max: return flat[flat.count - 1]
        case .min: return flat[0]
        case .mean: return compensatedSum(flat) / Double(flat.count)
        case .median: return (flat[(flat.count - 1) / 2] + flat[flat.count / 2]) / 2
        case .meanOfBest:
            let rows = cross.map { $0.max() ?? 0 }
            let columns = (0..<width).map { j in cross.map { $0[j] }.max() ?? 0 }
            return (compensatedSum(rows) / Double(rows.count) + compensatedSum(columns) / Double(width)) / 2
        }
    }
}
