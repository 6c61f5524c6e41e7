public import FaceCore

/// How the vectors of several photos of one person become one vector of unit length.
public enum TemplatePooling: String, Sendable, Hashable, Codable, CaseIterable {
    /// unit(Σ x): long vectors count more (the norm is a quality in some models).
    case meanRaw = "mean_raw"
    /// unit(Σ x/|x|). The default.
    case meanUnit = "mean_unit"
    /// unit(Σ q·x/|x|).
    case qualityWeighted = "quality_weighted"
    /// Mean of unit vectors inside each medium (all frames of a clip are one), then over media: no clip outvotes.
    case mediaMean = "media_mean"

    /// Pools vectors of one length; `quality` ≥ 0 and `media` belong to the vectors where the rule needs them.
    ///
    /// Throws `empty`, `length-mismatch`, `non-finite`, `zero-weight` when all qualities are 0, and `zero-template`
    /// when the sum has no direction. A vector of zeros adds nothing.
    public func pool(
        _ vectors: [[Double]], quality: [Double] = [], media: [Int] = []
    ) throws(LikenessError) -> [Double] {
        guard let width = vectors.first?.count, width > 0 else {
            throw LikenessError(.emptyInput, "a template needs at least one vector")
        }
        let needed = self == .qualityWeighted ? quality.count : self == .mediaMean ? media.count : vectors.count
        guard needed == vectors.count, vectors.allSatisfy({ $0.count == width }) else {
            throw LikenessError(
                .lengthMismatch, "vectors, qualities and media of a template differ in number or length")
        }
        guard vectors.allSatisfy({ $0.allSatisfy(\.isFinite) }), quality.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw LikenessError(.nonFinite, "a value of the template is not a number, or a quality is negative")
        }
        switch self {
        case .meanRaw: return try Self.unit(Self.sum(vectors, vectors.map { _ in 1 }))
        case .meanUnit: return try Self.unit(Self.sum(vectors, vectors.map(Self.inverseLength)))
        case .qualityWeighted:
            guard quality.contains(where: { $0 > 0 }) else {
                throw LikenessError(.zeroWeight, "every vector of the template has quality 0")
            }
            return try Self.unit(Self.sum(vectors, zip(vectors, quality).map { Self.inverseLength($0) * $1 }))
        case .mediaMean: return try mediaMean(vectors, media)
        }
    }

    private func mediaMean(_ vectors: [[Double]], _ media: [Int]) throws(LikenessError) -> [Double] {
        let count = Dictionary(media.map { ($0, 1.0) }, uniquingKeysWith: +)
        return try Self.unit(
            Self.sum(vectors, zip(vectors, media).map { Self.inverseLength($0) / (count[$1] ?? 1) }))
    }

    private static func sum(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
        var out = [Double](repeating: 0, count: vectors[0].count)
        for (v, w) in zip(vectors, weights) { for k in v.indices { out[k] += w * v[k] } }
        return out
    }

    private static func length(_ v: [Double]) -> Double { v.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    private static func inverseLength(_ v: [Double]) -> Double { length(v) > 0 ? 1 / length(v) : 0 }

    private static func unit(_ v: [Double]) throws(LikenessError) -> [Double] {
        let length = length(v)
        guard length > 1e-12 else {
            throw LikenessError(.zeroTemplate, "the vectors of the template cancel out")
        }
        return v.map { $0 / length }
    }
}

extension LikenessError.Code {
    /// The vectors of a template cancel out: it has no direction.
    public static let zeroTemplate = Self("zero-template", exitStatus: 65)
    /// All weights are zero.
    public static let zeroWeight = Self("zero-weight", exitStatus: 65)
}
