import FaceCore
import Foundation

/// People as directions of a sphere in 64 dimensions, photos as scatter around them.
struct QuestionFixture {
    var random: SeededRandom
    static let dimension = 64

    /// Strangers' similarities are those of random directions: σ = 1/8.
    static let space = EmbeddingSpace(
        id: "questions", dimension: dimension, metric: .cosine, normalised: true,
        calibration: Calibration(
            slope: 14, intercept: -5.5,
            thresholds: [
                .init(falseAcceptRate: 1e-1, similarity: 0.160), .init(falseAcceptRate: 1e-2, similarity: 0.287),
                .init(falseAcceptRate: 1e-3, similarity: 0.379), .init(falseAcceptRate: 1e-4, similarity: 0.451),
                .init(falseAcceptRate: 1e-5, similarity: 0.511),
            ], source: "random directions"))

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    static func unit(_ x: [Float]) -> [Float] {
        let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return x.map { $0 / length }
    }

    mutating func direction() -> [Float] {
        Self.unit((0..<Self.dimension).map { _ in Float((0..<12).reduce(-6.0) { sum, _ in sum + random.unit() }) })
    }

    /// A photo of a person: two of them are about `likeness` similar.
    mutating func photo(of person: [Float], likeness: Float = 0.6) -> [Float] {
        let noise = direction()
        return Self.unit(zip(person, noise).map { likeness.squareRoot() * $0 + (1 - likeness).squareRoot() * $1 })
    }

    mutating func photos(_ count: Int, of person: [Float], likeness: Float = 0.6) -> Matrix {
        Matrix((0..<count).map { _ in photo(of: person, likeness: likeness) })
    }
}

/// Rows of several matrices below each other.
func stacked(_ parts: [Matrix]) -> Matrix { Matrix(parts.flatMap { m in (0..<m.rows).map { m.row($0) } }) }
