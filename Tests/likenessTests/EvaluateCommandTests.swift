import FaceTestSupport
import Foundation
import Testing

@Suite("Evaluation commands", .serialized)
struct EvaluateCommandTests {
    private func lfw() throws -> [String] {
        [
            "--vectors", try TestData.file("lfw-mobilefacenet-y1.npy"), "--index",
            try TestData.file("lfw-mobilefacenet-y1.names.txt"),
        ]
    }

    @Test(
        "help of every protocol shows an example first",
        arguments: [
            "verification", "identification", "clustering", "blufr", "megaface", "cohorts", "compare",
        ])
    func help(name: String) throws {
        let r = try Program.run(["evaluate", name, "--help"])
        #expect(r.status == 0)
        let (usage, example) = (r.output.range(of: "USAGE:"), r.output.range(of: "likeness evaluate \(name)"))
        #expect(example != nil && usage != nil && example!.lowerBound < usage!.lowerBound)
    }

    @Test("verification prints the documented shape and appends it to the history")
    func verification() throws {
        let folder = try TemporaryFolder()
        let history = folder.file("history.jsonl")
        let pairs = ["--pairs", try TestData.file("lfw-pairs.txt")]
        let r = try Program.run(
            [
                "evaluate", "verification", "--rule", "grid_distance", "--resamples", "50", "--json", "--history",
                history,
            ]
                + pairs + lfw())
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["protocol"] as? String == "lfw-view2" && json["rule"] as? String == "grid_distance")
        let accuracy = try #require(json["accuracy"] as? [String: Any])
        #expect(abs((accuracy["mean"] as? Double ?? 0) - 0.993) < 1e-9 && accuracy["sd"] is Double)
        let tar = try #require(json["tar"] as? [[String: Any]])
        #expect(tar.count == 6 && tar.allSatisfy { $0["impostors"] as? Int == 3000 && $0["value"] is Double })
        #expect(try String(contentsOfFile: history, encoding: .utf8).split(separator: "\n").count == 1)
    }

    @Test("photos to figures: what embed wrote is what verification reads")
    func endToEnd() throws {
        let folder = try TemporaryFolder()
        let photos = try ["obama-1", "obama-2", "obama-4", "biden-1", "biden-2"].map {
            try TestData.file("photos/\($0).jpg")
        }
        let (vectors, index, list) = (folder.file("v.npy"), folder.file("v.jsonl"), folder.file("pairs.csv"))
        let embedded = try Program.run(["embed", "--central", "--out", vectors, "--index", index] + photos)
        #expect(embedded.status == 0, "\(embedded.errors)")
        try """
        left,right,label
        obama-1,obama-2,1
        obama-1,biden-2,0
        obama-4,obama-2,1
        biden-1,obama-4,0
        biden-1,biden-2,1
        obama-2,biden-1,0
        """.write(toFile: list, atomically: true, encoding: .utf8)
        let r = try Program.run([
            "evaluate", "verification", "--pairs", list, "--vectors", vectors, "--index", index, "--folds", "2",
            "--resamples", "0", "--json",
        ])
        #expect(r.status == 0, "\(r.errors)")
        #expect(try r.json()["auc"] as? Double == 1)
    }

    @Test("a model compared with itself does not differ")
    func compare() throws {
        let vectors = try TestData.file("lfw-mobilefacenet-y1.npy")
        let r = try Program.run([
            "evaluate", "compare", vectors, vectors, "--pairs", try TestData.file("lfw-pairs.txt"), "--index",
            try TestData.file("lfw-mobilefacenet-y1.names.txt"), "--resamples", "20", "--json",
        ])
        #expect(r.status == 0, "\(r.errors)")
        let differences = try #require(try r.json()["differences"] as? [[String: Any]])
        #expect(differences.count == 5 && differences.allSatisfy { $0["difference"] as? Double == 0 })
    }

    @Test("clustering against itself is perfect")
    func clustering() throws {
        let labels = try TestData.file("celeba-labels.npy")
        let r = try Program.run(["evaluate", "clustering", "--labels", labels, "--truth", labels, "--json"])
        #expect(r.status == 0, "\(r.errors)")
        let report = try #require(try r.json()["report"] as? [String: Any])
        let metrics = try #require(report["noiseAsSingletons"] as? [String: Any])
        #expect(metrics["ari"] as? Double == 1 && report["coverage"] as? Double == 1)
    }

    static let mistakes: [([String], Int32)] = [
        (["verification", "--vectors", "x", "--index", "y"], 64),
        (["verification", "--pairs", "nowhere", "--vectors", "x", "--index", "y"], 66),
        (["verification", "--all-pairs", "--vectors", "x", "--index", "y", "--far", "2"], 64),
        (["clustering", "--labels", "nowhere.npy", "--truth", "nowhere.npy"], 66),
        (["megaface", "--vectors", "x", "--distractors", "y"], 64),
        (["cohorts", "--pairs", "nowhere.csv", "--column", "age", "--vectors", "x", "--index", "y"], 66),
    ]

    @Test("wrong use and missing files have their status", arguments: mistakes)
    func wrongUse(arguments: [String], status: Int32) throws {
        let r = try Program.run(["evaluate"] + arguments)
        #expect(r.status == status && r.output.isEmpty, "\(r.errors)")
    }
}
