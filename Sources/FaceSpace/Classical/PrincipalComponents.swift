public import FaceCore

/// The axes along which samples vary most: Eigenfaces when the samples are pictures (Turk & Pentland 1991).
public struct PrincipalComponents: Sendable {
    public enum Method: Sendable, Hashable {
        /// LAPACK's eigenvectors of the smaller of the n×n Gram and the d×d covariance matrix: O(min(n, d)³ + n·d·min(n, d)).
        case exact
        /// Subspace iteration from a random start (Halko, Martinsson & Tropp 2011, algorithm 4.4) with 10 spare axes:
        /// O(n·d·k) an iteration; two iterations give axes of a falling spectrum to about 1e-3.
        case randomised(iterations: Int, seed: UInt64)
    }

    /// d values.
    public let mean: [Float]
    /// k×d unit rows by falling variance; the sign of each is such that its largest value is positive.
    public let axes: Matrix
    /// Variances along the axes, divisor n − 1.
    public let variances: [Double]
    private let algebra: DenseAlgebra

    /// The first `count` components of n×d samples; fewer where the samples do not vary in as many directions
    /// (variance below 1e-7 of the first).
    ///
    /// Throws `usage` for fewer than two samples or a count outside 1…min(n − 1, d), `component-missing` without OpenBLAS.
    public init(_ samples: Matrix, count: Int, method: Method = .exact) throws(LikenessError) {
        guard samples.rows >= 2, count >= 1, count <= min(samples.rows - 1, samples.columns) else {
            throw LikenessError(
                .usage, subject: "components",
                "\(samples.rows) samples of \(samples.columns) values do not have \(count) components")
        }
        try samples.requireFinite()
        algebra = try DenseAlgebra.load()
        mean = samples.columnMeans()
        let centred = samples.subtracting(mean)
        let (values, vectors) =
            switch method {
            case .exact where samples.rows <= samples.columns: try Self.fromGram(centred, algebra)
            case .exact: try Self.fromCovariance(centred, algebra)
            case .randomised(let iterations, let seed):
                try Self.fromSketch(centred, count, iterations: iterations, seed: seed, algebra)
            }
        let kept = values.prefix(count).prefix { $0 > 1e-7 * (values.first ?? 0) }
        guard !kept.isEmpty else {
            throw LikenessError(.badData, subject: "components", "the samples are all the same")
        }
        variances = Array(kept)
        axes = vectors.rows(at: 0..<kept.count).withSignsFixed()
    }

    /// The first axes of these.
    public func prefix(_ count: Int) -> PrincipalComponents {
        PrincipalComponents(
            mean: mean, axes: axes.rows(at: 0..<min(count, axes.rows)), variances: Array(variances.prefix(count)),
            algebra: algebra)
    }

    private init(mean: [Float], axes: Matrix, variances: [Double], algebra: DenseAlgebra) {
        (self.mean, self.axes, self.variances, self.algebra) = (mean, axes, variances, algebra)
    }

    /// Coordinates of n×d samples on the axes, n×k; `whitened`: each divided by the deviation along its axis.
    public func project(_ samples: Matrix, whitened: Bool = false) -> Matrix {
        precondition(samples.columns == mean.count, "samples have \(mean.count) values, not \(samples.columns)")
        let scaled = whitened ? axes.scalingRows(by: variances.map { Float(1 / $0.squareRoot()) }) : axes
        return algebra.product(samples.subtracting(mean), scaled, transposeB: true)
    }

    /// Samples with these coordinates (not whitened): the nearest pictures that the axes can make.
    public func reconstruct(_ coordinates: Matrix) -> Matrix {
        algebra.product(coordinates, axes).subtracting(mean.map { -$0 })
    }

    private static func fromCovariance(
        _ x: Matrix, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> ([Double], Matrix) {
        let scatter = algebra.product(x, x, transposeA: true)
        let (values, vectors) = try algebra.fallingEigen(scatter, divisor: Double(x.rows - 1))
        return (values, vectors)
    }

    /// Axes of fewer samples than values: X = UΣVᵀ, so that V = XᵀUΣ⁻¹.
    private static func fromGram(_ x: Matrix, _ algebra: DenseAlgebra) throws(LikenessError) -> ([Double], Matrix) {
        let gram = algebra.product(x, x, transposeB: true)
        let (values, vectors) = try algebra.fallingEigen(gram, divisor: Double(x.rows - 1))
        var axes = algebra.product(vectors, x)
        axes.normaliseRows(threads: 1)
        return (values, axes)
    }

    private static func fromSketch(
        _ x: Matrix, _ count: Int, iterations: Int, seed: UInt64, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> ([Double], Matrix) {
        let width = min(count + 10, x.rows, x.columns)
        var random = SeededRandom(seed: seed)
        // rows are the basis vectors throughout: width×n and width×d
        var basis = Matrix(rows: width, columns: x.columns)
        for i in 0..<width { basis.setRow(i, (0..<x.columns).map { _ in Float(random.normal()) }) }
        for _ in 0...max(0, iterations) {
            let left = try algebra.orthonormalRows(algebra.product(basis, x, transposeB: true))
            basis = try algebra.orthonormalRows(algebra.product(left, x))
        }
        let small = algebra.product(basis, x, transposeB: true)
        let gram = algebra.product(small, small, transposeB: true)
        let (values, vectors) = try algebra.fallingEigen(gram, divisor: Double(x.rows - 1))
        return (values, algebra.product(vectors, basis))
    }
}
