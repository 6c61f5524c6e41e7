/// How two sets of faces become one similarity; papers name one and call it "YTF accuracy".
public enum SetVariant: String, Sendable, Hashable, Codable, CaseIterable {
    /// Cosine of the means of unit vectors: a template a set. The default.
    case meanUnit = "mean_unit"
    /// Cosine of the means of the vectors as they are: long vectors count more.
    case meanRaw = "mean_raw"
    /// Cosine of means weighted by quality.
    case qualityWeighted = "quality_weighted"
    /// Over all cross scores: the largest, smallest, mean, median, mean of the best of each member.
    case max
    case min
    case mean
    case median
    case meanOfBest = "mean_of_best"
    /// Mean of 100 cross scores drawn at random, as the centre-loss line of work does.
    case meanOf100 = "mean_of_100"

    var pooling: TemplatePooling? {
        switch self {
        case .meanUnit: .meanUnit
        case .meanRaw: .meanRaw
        case .qualityWeighted: .qualityWeighted
        default: nil
        }
    }

    var comparison: SetComparison? {
        switch self {
        case .max: .max
        case .min: .min
        case .mean: .mean
        case .median: .median
        case .meanOfBest: .meanOfBest
        default: nil
        }
    }
}
