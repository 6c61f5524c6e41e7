public import FaceCore

/// Directions that separate classes best: the between-class scatter after the within-class scatter was made round
/// (Fisher 1936; Rao 1948).
public struct LinearDiscriminants: Sendable {
    /// d values.
    public let mean: [Float]
    /// k×d by falling separation, scaled so that the within-class covariance along them is the identity.
    public let axes: Matrix
    /// Between-class over within-class variance along each axis.
    public let separations: [Double]
    private let algebra: DenseAlgebra

    /// Of n×d samples with a class each; at most c − 1 axes for c classes.
    ///
    /// `shrinkage` in 0…1 mixes the within-class covariance with a multiple of the identity of the same trace
    /// (Friedman 1989): needed where n − c is hardly more than d. Directions with less than 1e-8 of the largest
    /// within-class variance are left out. Throws `dimension-mismatch`, `usage`, or `bad-data` without two classes or two
    /// samples of one class.
    public init(
        _ samples: Matrix, classes: [Int], count: Int? = nil, shrinkage: Double = 0
    ) throws(LikenessError) {
        guard classes.count == samples.rows else {
            throw LikenessError(.dimensionMismatch, "\(classes.count) classes come with \(samples.rows) samples")
        }
        guard (0...1).contains(shrinkage), count ?? 1 >= 1 else {
            throw LikenessError(.usage, subject: "shrinkage", "\(shrinkage) is not in 0…1, or no axis was asked for")
        }
        let members = Dictionary(grouping: classes.indices) { classes[$0] }
        guard members.count >= 2, samples.rows > members.count else {
            throw LikenessError(
                .badData, subject: "classes", "\(samples.rows) samples of \(members.count) classes separate nothing")
        }
        try samples.requireFinite()
        algebra = try DenseAlgebra.load()
        mean = samples.columnMeans()
        let groups = members.keys.sorted().compactMap { members[$0] }
        let centres = groups.map { samples.rows(at: $0).columnMeans() }
        var within = samples
        for (group, centre) in zip(groups, centres) {
            for i in group { within.setRow(i, zip(samples.row(i), centre).map { $0 - $1 }) }
        }
        let round = try Self.whitening(within, Double(samples.rows - groups.count), shrinkage, algebra)
        var between = Matrix(centres).subtracting(mean)
        between = between.scalingRows(
            by: groups.map { Float((Double($0.count) / Double(groups.count - 1)).squareRoot()) })
        between = algebra.product(between, round, transposeB: true)
        let (values, vectors) = try algebra.fallingEigen(
            algebra.product(between, between, transposeA: true), divisor: 1)
        let kept = min(count ?? .max, groups.count - 1, values.count)
        separations = Array(values.prefix(kept))
        axes = algebra.product(vectors.rows(at: 0..<kept), round)
    }

    /// Coordinates of n×d samples, n×k.
    public func project(_ samples: Matrix) -> Matrix {
        precondition(samples.columns == mean.count, "samples have \(mean.count) values, not \(samples.columns)")
        return algebra.product(samples.subtracting(mean), axes, transposeB: true)
    }

    /// Rows W with W·S·Wᵀ = I for the (shrunk) covariance S of centred samples.
    private static func whitening(
        _ centred: Matrix, _ divisor: Double, _ shrinkage: Double, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> Matrix {
        var (values, vectors) = try algebra.fallingEigen(
            algebra.product(centred, centred, transposeA: true), divisor: divisor)
        let average = values.reduce(0, +) / Double(values.count)
        guard average > 0 else {
            throw LikenessError(.badData, subject: "classes", "the samples of each class are all the same")
        }
        values = values.map { (1 - shrinkage) * $0 + shrinkage * average }
        let kept = values.prefix { $0 > 1e-8 * values[0] }.count
        return vectors.rows(at: 0..<kept).scalingRows(by: values.prefix(kept).map { Float(1 / $0.squareRoot()) })
    }
}
