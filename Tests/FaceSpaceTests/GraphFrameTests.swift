import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

/// A proposal's own axes, and what its neighbour lists say of it.
@Suite struct GraphFrameTests {
    private static func vectors(_ rows: Int, _ columns: Int, seed: UInt64 = 1, spread: Float = 0.6) -> Matrix {
        var random = SeededRandom(seed: seed)
        var x = Matrix(
            (0..<rows).map { _ in
                // skewed along every axis, and of another length along each
                (0..<columns).map { c in
                    let unit = Float(random.unit())
                    return (c == 0 ? 1 : 0) + spread * (unit * unit - 0.33) / Float(1 + c)
                }
            })
        x.normaliseRows()
        return x
    }

    /// Reflections at random planes, one after another: any of them turns all axes.
    private static func turned(_ x: Matrix, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        var out = x
        for _ in 0..<4 {
            let normal = SyntheticPeople.unit((0..<x.columns).map { _ in Float(random.unit() - 0.5) })
            for row in 0..<out.rows {
                let v = out.row(row)
                let dot = zip(v, normal).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                out.setRow(row, zip(v, normal).map { $0 - 2 * dot * $1 })
            }
        }
        return out
    }

    private static func padded(_ x: Matrix, to columns: Int) -> Matrix {
        Matrix((0..<x.rows).map { x.row($0) + [Float](repeating: 0, count: columns - x.columns) })
    }

    private func largestDifference(_ a: Matrix, _ b: Matrix) -> Float {
        guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
        return (0..<a.rows).flatMap { row in zip(a.row(row), b.row(row)).map { abs($0 - $1) } }.max() ?? 0
    }

    private func coordinates(_ x: Matrix, _ count: Int, seed: Int? = nil) throws -> Matrix {
        try ProposalAxes.coordinates(of: x, count: count, seed: seed, DenseAlgebra.load())
    }

    /// Three vectors in a plane that stands at an angle: length along the mean, then what is left.
    @Test func axesOfAPlane() throws {
        let x = Matrix([[0.8, 0.6, 0], [0.8, -0.6, 0], [0.8, 0, 0.6]])
        let found = try coordinates(x, 4)
        let mean = SyntheticPeople.unit([2.4, 0, 0.6])
        for row in 0..<3 {
            let along = zip(x.row(row), mean).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            #expect(abs(found[row, 0] - along) < 1e-6)
            // three rows less their mean have two directions
            #expect(found[row, 3] == 0)
        }
        // the longest direction is the second coordinate, ±0.6; the third tells the last row from the others
        #expect(abs(abs(found[0, 1]) - 0.6) < 1e-6 && abs(found[0, 1] + found[1, 1]) < 1e-6)
        #expect(abs(found[2, 1]) < 1e-6 && abs(found[2, 2] - 0.38806) < 1e-4)
    }

    @Test func allAxesAreARotation() throws {
        let x = Self.vectors(20, 6)
        for seed in [nil, 3] {
            let found = try coordinates(x, 6, seed: seed)
            let algebra = try DenseAlgebra.load()
            let products = algebra.product(x, x, transposeB: true)
            #expect(largestDifference(algebra.product(found, found, transposeB: true), products) < 1e-5)
        }
        // the seed lies on the first axis
        let found = try coordinates(x, 6, seed: 3)
        #expect(abs(found[3, 0] - 1) < 1e-6 && (1..<6).allSatisfy { abs(found[3, $0]) < 1e-6 })
    }

    /// 300 rows: the axes are those of a sample.
    @Test(arguments: [2, 3, 9, 127, 300]) func turnWithTheVectors(_ rows: Int) throws {
        let x = Self.vectors(rows, 24)
        for seed in [nil, rows - 1] {
            let found = try coordinates(x, 8, seed: seed)
            #expect(largestDifference(found, try coordinates(Self.turned(x, seed: 7), 8, seed: seed)) < 1e-4)
            // nor does it matter how many numbers a vector has
            #expect(largestDifference(found, try coordinates(Self.padded(x, to: 512), 8, seed: seed)) < 1e-4)
            // the longest axes come first, each to the side of its longer tail
            let variances = (1..<8).map { c in (0..<rows).reduce(Float(0)) { $0 + found[$1, c] * found[$1, c] } }
            #expect(rows > 128 || variances == variances.sorted(by: >))
            let third = (0..<rows).reduce(Float(0)) { $0 + found[$1, 1] * found[$1, 1] * found[$1, 1] }
            #expect(third > -1e-6)
        }
    }

    @Test func rowsWithoutDirectionsHaveZeros() throws {
        let one = Matrix([[0, 1, 0]])
        let alone = try coordinates(one, 5)
        #expect(alone.row(0) == [1, 0, 0, 0, 0])
        let equal = try coordinates(Matrix([[Float]](repeating: [0.6, 0, 0.8], count: 9)), 5)
        for row in 0..<9 {
            #expect(abs(equal[row, 0] - 1) < 1e-6 && (1..<5).allSatisfy { equal[row, $0] == 0 })
        }
        // opposite rows have no mean: nothing lies along it, all beside it
        let opposite = try coordinates(Matrix([[1, 0], [-1, 0]]), 3)
        #expect(opposite.row(0) == [0, 1, 0] && opposite.row(1) == [0, -1, 0])
        #expect(try coordinates(Matrix(rows: 0, columns: 3), 3).rows == 0)
        #expect(try coordinates(Self.vectors(5, 4), 1).columns == 1)
    }

    @Test func contextTellsWhatLiesOutside() throws {
        // 0, 1, 2 close together, 3 near to 2, 4 far from all
        let angles: [Double] = [0, 10, 20, 40, 170]
        let x = Matrix(angles.map { [Float(cosine($0)), Float(cosine(90 - $0))] })
        let space = EmbeddingSpace(id: "t", dimension: 2, metric: .cosine, normalised: true)
        let graph = try NeighbourGraph.exact(of: x, space: space, k: 3)
        let found = ProposalContext.rows(of: [0, 1, 2], in: graph)
        let (c10, c20, c30, c40) = (cosine(10), cosine(20), cosine(30), cosine(40))
        let wanted = [
            [(c10 + c20) / (c10 + c20 + c40), (c10 + c20) / 2, c40, 1],
            [2 * c10 / (2 * c10 + c30), c10, c30, 1],
            [(c10 + c20) / (c10 + 2 * c20), (c10 + c20) / 2, c20, 1],
        ]
        for row in 0..<3 {
            #expect(abs(found[row, 0] - 0.13733) < 1e-4)
            for c in 0..<4 { #expect(abs(Double(found[row, c + 1]) - wanted[row][c]) < 1e-5, "\(row) \(c)") }
        }
        let alone = ProposalContext.rows(of: [4], in: graph)
        #expect(alone.row(0) == [0, 0, 0, 0, 0])
    }

    private func cosine(_ degrees: Double) -> Double {
        let x = degrees * .pi / 180
        // the series of cos: angles here are below π
        var (sum, term) = (1.0, 1.0)
        for n in 1...20 {
            term *= -x * x / Double((2 * n - 1) * 2 * n)
            sum += term
        }
        return sum
    }

    /// The shipped judges say the same of a proposal however its vectors are turned, and of longer vectors.
    @Test func judgementsTurnWithTheVectors() throws {
        var people = SyntheticPeople(seed: 4)
        let x = Matrix(people.album([40, 9, 5, 3], likeness: 0.6).vectors)
        let (detection, segmentation) = (
            try DetectionNetwork(#require(GraphNetworkFiles.shipped(.detection))),
            try SegmentationNetwork(#require(GraphNetworkFiles.shipped(.segmentation)))
        )
        let algebra = try DenseAlgebra.load()
        func told(_ x: Matrix, _ members: [Int]) throws -> [Float] {
            let space = EmbeddingSpace(id: "t", dimension: x.columns, metric: .cosine, normalised: true)
            let graph = try NeighbourGraph.exact(of: x, space: space, k: 80)
            let adjacency = MeanAdjacency(of: members, in: graph)
            let rows = try detection.card.frame.rows(of: members, vectors: x, graph: graph, algebra)
            let seeded = try segmentation.card.frame.rows(
                of: members, vectors: x, graph: graph, seed: adjacency.heaviest, algebra)
            let judged = detection.judgement(rows, adjacency)
            let p = segmentation.logProbabilities(seeded, adjacency, seed: adjacency.heaviest)
            return try [judged.overlap, #require(judged.purity)] + (0..<p.rows).flatMap { p.row($0) }
        }
        for members in [Array(0..<40), Array(0..<49), Array(30..<57), [0, 1]] {
            let plain = try told(x, members)
            for other in [Self.turned(x, seed: 5), Self.padded(x, to: 256), Self.padded(x, to: 512)] {
                let differences = try zip(plain, told(other, members)).map { abs($0 - $1) }
                #expect((differences.max() ?? 1) < 1e-3, "\(members.count) rows")
                #expect(differences[0] < 1e-4 && differences[1] < 1e-4, "\(members.count) rows")
            }
        }
    }
}
