import FaceCore
import FaceEvaluation
import Testing

/// Identification among strangers: the golden toy, and equality with plain loops.
@Suite struct DistractorTests {
    struct Reading: Decodable { var tar: Double }
    struct At: Decodable {
        var far: Double
        var kthImpostor: Reading
        var step: Reading
        var interpolated: Reading
        var nearest: Reading
    }
    struct Row: Decodable {
        var distractors: Int
        var trials: Int
        var rank1: Double
        var rank5: Double
        var verification: [At]?
    }
    struct Toy: Decodable {
        var probeIdentities: [Int]
        var probeProbe: [[Double]]
        var probeDistractor: [[Double]]
        var rows: [Row]
    }

    @Test func goldenRanksAmongDistractors() throws {
        let toy = try Fixtures.section(Toy.self, "identification", "distractors")
        let ids = toy.probeIdentities
        #expect(toy.rows.count == 8)
        let mates = ids.indices.map { a in
            ids.indices.filter { $0 != a && ids[$0] == ids[a] }.map { Float(toy.probeProbe[a][$0]) }
        }
        for row in toy.rows {
            let tally = MateTally(mates: mates)
            for a in ids.indices {
                toy.probeDistractor[a].prefix(row.distractors).map(Float.init).withUnsafeBufferPointer {
                    tally.add($0, probe: a)
                }
            }
            #expect(tally.trials == row.trials)
            #expect(
                agrees(tally.rate(rank: 1), row.rank1) && agrees(tally.rate(rank: 5), row.rank5), "\(row.distractors)")
            let impostors = toy.probeDistractor.flatMap { $0.prefix(row.distractors) }
            let genuine = ids.indices.flatMap { a in
                ids.indices.filter { $0 != a && ids[$0] == ids[a] }.map { toy.probeProbe[a][$0] }
            }
            for at in row.verification ?? [] {
                let curve = ReceiverCurve(
                    try ScoredPairs(
                        scores: genuine + impostors, same: genuine.map { _ in true } + impostors.map { _ in false }))
                for (convention, want) in [
                    (.step, at.step), (.kthImpostor, at.kthImpostor), (.interpolated, at.interpolated),
                    (.nearest, at.nearest),
                ] as [(FalseAcceptConvention, Reading)] {
                    let got = try curve.operatingPoint(far: at.far, convention).trueAcceptRate
                    #expect(agrees(got, want.tar), "\(row.distractors)")
                }
            }
        }
    }

    @Test func aDistractorAsAlikeAsTheMateStandsBeforeIt() {
        let tally = MateTally(mates: [[0.5, 0.25], []])
        for probe in 0..<2 { [0.5, 0.1].withUnsafeBufferPointer { tally.add($0, probe: probe) } }
        #expect(tally.trials == 2 && tally.rate(rank: 1) == 0 && tally.rate(rank: 2) == 1)
        [0.25].withUnsafeBufferPointer { tally.add($0, probe: 0) }
        #expect(tally.rate(rank: 2) == 0.5 && tally.rate(rank: 3) == 1)
    }

    func rows(_ n: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        return Matrix((0..<n).map { _ in (0..<8).map { _ in Float(random.unit() - 0.5) } })
    }

    @Test(arguments: [1, 3])
    func equalsPlainLoops(_ threads: Int) throws {
        let (probes, strangers) = (rows(60, seed: 1), rows(5000, seed: 2))
        let ids = (0..<60).map { $0 % 3 == 0 ? 100 + $0 : $0 / 12 }
        var options = DistractorReport.Options()
        options.sizes = [10, 100, 2500, 9999]
        options.rates = [1e-2, 1e-3, 1e-4]
        options.noisyProbes = [1, 2]
        options.noisyDistractors = [0, 7, 4999]
        options.threads = threads
        options.hardest = 5
        let got = try DistractorReport.measure(probes: probes, identities: ids, distractors: strangers, options)
        #expect(got.rows.map(\.distractors) == [10, 100, 2500, 4997])
        #expect(got.leftOut.probes == 2 && got.leftOut.distractors == 3)
        let (p, d) = (LFWVerificationTests.unitRows(probes), LFWVerificationTests.unitRows(strangers))
        let kept = (0..<60).filter { $0 != 1 && $0 != 2 && $0 % 3 != 0 }
        let order = (0..<5000).filter { ![0, 7, 4999].contains($0) }
        func score(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        #expect(got.probes == kept.count && got.people == 5)
        for row in got.rows {
            var (ranks, genuine, impostors): ([Int], [Double], [Double]) = ([], [], [])
            for a in kept {
                let strange = order.prefix(row.distractors).map { score(p.row(a), d.row($0)) }
                impostors += strange
                for b in kept where b != a && ids[a] == ids[b] {
                    let mate = score(p.row(a), p.row(b))
                    genuine.append(mate)
                    ranks.append(1 + strange.count { $0 >= mate })
                }
            }
            #expect(got.trials == ranks.count)
            for (k, rate) in zip(options.ranks, row.identification) {
                #expect(agrees(rate, Double(ranks.count { $0 <= k }) / Double(ranks.count), 1e-12), "rank \(k)")
            }
            let curve = ReceiverCurve(
                try ScoredPairs(
                    scores: genuine + impostors, same: genuine.map { _ in true } + impostors.map { _ in false }))
            for (far, point) in zip(options.rates, row.verification) {
                #expect(agrees(point.trueAcceptRate, try curve.operatingPoint(far: far).trueAcceptRate, 1e-12))
                #expect(point.impostors == impostors.count)
            }
        }
        #expect(got.hardest.count == 5 && !got.hardest.contains { [0, 7, 4999].contains($0.second) })
        let top = got.hardest[0]
        #expect(agrees(Double(top.score), score(p.row(Int(top.first)), d.row(Int(top.second))), 1e-6))
    }

    @Test func badInputIsATypedError() throws {
        let m = rows(4, seed: 3)
        let ids = [0, 0, 1, 1]
        #expect(
            errorCode { _ = try DistractorReport.measure(probes: m, identities: [0], distractors: m) }
                == "length-mismatch")
        #expect(
            errorCode { _ = try DistractorReport.measure(probes: m, identities: [0, 1, 2, 3], distractors: m) }
                == "no-genuine")
        let none = Matrix(rows: 0, columns: 8)
        #expect(
            errorCode { _ = try DistractorReport.measure(probes: m, identities: ids, distractors: none) } == "empty")
        let thin = Matrix([[1, 0]])
        #expect(
            errorCode { _ = try DistractorReport.measure(probes: m, identities: ids, distractors: thin) }
                == "dimension-mismatch")
        let nan = Matrix([[Float](repeating: .nan, count: 8)])
        #expect(
            errorCode { _ = try DistractorReport.measure(probes: m, identities: ids, distractors: nan) } == "non-finite"
        )
    }
}
