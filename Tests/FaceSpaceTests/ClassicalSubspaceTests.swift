import FaceCore
import FaceSpace
import Testing

@Suite("Principal components and discriminants")
struct ClassicalSubspaceTests {
    /// Samples with deviations 5, 3, 2, 1, 0.5… along random orthogonal directions.
    private func samples(_ n: Int, _ d: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        func gaussian() -> Float { (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(random.unit()) } }
        let deviations = (0..<d).map { k in k < 4 ? [5, 3, 2, 1][k] : Float(0.5) / Float(k) }
        let mixing = (0..<d).map { _ in (0..<d).map { _ in gaussian() / Float(d).squareRoot() } }
        return Matrix(
            (0..<n).map { _ in
                let x = deviations.map { $0 * gaussian() }
                return (0..<d).map { j in 7 + (0..<d).reduce(Float(0)) { $0 + x[$1] * mixing[$1][j] } }
            })
    }

    /// Covariance in Double, divisor n − 1.
    private func covariance(_ x: Matrix) -> [[Double]] {
        let (n, d) = (x.rows, x.columns)
        let rows = (0..<n).map { x.row($0).map(Double.init) }
        let mean = (0..<d).map { j in rows.reduce(0) { $0 + $1[j] } / Double(n) }
        return (0..<d).map { a in
            (0..<d).map { b in
                rows.reduce(0) { $0 + ($1[a] - mean[a]) * ($1[b] - mean[b]) } / Double(n - 1)
            }
        }
    }

    @Test("axes are orthonormal eigenvectors of the covariance", arguments: [(60, 12), (12, 40)])
    func equalsTheDefinition(n: Int, d: Int) throws {
        let x = samples(n, d, seed: 3)
        let pca = try PrincipalComponents(x, count: 5)
        let c = covariance(x)
        for (k, variance) in pca.variances.enumerated() {
            let axis = pca.axes.row(k).map(Double.init)
            for i in 0..<d {
                let image = (0..<d).reduce(0) { $0 + c[i][$1] * axis[$1] }
                #expect(abs(image - variance * axis[i]) < 1e-4 * pca.variances[0])
            }
            for other in 0...k {
                let product = Double(pca.axes.dot(k, pca.axes, other))
                #expect(abs(product - (other == k ? 1 : 0)) < 1e-5)
            }
        }
        #expect(zip(pca.variances, pca.variances.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test("coordinates have the axes' variances, whitened ones variance 1; all axes give the samples back")
    func projects() throws {
        let x = samples(50, 8, seed: 4)
        let pca = try PrincipalComponents(x, count: 8)
        let (plain, white) = (covariance(pca.project(x)), covariance(pca.project(x, whitened: true)))
        for a in 0..<pca.variances.count {
            for b in 0..<pca.variances.count {
                #expect(abs(plain[a][b] - (a == b ? pca.variances[a] : 0)) < 1e-3)
                #expect(abs(white[a][b] - (a == b ? 1 : 0)) < 1e-2)
            }
        }
        let back = pca.reconstruct(pca.project(x))
        for i in 0..<x.rows { for j in 0..<x.columns { #expect(abs(back[i, j] - x[i, j]) < 1e-3) } }
    }

    @Test("the randomised method finds the same subspace")
    func randomised() throws {
        let x = samples(80, 60, seed: 5)
        let exact = try PrincipalComponents(x, count: 4)
        let drawn = try PrincipalComponents(x, count: 4, method: .randomised(iterations: 3, seed: 9))
        for k in 0..<4 {
            #expect(abs(drawn.variances[k] / exact.variances[k] - 1) < 1e-4)
            #expect(exact.axes.dot(k, drawn.axes, k) > 0.9999)
        }
    }

    @Test("what cannot be is refused: counts, equal samples, numbers that are none")
    func refuses() throws {
        let x = samples(5, 3, seed: 1)
        #expect(throws: LikenessError.self) { try PrincipalComponents(x, count: 0) }
        #expect(throws: LikenessError.self) { try PrincipalComponents(x, count: 4) }
        #expect(throws: LikenessError.self) { try PrincipalComponents(Matrix(rows: 4, columns: 4), count: 1) }
        #expect(throws: LikenessError.self) { try PrincipalComponents(Matrix([[1, .nan], [1, 2]]), count: 1) }
        #expect(throws: LikenessError.self) { try LinearDiscriminants(x, classes: [1, 1, 1, 1, 1]) }
        #expect(throws: LikenessError.self) { try LinearDiscriminants(x, classes: [0, 1, 2, 3, 4]) }
        #expect(throws: LikenessError.self) { try LinearDiscriminants(x, classes: [0, 1]) }
    }

    /// Classes that differ along a direction of small variance, while a direction of large variance says nothing.
    private func classes() -> (Matrix, [Int]) {
        var random = SeededRandom(seed: 8)
        func gaussian() -> Float { (0..<12).reduce(Float(-6)) { sum, _ in sum + Float(random.unit()) } }
        var (rows, names): ([[Float]], [Int]) = ([], [])
        for k in 0..<90 {
            names.append(k % 3)
            rows.append([20 * gaussian(), Float(k % 3) + 0.1 * gaussian(), gaussian(), 0.3 * gaussian()])
        }
        return (Matrix(rows), names)
    }

    @Test("discriminants make the within-class covariance the identity")
    func roundWithinClasses() throws {
        let (x, names) = classes()
        let y = try LinearDiscriminants(x, classes: names).project(x)
        #expect(y.columns == 2)
        var scatter = [[Double]](repeating: [0, 0], count: 2)
        for name in 0..<3 {
            let own = covariance(y.rows(at: names.indices.filter { names[$0] == name }))
            for a in 0..<2 { for b in 0..<2 { scatter[a][b] += own[a][b] * 29 / 87 } }
        }
        for a in 0..<2 { for b in 0..<2 { #expect(abs(scatter[a][b] - (a == b ? 1 : 0)) < 1e-3) } }
    }

    @Test("Fisherfaces separate what Eigenfaces of the same size do not")
    func separates() throws {
        let (x, names) = classes()
        func errors(_ y: Matrix) -> Int {
            (0..<y.rows).count { i in
                let nearest = (0..<y.rows).filter { $0 != i }.min {
                    y.squaredDistance(i, y, $0) < y.squaredDistance(i, y, $1)
                }
                return nearest.map { names[$0] } != names[i]
            }
        }
        #expect(errors(try PrincipalComponents(x, count: 2).project(x)) > 30)
        #expect(errors(try Fisherfaces(x, classes: names, components: 4).project(x)) == 0)
    }

    @Test("χ² of hand-made histograms, empty bins included")
    func chiSquare() {
        let a = Matrix([[0.5, 0.5, 0], [1, 0, 0]])
        let b = Matrix([[0.25, 0.25, 0.5], [0, 0, 1]])
        #expect(abs(ChiSquare.distance(a, 0, b, 0) - (0.0625 / 0.75 * 2 + 0.5)) < 1e-6)
        #expect(ChiSquare.distance(a, 1, b, 1) == 2)
        #expect(ChiSquare.distance(a, 0, a, 0) == 0)
        let all = ChiSquare.distances(a, to: b, threads: 2)
        #expect(all[1, 1] == 2 && abs(Double(all[0, 0]) - ChiSquare.distance(a, 0, b, 0)) < 1e-6)
    }
}
