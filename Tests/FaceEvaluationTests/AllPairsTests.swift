import FaceCore
import FaceEvaluation
import FaceTestSupport
import Testing

/// All pairs of a labelled set: equal to the plain list of scores on small sets, and the recorded figures on LFW.
@Suite struct AllPairsTests {
    static func random(_ n: Int, _ d: Int, people: Int, seed: UInt64, spread: Float = 0.8) -> (Matrix, [Int]) {
        var random = SeededRandom(seed: seed)
        func value() -> Float { Float(random.unit() + random.unit() + random.unit() - 1.5) }
        let centres = (0..<people).map { _ in (0..<d).map { _ in value() } }
        let labels = (0..<n).map { _ in Int.random(in: 0..<people, using: &random) }
        return (Matrix(labels.map { p in centres[p].map { $0 + spread * value() } }), labels)
    }

    /// Every pair by itself.
    static func plain(_ m: Matrix, _ labels: [Int]) throws -> (pairs: ScoredPairs, rows: [(Int, Int)]) {
        let unit = LFWVerificationTests.unitRows(m)
        var (scores, same, rows): ([Double], [Bool], [(Int, Int)]) = ([], [], [])
        for i in 0..<m.rows {
            for j in i + 1..<m.rows {
                scores.append(zip(unit.row(i), unit.row(j)).reduce(0) { $0 + Double($1.0) * Double($1.1) })
                same.append(labels[i] == labels[j])
                rows.append((i, j))
            }
        }
        return (try ScoredPairs(scores: scores, same: same), rows)
    }

    @Test(arguments: [(2, 3, 2), (60, 5, 7), (300, 16, 40), (1100, 24, 90)])
    func equalsTheListOfAllPairs(_ n: Int, _ d: Int, _ people: Int) throws {
        let (m, random) = Self.random(n, d, people: people, seed: UInt64(n))
        let labels = n == 2 ? [0, 0] : random
        guard n > 2 else {
            #expect(errorCode { _ = try AllPairsReport.measure(m, identities: labels) } == "no-impostor")
            return
        }
        let (pairs, _) = try Self.plain(m, labels)
        let want = ReceiverCurve(pairs)
        for (kept, threads) in [(1 << 20, 2), (50, 1), (50, 3)] {
            var options = AllPairsReport.Options()
            options.keptImpostors = kept
            options.threads = threads
            options.hardest = 20
            let got = try AllPairsReport.measure(m, identities: labels, options)
            #expect(got.genuine == want.genuine && got.impostors == want.impostors)
            #expect(agrees(got.auc, want.area, 1e-6) && agrees(got.eer, want.equalErrorRate(), 2e-5))
            for point in got.points {
                let exact = try want.operatingPoint(far: point.far)
                #expect(agrees(point.trueAcceptRate, exact.trueAcceptRate, 2 / Double(want.genuine)), "\(n) \(point)")
                #expect(abs(point.falseAccepts - Int(point.far * Double(got.impostors) + 1e-9)) <= 1)
                let above = zip(pairs.scores, pairs.same).count { !$1 && Float($0) > point.acceptAbove }
                #expect(!point.thresholdIsExact || abs(above - point.falseAccepts) <= 1, "\(n) \(point)")
            }
            let worst = zip(pairs.scores, pairs.same).filter { !$1 }.map(\.0).sorted(by: >).prefix(min(20, kept))
            #expect(agrees(got.highestImpostors.map { Double($0.score) }, Array(worst), 1e-6))
            let least = zip(pairs.scores, pairs.same).filter(\.1).map(\.0).sorted().prefix(20)
            #expect(agrees(got.lowestGenuine.map { Double($0.score) }, Array(least), 1e-6))
        }
    }

    @Test func threadsAndKeptPairsChangeNothing() throws {
        let (m, labels) = Self.random(900, 12, people: 30, seed: 5)
        var options = AllPairsReport.Options()
        options.threads = 1
        let one = try AllPairsReport.measure(m, identities: labels, options)
        options.threads = 4
        options.keptImpostors = 3000
        let four = try AllPairsReport.measure(m, identities: labels, options)
        #expect(one.curve == four.curve)
        #expect(one.highestImpostors == four.highestImpostors && one.lowestGenuine == four.lowestGenuine)
        #expect(one.points.map(\.trueAcceptRate) == four.points.map(\.trueAcceptRate))
    }

    @Test func unknownRowsAndEqualScores() throws {
        // rows 0, 1, 4 are one direction, rows 2, 3 another at a right angle; row 5 is unknown
        let m = Matrix([[1, 0], [2, 0], [0, 1], [0, 3], [5, 0], [9, 9]])
        let got = try AllPairsReport.measure(m, identities: [0, 0, 1, 1, 1, -1])
        #expect(got.rows == 5 && got.unknown == 1 && got.genuine == 4 && got.impostors == 6)
        // genuine 1 1 0 0, impostors 1 1 0 0 0 0
        // two genuine at 1 beat four impostors and tie with two; two genuine at 0 tie with four
        let wins: Double = 8 + 2 + 4
        #expect(agrees(got.auc, wins / 24))
        #expect(got.curve.points.map(\.falseAccepts) == [0, 2, 6] && got.curve.points.map(\.trueAccepts) == [0, 2, 4])
        #expect(got.highestImpostors.first == ScoredRowPair(score: 1, first: 0, second: 4))
        #expect(agrees(got.largestShare, 0.75))
    }

    @Test func badInputIsATypedError() throws {
        let m = Matrix([[1, 0], [0, 1], [1, 1]])
        #expect(errorCode { _ = try AllPairsReport.measure(m, identities: [0, 0]) } == "length-mismatch")
        #expect(errorCode { _ = try AllPairsReport.measure(m, identities: [0, 1, 2]) } == "no-genuine")
        #expect(errorCode { _ = try AllPairsReport.measure(m, identities: [0, 0, 0]) } == "no-impostor")
        #expect(errorCode { _ = try AllPairsReport.measure(m, identities: [-1, -1, -1]) } == "no-genuine")
        let nan = Matrix([[1, 0], [0, .nan], [1, 1]])
        #expect(errorCode { _ = try AllPairsReport.measure(nan, identities: [0, 0, 1]) } == "non-finite")
        let zero = try AllPairsReport.measure(Matrix([[1, 0], [0, 0], [1, 1]]), identities: [0, 0, 1])
        #expect(zero.withoutVector == 1 && zero.genuine == 1)
    }

    /// 13,233 photos: 242,257 genuine and 87,307,271 impostor comparisons.
    @Test func labeledFacesInTheWild() throws {
        let vectors = try NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy"))
        let people = try LFWPairs.readNames(path: TestData.file("lfw-names.txt")).people
        let got = try AllPairsReport.measure(vectors, identities: LabelNumbers.of(people))
        #expect(got.genuine == 242_257 && got.impostors == 87_307_271)
        #expect(agrees(got.auc, 0.99989055, 1e-7), "\(got.auc)")
        #expect(agrees(got.eer, 0.0019029, 1e-6), "\(got.eer)")
        let wanted: [(Double, Double, Float, Int, Double, Double)] = [
            (1e-1, 0.999756, 0.128347, 8_730_727, 0.997757, 2e-5), (1e-2, 0.999146, 0.236355, 873_072, 0.993919, 2e-5),
            (1e-3, 0.997548, 0.322990, 87_307, 0.987804, 2e-5), (1e-4, 0.994039, 0.398050, 8_730, 0.976381, 2e-5),
            (1e-5, 0.984025, 0.468123, 873, 0.949722, 2e-5), (1e-6, 0.813929, 0.633250, 87, 0.708062, 1e-3),
            (1e-7, 0.032461, 0.839688, 8, 0.073589, 1e-3),
        ]
        for (point, want) in zip(got.points, wanted) {
            #expect(agrees(point.trueAcceptRate, want.1, want.5), "\(point)")
            #expect(abs(point.acceptAbove - want.2) < (point.thresholdIsExact ? 1e-6 : 5e-6), "\(point)")
            #expect(point.falseAccepts == want.3 && agrees(point.identityMean, want.4, max(want.5, 1e-4)), "\(point)")
            #expect(point.thresholdIsExact == (point.far < 0.05) && point.isReliable == (point.far > 5e-7))
        }
        #expect(agrees(got.largestShare, 0.579, 1e-3))
        let names = try ItemIndex(path: TestData.file("lfw-mobilefacenet-y1.names.txt")).names
        let top = got.highestImpostors[0]
        #expect(names[Int(top.first)].contains("Carlos_Beltran_0001") && abs(top.score - 0.9958) < 1e-4)
        #expect(names[Int(top.second)].contains("Raul_Ibanez_0001"))
    }
}
