import FaceCore
import FaceEvaluation
import FaceTestSupport
import Testing

/// Identification among many strangers equals brute force on every probe.
@Suite struct ManyDistractorTests {
    @Test func aHundredThousandStrangersEqualBruteForce() throws {
        var random = SeededRandom(seed: 12)
        func row(_ d: Int) -> [Float] {
            (0..<d).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) }
        }
        let (people, d, n) = (12, 32, 100_000)
        let centres = (0..<people).map { _ in row(d) }
        let labels = (0..<60).map { $0 % people }
        let probes = Matrix(labels.map { p in zip(centres[p], row(d)).map { $0 + 0.8 * $1 } })
        var strangers = Matrix(rows: n, columns: d)
        for i in 0..<n { strangers.setRow(i, row(d)) }
        var options = DistractorReport.Options()
        (options.sizes, options.ranks, options.rates) = ([1_000, n], [1, 10], [1e-3, 1e-5])
        let got = try DistractorReport.measure(probes: probes, identities: labels, distractors: strangers, options)
        #expect(got.rows.map(\.distractors) == [1_000, n] && got.trials == 60 * 4)

        // brute force in Double: for each probe the sorted scores of all strangers
        func unit(_ v: [Float]) -> [Double] {
            let x = v.map(Double.init)
            let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return x.map { $0 / length }
        }
        let (p, s) = ((0..<60).map { unit(probes.row($0)) }, (0..<n).map { unit(strangers.row($0)) })
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            var sum = 0.0
            for k in a.indices { sum += a[k] * b[k] }
            return sum
        }
        var (right, trials) = ([[0, 0], [0, 0]], 0)
        for i in 0..<60 {
            let scores = s.map { dot(p[i], $0) }
            for j in 0..<60 where j != i && labels[j] == labels[i] {
                let mate = dot(p[i], p[j])
                trials += 1
                for (k, size) in [1_000, n].enumerated() {
                    let above = scores[..<size].count { $0 >= mate }
                    for (r, rank) in [1, 10].enumerated() where above < rank { right[k][r] += 1 }
                }
            }
        }
        for k in 0..<2 {
            for r in 0..<2 {
                // a score within rounding of its mate may fall to the other side
                let want = Double(right[k][r]) / Double(trials)
                #expect(abs(got.rows[k].identification[r] - want) <= 1.01 / Double(trials), "\(k) \(r)")
            }
        }
        #expect(got.rows[1].identification[0] > 0.05 && got.rows[1].identification[0] < 1)
    }
}
