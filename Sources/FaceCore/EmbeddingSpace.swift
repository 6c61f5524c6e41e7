/// The sphere that a model maps faces to. Vectors of two spaces never meet: comparing them is a typed error.
public struct EmbeddingSpace: Sendable, Hashable, Codable {
    public enum Metric: String, Sendable, Hashable, Codable {
        case cosine
        case euclidean
    }

    /// Names the model and a digest of everything that changes its vectors: weights, alignment template,
    /// preprocessing and normalisation. Two spaces are the same exactly when their ids are.
    public let id: String
    public let dimension: Int
    public let metric: Metric
    /// Whether vectors are scaled to unit length.
    public let normalised: Bool
    /// Similarity → probability that two faces are one person; not part of the identity of the space.
    public let calibration: Calibration?

    public init(id: String, dimension: Int, metric: Metric, normalised: Bool, calibration: Calibration? = nil) {
        self.id = id
        self.dimension = dimension
        self.metric = metric
        self.normalised = normalised
        self.calibration = calibration
    }

    public static func == (a: EmbeddingSpace, b: EmbeddingSpace) -> Bool { a.id == b.id }
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }

    /// Throws `space-mismatch` unless `other` is the same space.
    public func require(_ other: EmbeddingSpace) throws(LikenessError) {
        guard self == other else {
            throw LikenessError(
                .spaceMismatch, subject: other.id, "a vector of \(other.id) cannot be compared with one of \(id)",
                remedy: "embed both with the same model")
        }
    }
}
