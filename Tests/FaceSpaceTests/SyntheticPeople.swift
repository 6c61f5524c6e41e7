import FaceCore
import FaceSpace

/// People as directions of the sphere and their photos as scatter around them, like a real embedder's.
struct SyntheticPeople {
    var random: SeededRandom
    let dimension = 128

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// What `Calibration` looks like for random directions in 128 dimensions: σ = 1/√128, close to mobilefacenet-y1's.
    static let calibration = Calibration(
        slope: 18, intercept: -4.25,
        thresholds: [
            .init(falseAcceptRate: 1e-1, similarity: 0.127), .init(falseAcceptRate: 1e-2, similarity: 0.236),
            .init(falseAcceptRate: 1e-3, similarity: 0.325), .init(falseAcceptRate: 1e-4, similarity: 0.401),
            .init(falseAcceptRate: 1e-5, similarity: 0.468),
        ], source: "CelebA test split, all pairs, mobilefacenet-y1")

    static let space = EmbeddingSpace(
        id: "test", dimension: 128, metric: .cosine, normalised: true, calibration: calibration)

    static func unit(_ x: [Float]) -> [Float] {
        let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return x.map { $0 / length }
    }

    mutating func gaussian() -> [Float] {
        (0..<dimension).map { _ in Float((0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }) }
    }

    /// A direction.
    mutating func person() -> [Float] { Self.unit(gaussian()) }

    /// A photo of a person: pairs of photos have a similarity of about `likeness`.
    mutating func photo(of person: [Float], likeness: Float = 0.6) -> [Float] {
        let noise = Self.unit(gaussian())
        let (a, b) = (likeness.squareRoot(), (1 - likeness).squareRoot())
        return Self.unit(zip(person, noise).map { a * $0 + b * $1 })
    }

    /// Photos of people with these numbers of photos, and who each is.
    mutating func album(_ sizes: [Int], likeness: Float = 0.6) -> (vectors: [[Float]], people: [Int]) {
        var vectors: [[Float]] = []
        var people: [Int] = []
        for (who, size) in sizes.enumerated() {
            let person = person()
            for _ in 0..<size {
                vectors.append(photo(of: person, likeness: likeness))
                people.append(who)
            }
        }
        return (vectors, people)
    }
}

extension EvidenceClusterer {
    /// Groups vectors of the synthetic space.
    func group(
        _ vectors: [[Float]], quality: [Float] = [], photos: [Int] = [], same: [ClusteringInput.Pair] = [],
        different: [ClusteringInput.Pair] = [], threads: Int = 2
    ) throws -> Grouping {
        try group(
            ClusteringInput(
                vectors: Matrix(vectors), space: SyntheticPeople.space, quality: quality, photos: photos, same: same,
                different: different), threads: threads)
    }
}
