import CKernels
import FaceCore
import Testing

/// Tiles of products at every level, of lengths around every step and of shapes with incomplete panels.
@Suite struct TileKernelTests {
    static let lengths = Array(0...70) + [127, 128, 129, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1100]

    static func matrix(_ n: Int, _ d: Int, _ random: inout SeededRandom) -> Matrix {
        var m = Matrix(rows: n, columns: d)
        for i in 0..<n { m.setRow(i, (0..<d).map { _ in Float(random.unit() * 2 - 1) }) }
        return m
    }

    @Test(arguments: [(1, 1), (5, 17), (9, 49), (50, 100)])
    func floatTilesAreOneChainOfFusedProducts(_ m: Int, _ n: Int) throws {
        var random = SeededRandom(seed: UInt64(m * 1000 + n))
        for d in TileKernelTests.lengths {
            let (a, b) = (
                TileKernelTests.matrix(m, d, &random), TileKernelTests.matrix(n, d, &random)
            )
            let plain = try a.similarities(to: b, level: .scalar, threads: 1)
            for level in KernelLevel.allCases where level.isSupported {
                let c = try a.similarities(to: b, level: level, threads: 1)
                #expect((0..<m).allSatisfy { c.row($0) == plain.row($0) }, "length \(d), \(level)")
                for (i, j) in [(0, 0), (m - 1, n - 1), (m / 2, n / 2), (m - 1, 0), (0, n - 1)] {
                    var chain: Float = 0
                    for t in 0..<d { chain = chain.addingProduct(a[i, t], b[j, t]) }
                    #expect(c[i, j] == chain, "row \(i) of \(m), column \(j) of \(n), length \(d), \(level)")
                }
            }
        }
    }

    @Test(arguments: [(1, 1), (7, 17), (50, 100)])
    func codesMultiplyExactly(_ m: Int, _ n: Int) throws {
        var random = SeededRandom(seed: UInt64(m * 1000 + n))
        for d in TileKernelTests.lengths {
            let (a, b) = (
                TileKernelTests.matrix(m, d, &random), TileKernelTests.matrix(n, d, &random)
            )
            let (p, q) = (
                (0..<m).map { TileKernelTests.codes(a.row($0)) }, (0..<n).map { TileKernelTests.codes(b.row($0)) }
            )
            let exact = p.flatMap { x in q.map { y in TileKernelTests.dot(x, y) } }
            for level in KernelLevel.allCases where level.isSupported {
                let (x, y) = (
                    try PackedRows(a, kind: .int8, level: level), try PackedRows(b, kind: .int8, level: level)
                )
                #expect(x.codeProducts(with: y) == exact, "length \(d), \(level)")
            }
        }
    }

    static func dot(_ a: [Int8], _ b: [Int8]) -> Int32 {
        var sum: Int32 = 0
        for t in 0..<a.count { sum += Int32(a[t]) * Int32(b[t]) }
        return sum
    }

    /// round-half-even(x · 127/max|x|) in −127…127.
    static func codes(_ x: [Float]) -> [Int8] {
        let largest = x.map(\.magnitude).max() ?? 0
        return x.map { largest < 1e-30 ? 0 : Int8(($0 * (127 / largest)).rounded(.toNearestOrEven)) }
    }

    @Test func boundsHoldForEveryPair() throws {
        var random = SeededRandom(seed: 9)
        for scale in [1e-3, 1, 1e4] {
            var m = TileKernelTests.matrix(60, 200, &random)
            for i in 0..<60 { m.setRow(i, m.row(i).map { $0 * Float(scale) }) }
            let packed = try PackedRows(m, kind: .int8)
            let bounds = packed.bounds(to: packed)
            for i in 0..<60 {
                for j in 0..<60 {
                    let exact = zip(m.row(i), m.row(j)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                    let approximate = Double(packed.approximateProduct(i, packed, j))
                    #expect(abs(exact - approximate) <= Double(bounds[i].margin))
                    // a bound that is never nearly met would be a bound of something else
                    #expect(Double(bounds[i].margin) < abs(exact) + scale * scale * 6)
                }
            }
        }
    }
}
