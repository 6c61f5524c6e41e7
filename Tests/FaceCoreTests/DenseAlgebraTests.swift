import FaceCore
import Testing

@Suite struct DenseAlgebraTests {
    @Test func choosesTheKernelsOfThisMachine() throws {
        let core = try DenseAlgebra.load().core
        switch KernelLevel.current {
        case .avx512: #expect(core.lowercased() == "skylakex")
        case .avx2: #expect(core.lowercased() == "haswell")
        case .scalar, .neon: #expect(!core.isEmpty)
        }
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
    func productEqualsTheDefinition(_ a: Bool, _ b: Bool) throws {
        var random = SeededRandom(seed: 4)
        let (m, n, k) = (7, 18, 33)
        var left = Matrix(rows: a ? k : m, columns: a ? m : k)
        var right = Matrix(rows: b ? n : k, columns: b ? k : n)
        for i in 0..<left.rows { for j in 0..<left.columns { left[i, j] = Float.random(in: -1...1, using: &random) } }
        for i in 0..<right.rows {
            for j in 0..<right.columns { right[i, j] = Float.random(in: -1...1, using: &random) }
        }
        let c = try DenseAlgebra.load().product(left, right, transposeA: a, transposeB: b)
        #expect(c.rows == m && c.columns == n)
        for i in 0..<m {
            for j in 0..<n {
                let sum = (0..<k).reduce(0.0) {
                    $0 + Double(a ? left[$1, i] : left[i, $1]) * Double(b ? right[j, $1] : right[$1, j])
                }
                #expect(abs(Double(c[i, j]) - sum) < 1e-5)
            }
        }
    }

    @Test func eigenvectorsSatisfyTheirEquation() throws {
        let n = 3
        let s: [Double] = [2, -1, 0, -1, 2, -1, 0, -1, 2]
        let (values, vectors) = try DenseAlgebra.load().symmetricEigen(s, order: n)
        for (value, expected) in zip(values, [2 - 2.0.squareRoot(), 2, 2 + 2.0.squareRoot()]) {
            #expect(abs(value - expected) < 1e-12)
        }
        for e in 0..<n {
            for i in 0..<n {
                let product = (0..<n).reduce(0.0) { $0 + s[i * n + $1] * vectors[e * n + $1] }
                #expect(abs(product - values[e] * vectors[e * n + i]) < 1e-12)
            }
        }
    }

    @Test func solvesAndRefusesWhatIsNotPositive() throws {
        let algebra = try DenseAlgebra.load()
        let x = try algebra.solve([4, 1, 1, 3], order: 2, right: [1, 2, 8, 2], count: 2)
        for (value, expected) in zip(x, [1.0 / 11, 7.0 / 11, 2, 0]) { #expect(abs(value - expected) < 1e-12) }
        #expect(throws: LikenessError.self) { try algebra.solve([1, 2, 2, 1], order: 2, right: [1, 1], count: 1) }
    }
}
