public import FaceCore
import Glibc

/// What similarities of two different people look like, read off unlabelled vectors.
///
/// Of random pairs almost all are strangers, and those that are one person lie on the upper side: centre and spread
/// come from the lower half alone. The upper tail is taken as a bell's, which is too thin where an embedder has
/// look-alikes: a measured calibration is better where there is one.
public struct StrangerSimilarity: Sendable, Hashable {
    /// Middle of the distribution.
    public let mean: Double
    public let deviation: Double

    public init(mean: Double, deviation: Double) {
        self.mean = mean
        self.deviation = deviation
    }

    /// From `pairs` random pairs of unit rows; `nil` for fewer than 16 rows. O(pairs·d).
    public init?(of vectors: Matrix, pairs: Int = 100_000, seed: UInt64 = 1) {
        guard vectors.rows >= 16 else { return nil }
        var random = SeededRandom(seed: seed)
        var sample: [Float] = []
        sample.reserveCapacity(pairs)
        while sample.count < pairs {
            let a = Int.random(in: 0..<vectors.rows, using: &random)
            let b = Int.random(in: 0..<vectors.rows, using: &random)
            if a != b { sample.append(vectors.dot(a, vectors, b)) }
        }
        sample.sort()
        // With a share g of pairs of one person, all above, the quantiles of strangers are those of p·(1 − g): the two
        // read here lie low, where a few per cent of g move them little.
        let (low, middle) = (Double(sample[pairs * 1587 / 10_000]), Double(sample[pairs * 4 / 10]))
        // 0.1587 and 0.4 are the bell's values at −1 and −0.2533
        deviation = max(1e-6, (middle - low) / (1 - 0.2533))
        mean = low + deviation
    }

    /// What all vectors have in common, as a similarity: 0 for embedders that scatter strangers around 0, .84 for dlib's,
    /// whose vectors share a direction. Rules that speak of a share of the way from strangers to one count from here.
    public var shared: Float { mean > 0.1 ? Float(min(mean, 0.99)) : 0 }

    /// The rate at which two strangers are at least this similar.
    public func rate(_ similarity: Double) -> Double { erfc((similarity - mean) / deviation / 2.0.squareRoot()) / 2 }

    /// The similarity of that rate, by bisection.
    public func similarity(rate: Double) -> Double {
        var (low, high) = (mean - 10 * deviation, mean + 10 * deviation)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if self.rate(middle) > rate { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// A calibration with this tail; its logistic map is only as good as the assumption that one person's pairs lie as
    /// far above 10⁻³ as strangers below.
    public var calibration: Calibration {
        let turn = similarity(rate: 1e-3)
        let slope = log(1e3) / max(1e-6, turn - mean)
        return Calibration(
            slope: slope, intercept: -slope * turn,
            thresholds: (1...9).map {
                .init(falseAcceptRate: pow(10, -Double($0)), similarity: similarity(rate: pow(10, -Double($0))))
            },
            source: "the bell of random pairs of the vectors themselves, without labels")
    }
}
