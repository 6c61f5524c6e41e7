import FaceCore
import FaceEvaluation
import Testing

/// Sets of faces, templates, comparisons drawn from folders, tables of qualities.
@Suite struct SetTests {
    private static let splits = """
        split number, first name, second name, is same
        1, A/0, A/1, 1
        1, A/0, B/0, 0
        2, B/0, B/1, 1
        2, A/1, B/1, 0
        """
    private static let names = ["A/0/1.jpg", "A/0/2.jpg", "A/1/1.jpg", "B/0/1.jpg", "B/1/1.jpg", "B/1/2.jpg"]
    private static let vectors = Matrix([[1, 0], [3, 4], [4, 3], [0, 2], [-1, 1], [0, 1]])

    @Test func variantsOfSmallSetsByHand() throws {
        let list = try SetPairs.parse(Self.splits)
        #expect(list.folds == [0..<2, 2..<4] && list.comparisons[3].left == "A/1")
        let got = try SetProtocol(
            list, vectors: Self.vectors, names: Self.names,
            variants: [.max, .min, .mean, .median, .meanOfBest, .meanUnit])
        #expect(got.sets == 4 && got.sizes.largest == 2)
        // A/0 = {(1,0), (.6,.8)} against A/1 = {(.8,.6)}: .8 and .96
        let first = got.lists.map { $0.pairs.scores[0] }
        #expect(agrees(first, [0.96, 0.8, 0.88, 0.88, (0.88 + 0.96) / 2, 1.76 / 3.2.squareRoot() / 1], 1e-6))
        // A/0 against B/0 = {(0,1)}: 0 and .8
        #expect(agrees(got.lists.map { $0.pairs.scores[1] }.prefix(3).map { $0 }, [0.8, 0, 0.4], 1e-6))
        #expect(got.lists.allSatisfy { $0.declaresFolds && $0.folds.count == 2 && $0.missing.isEmpty })
    }

    @Test func aSetWithoutFacesIsMissing() throws {
        let list = try SetPairs.parse(Self.splits + "\n3, A/0, C/9, 0\n3, A/0, A/1, 1\n")
        let got = try SetProtocol(list, vectors: Self.vectors, names: Self.names, variants: [.mean])
        #expect(got.lists[0].missing.count == 1 && got.lists[0].pairs.scores.count == 5)
        #expect(
            errorCode {
                _ = try SetProtocol(list, vectors: Self.vectors, names: Self.names, variants: [.qualityWeighted])
            }
                == "usage")
        #expect(errorCode { _ = try SetProtocol(list, vectors: Self.vectors, names: ["a/b"]) } == "length-mismatch")
    }

    @Test func oneAndManyThreadsAgree() throws {
        let (m, labels) = AllPairsTests.random(300, 8, people: 12, seed: 4)
        let names = labels.enumerated().map { "p\($1)/\($0 % 3)/\($0).jpg" }
        let lines = (0..<200).map { k in
            let (a, b) = (k * 7 % 12, k * 5 % 12)
            return "\(k / 50 + 1), p\(a)/\(k % 3), p\(b)/\((k + 1) % 3), \(a == b ? 1 : 0)"
        }
        let list = try SetPairs.parse(lines.joined(separator: "\n"))
        let usual = SetVariant.allCases.filter { $0 != .qualityWeighted }
        let one = try SetProtocol(list, vectors: m, names: names, variants: usual, threads: 1)
        let four = try SetProtocol(list, vectors: m, names: names, variants: usual, threads: 4)
        #expect(one.lists.map { $0.pairs.scores } == four.lists.map { $0.pairs.scores })
    }

    @Test func splitsThatLie() {
        for bad in ["", "1,a,b\n", "1,a,b,2\n", "2,a,b,1\n1,a,b,0\n", "x,a,b,1\ny,a,b,1\n", "1,,b,1\n"] {
            #expect(errorCode { _ = try SetPairs.parse(bad) } == "file-format", "\(bad.debugDescription)")
        }
    }

    @Test func templatesOfAGallery() throws {
        let m = Matrix([[2, 0], [0, 1], [0, 5], [1, 0], [-1, 0]])
        let t = try TemplateSet(m, identities: [7, 7, 3, 9, 9], pooling: .meanUnit)
        #expect(t.identities == [3, 7] && t.leftOut == [9] && t.vectors.rows == 2)
        #expect(abs(Double(t.vectors[1, 0]) - 0.5.squareRoot()) < 1e-6)
        let weighted = try TemplateSet(
            m, identities: [7, 7, 3, 9, 9], pooling: .qualityWeighted, quality: [0, 1, 1, 1, 0])
        #expect(weighted.identities == [3, 7, 9] && abs(weighted.vectors[1, 1] - 1) < 1e-6)
        #expect(errorCode { _ = try TemplateSet(m, identities: [1], pooling: .meanUnit) } == "length-mismatch")
        #expect(
            errorCode { _ = try TemplateSet(m, identities: [1, 1, 1, 1, 1], pooling: .qualityWeighted) }
                == "length-mismatch")
    }

    @Test func comparisonsOfFolders() throws {
        let items = (0..<60).map { "p\($0 % 12)/\($0).jpg" }
        let list = try FolderPairs.draw(items, count: 50, seed: 3)
        let genuine = list.comparisons.filter(\.same)
        #expect(genuine.count == 50 && list.comparisons.count == 100)
        #expect(Set(list.comparisons.map { [$0.left, $0.right] }).count == 100)
        for c in list.comparisons { #expect((c.left.prefix { $0 != "/" } == c.right.prefix { $0 != "/" }) == c.same) }
        #expect(try FolderPairs.draw(items, count: 50, seed: 3) == list)
        // all 12·10 genuine comparisons where fewer are there than asked for
        let all = try FolderPairs.draw(items, count: 1000, seed: 3)
        #expect(all.comparisons.count { $0.same } == 120 && Set(all.comparisons).count == all.comparisons.count)
        #expect(errorCode { _ = try FolderPairs.draw(["a/1", "b/1"], seed: 1) } == "no-genuine")
        #expect(errorCode { _ = try FolderPairs.draw(["a/1", "a/2"], seed: 1) } == "no-impostor")
        #expect(errorCode { _ = try FolderPairs.draw(["a", "b"], seed: 1) } == "bad-data")
        // two people of two photos: four impostor comparisons at most, the draw must end
        #expect(try FolderPairs.draw(["a/1", "a/2", "b/1", "b/2"], seed: 1).comparisons.count == 4)
    }

    @Test func qualitiesTellWhatFails() throws {
        let csv = (0..<200).map { "a\($0),b\($0),\($0 % 2 == 0 ? 1 : 0)" }.joined(separator: "\n")
        let list = try CSVPairs.parse(csv)
        // genuine scores rise with the number, impostor scores are 0
        let scores = (0..<200).map { $0 % 2 == 0 ? Double($0) / 200 : 0.0 }
        let scored = try ScoredList(list, scores: scores, folds: 2)
        let rows = (0..<200).flatMap { k in ["a\(k),\(k),\(200 - k),1", "b\(k),\(k),\(200 - k),1"] }
        let table = try QualityTable(text: "name,good,bad,flat\n" + rows.joined(separator: "\n"))
        let report = try QualityReport(scored, qualities: table, errors: 0.1, resamples: 20)
        #expect(report.columns.map(\.name) == ["good", "bad", "flat"] && report.falseRejectRate == 0.1)
        #expect(agrees(report.columns[0].start.gain, 1, 1e-3) && (report.columns[1].start.gain ?? 0) < 0)
        #expect((report.columns[0].gainInterval?.low ?? 0) > 0.9)
        #expect(
            errorCode { _ = try QualityReport(scored, qualities: table, columns: ["none"]) } == "usage")
        for bad in [
            "", "name\n", "name,q\n", "name,q,q\na,1,1\n", "name,q\na,x\n", "name,q\na,1\na,2\n", "name,q\na\n",
        ] {
            #expect(errorCode { _ = try QualityTable(text: bad) } == "file-format", "\(bad.debugDescription)")
        }
    }
}
