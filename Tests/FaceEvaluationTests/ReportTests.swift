import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Lists scored with vectors, the printed figures, comparisons of models, and the history file.
@Suite struct ReportTests {
    static func lfw(
        _ pairs: String = "lfw-pairs.txt", excluding: ExclusionList? = nil, noise: Float = 0
    ) throws -> ScoredList {
        var vectors = try NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy"))
        if noise > 0 {
            var random = SeededRandom(seed: 3)
            for i in 0..<vectors.rows {
                vectors.setRow(i, vectors.row(i).map { $0 + noise * Float(random.unit() - 0.5) })
            }
        }
        return try ScoredList(
            LFWPairs.read(path: TestData.file(pairs)), vectors: vectors,
            index: ItemIndex(path: TestData.file("lfw-mobilefacenet-y1.names.txt")), excluding: excluding)
    }

    @Test func figuresOfView2() throws {
        let list = try Self.lfw()
        #expect(list.declaresFolds && list.missing.isEmpty && list.folds.count == 10)
        let got = try VerificationSummary(
            list, protocol: "lfw-view2", rule: .observedHighest, rates: [1e-1, 1e-3], resamples: 200)
        #expect(got.pairs == 6000 && got.rule == "observed_highest")
        #expect(agrees(got.accuracy?.mean, 0.994333, 5e-7) && agrees(got.accuracy?.sd, 0.004899, 5e-7))
        #expect(agrees(got.tar[1].value, 0.989, 1e-9) && !got.tar[1].reliable && got.tar[0].reliable)
        #expect(got.bootstrap?.used == 200)
        let interval = try #require(got.accuracy?.interval)
        #expect(interval.low > 0.985 && interval.low < 0.994333 && interval.high > 0.994333 && interval.high < 1)
        let text = String(decoding: try JSONEncoder().encode(got), as: UTF8.self)
        for key in [
            "protocol", "rule", "pairs", "accuracy", "mean", "sd", "auc", "eer", "tar", "far", "value", "impostors",
        ] {
            #expect(text.contains("\"\(key)\":"), "\(key)")
        }
        #expect(try JSONDecoder().decode(VerificationSummary.self, from: Data(text.utf8)) == got)
    }

    @Test func aListWithoutFoldsIsCutIntoBothKinds() throws {
        let list = try Self.lfw("lfw-view1-pairsDevTest.txt")
        #expect(!list.declaresFolds && list.folds.count == 10)
        for fold in list.folds { #expect(fold.count { list.pairs.same[$0] } == 50 && fold.count == 100) }
        #expect(Set(list.comparisons).count == 1000)
    }

    @Test func missingAndExcludedItemsAreCounted() throws {
        let all = try LFWPairs.parse("1\nA\t1\t2\nB\t1\tC\t1")
        let vectors = Matrix([[1, 0], [0.9, 0.1], [0, 1]])
        let index = try ItemIndex(names: ["A/A_0001.jpg", "A/A_0002.jpg", "B/B_0001.jpg"])
        let code = errorCode { _ = try ScoredList(all, vectors: vectors, index: index, folds: 2) }
        #expect(code == "usage" || code == "no-impostor")
        let csv = try CSVPairs.parse("A/1,A/2,1\nA/1,B/1,0\nB/1,B/2,1\nA/2,B/1,0\nA/1,Z/1,0\n")
        let names = try ItemIndex(names: ["A/1", "A/2", "B/1", "B/2"])
        let rows = Matrix([[1, 0], [1, 0.1], [0, 1], [0.1, 1]])
        let got = try ScoredList(csv, vectors: rows, index: names, folds: 2)
        #expect(got.missing.map(\.code.description) == ["item-missing"] && got.pairs.scores.count == 4)
        #expect(zip(got.identities.left, got.identities.right).map { $0 == $1 } == got.pairs.same)
        let without = try ScoredList(csv, vectors: rows, index: names, excluding: ExclusionList(["A/2"]), folds: 2)
        #expect(without.excluded == 2 && without.pairs.scores.count == 2)
        #expect(errorCode { _ = try ScoredList(csv, vectors: vectors, index: names, folds: 2) } == "length-mismatch")
    }

    @Test func identitiesWithoutFoldersComeFromTheList() throws {
        let csv = try CSVPairs.parse("a,b,1\nb,c,1\nc,d,0\na,d,0\n")
        let got = try ScoredList(
            csv, vectors: Matrix([[1, 0], [1, 1], [0, 1], [1, 2]]), index: ItemIndex(names: ["a", "b", "c", "d"]),
            folds: 2)
        #expect(zip(got.identities.left, got.identities.right).map { $0 == $1 } == got.pairs.same)
        #expect(Set(got.identities.left + got.identities.right).count == 2)
    }

    @Test func modelsAreComparedOnTheSameDraws() throws {
        let first = try Self.lfw()
        let itself = try ModelComparison(first, first, rule: .midpointMean, rates: [1e-2], resamples: 100)
        #expect(itself.differences.allSatisfy { $0.difference == 0 && $0.interval == Interval(low: 0, high: 0) })
        #expect(itself.differences.allSatisfy { $0.chance == 1 } && itself.mcnemar.chance == 1)
        let worse = try ModelComparison(
            first, Self.lfw(noise: 0.5), rule: .midpointMean, rates: [1e-2], resamples: 100)
        let auc = try #require(worse.differences.first { $0.figure == "auc" })
        #expect(auc.difference < 0 && (auc.interval?.high ?? 1) < 0 && (auc.chance ?? 1) < 0.05)
        #expect(worse.mcnemar.onlyFirst > worse.mcnemar.onlySecond && worse.mcnemar.chance < 1e-3)
        let part = try Self.lfw(excluding: ExclusionList(["Abel_Pacheco"]))
        #expect(
            errorCode { _ = try ModelComparison(first, part, rule: .midpointMean, rates: []) } == "length-mismatch")
    }

    @Test func historyIsOnlyAppendedTo() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("history.jsonl")
        try EvaluationHistory.append(Array("{\"a\":1}".utf8), to: path)
        try EvaluationHistory.append(Array("{\"a\":2}".utf8), to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "{\"a\":1}\n{\"a\":2}\n")
        #expect(errorCode { try EvaluationHistory.append([10], to: path) } == "defect")
        #expect(errorCode { try EvaluationHistory.append([65], to: folder.path) } == "file-unwritable")
    }
}
