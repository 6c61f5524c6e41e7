import CKernels
import FaceCore
import Testing

/// Every level against exact sums in double, and against each other to the last bit.
@Suite struct RowKernelTests {
    static let levels = [CK_SCALAR, CK_AVX2, CK_AVX512, CK_NEON].filter { ck_supports($0) }

    @Test func everyLevelGivesTheSameBitsAtEveryLengthAndAlignment() {
        var random = SeededRandom(seed: 1)
        let a = (0..<1110).map { _ in Float(random.unit() * 2 - 1) }
        let b = (0..<1110).map { _ in Float(random.unit() * 2 - 1) }
        var wrong: [String] = []
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for n in 0...1100 {
                    for (s, t) in [(0, 0), (1, 3), (2, 5), (7, 0)] {
                        let (x, y) = (a.baseAddress! + s, b.baseAddress! + t)
                        let dot = ck_dot(x, y, n, CK_SCALAR)
                        let distance = ck_squared_distance(x, y, n, CK_SCALAR)
                        wrong += RowKernelTests.check(x, y, n, dot, distance)
                        for level in RowKernelTests.levels {
                            if ck_dot(x, y, n, level) != dot { wrong.append("dot of \(n) at \(level)") }
                            if ck_dot(y, x, n, level) != dot { wrong.append("dot of \(n) at \(level), exchanged") }
                            if ck_squared_distance(x, y, n, level) != distance {
                                wrong.append("distance of \(n) at \(level)")
                            }
                        }
                    }
                }
            }
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    }

    /// The bound that CKernels.h promises: m u/(1 − m u) times the sum of magnitudes.
    static func check(
        _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ n: Int, _ dot: Float, _ distance: Float
    ) -> [String] {
        var (exact, size, square) = (0.0, 0.0, 0.0)
        for i in 0..<n {
            let (p, q) = (Double(x[i]), Double(y[i]))
            exact += p * q
            size += abs(p * q)
            square += (p - q) * (p - q)
        }
        let steps = (Double(n) / 64).rounded(.up) + 6
        let bound = steps * 0x1p-24 / (1 - steps * 0x1p-24)
        var wrong: [String] = []
        if abs(Double(dot) - exact) > bound * size + 1e-30 { wrong.append("dot of \(n) is \(dot), not \(exact)") }
        let wider = (steps + 2) * 0x1p-24 / (1 - (steps + 2) * 0x1p-24)
        if abs(Double(distance) - square) > wider * square + 1e-30 { wrong.append("distance of \(n)") }
        return wrong
    }

    @Test func theForcedLevelIsUsed() {
        #expect(RowKernelTests.levels.contains(ck_detect()))
        #expect(KernelLevel.current.isSupported)
    }

    @Test func normalisesAndReportsWhatCannotBe() {
        var m = Matrix([
            [3, 4], [0, 0], [.nan, 1], [.infinity, 1], [1e30, 0], [Float.leastNonzeroMagnitude * 1000, 0], [-2, 0],
        ])
        let report = m.normaliseRows()
        #expect(report == Matrix.Unusable(zero: [1], nonFinite: [2, 3]))
        #expect(m.row(0) == [0.6, 0.8])
        #expect(m.row(4) == [1, 0])
        #expect(m.row(5) == [1, 0])
        #expect(m.row(6) == [-1, 0])
        #expect(m.row(1) == [0, 0])
    }
}
