public import FaceCore
import Glibc

/// Angles of genuine and impostor comparisons on the sphere, in degrees: how far apart a model keeps people.
public struct AngleHistogram: Sendable, Hashable, Codable {
    public struct Kind: Sendable, Hashable, Codable {
        /// Comparisons in each bin; bin k holds angles from k·width, its upper edge left out, 180° in the last.
        public let counts: [Int]
        public let mean: Double
        /// Sample variance (divisor n − 1); 0 for one comparison.
        public let variance: Double
    }

    /// Degrees a bin; a divisor of 180.
    public let binWidth: Double
    public let genuine: Kind
    public let impostor: Kind

    /// Angles are acos of the score clamped to [−1, 1]. Throws `usage` when the bins do not divide 180°.
    public init(_ pairs: ScoredPairs, bins: Int = 36) throws(LikenessError) {
        guard bins > 0, bins <= 18_000 else {
            throw LikenessError(.usage, subject: "bins", "a histogram has 1 to 18000 bins, not \(bins)")
        }
        let angles = pairs.scores.map { acos(max(-1, min(1, $0))) * 180 / Double.pi }
        binWidth = 180 / Double(bins)
        genuine = Self.kind(zip(angles, pairs.same).filter(\.1).map(\.0), binWidth, bins)
        impostor = Self.kind(zip(angles, pairs.same).filter { !$0.1 }.map(\.0), binWidth, bins)
    }

    private static func kind(_ angles: [Double], _ width: Double, _ bins: Int) -> Kind {
        var counts = [Int](repeating: 0, count: bins)
        for a in angles { counts[min(bins - 1, Int(a / width))] += 1 }
        let n = Double(angles.count)
        let mean = compensatedSum(angles) / n
        let squares = compensatedSum(angles.map { ($0 - mean) * ($0 - mean) })
        return Kind(counts: counts, mean: mean, variance: n > 1 ? squares / (n - 1) : 0)
    }

    /// Common area of both histograms, each of area 1: 0 when apart, 1 when alike.
    public var overlap: Double {
        let (g, i) = (Double(genuine.counts.reduce(0, +)), Double(impostor.counts.reduce(0, +)))
        return compensatedSum(zip(genuine.counts, impostor.counts).map { min(Double($0) / g, Double($1) / i) })
    }

    /// Distance of the means in units of the root of the mean variance (d′).
    public var separation: Double {
        abs(genuine.mean - impostor.mean) / ((genuine.variance + impostor.variance) / 2).squareRoot()
    }
}
