import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite("Cluster commands", .serialized)
struct ClusterCommandTests {
    private func lfw() throws -> [String] {
        [
            try TestData.file("lfw-mobilefacenet-y1.npy"), "--truth",
            try TestData.file("lfw-mobilefacenet-y1.names.txt"),
        ]
    }

    @Test("--list names methods and their settings")
    func list() throws {
        let r = try Program.run(["cluster", "--list"])
        #expect(r.status == 0, "\(r.errors)")
        for name in ["evidence", "hdbscan", "hac-sparse", "    attach (0.5)"] { #expect(r.output.contains(name)) }
    }

    @Test("groups vectors, writes the labels once, and measures them")
    func run() throws {
        let folder = try TemporaryFolder()
        let command = ["cluster", "--method", "knn-dbscan", "--json", "--out", folder.file("l.npy")] + (try lfw())
        let r = try Program.run(command)
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["method"] as? String == "knn-dbscan" && json["faces"] as? Int == 13_233)
        let report = try #require((json["report"] as? [String: Any])?["noiseAsSingletons"] as? [String: Any])
        let f = try #require((report["pairwise"] as? [String: Any])?["f"] as? Double)
        #expect(f > 0.95)
        #expect(try Program.run(command).status == 73)
    }

    @Test("--divide takes a chain of look-alikes apart")
    func divide() throws {
        let command = ["cluster", "--method", "hac-sparse-single", "--set", "threshold=0.42", "--json"] + (try lfw())
        func precision(_ options: [String]) throws -> Double {
            let r = try Program.run(command + options, limit: 300)
            #expect(r.status == 0, "\(r.errors)")
            let report = try #require(try r.json()["report"] as? [String: Any])
            let metrics = try #require(report["noiseAsSingletons"] as? [String: Any])
            return try #require((metrics["pairwise"] as? [String: Any])?["precision"] as? Double)
        }
        let (chained, divided) = (try precision([]), try precision(["--divide"]))
        #expect(divided > chained + 0.1, "\(chained) → \(divided)")
    }

    @Test("what cannot be is a sentence and a status")
    func refusals() throws {
        let vectors = try TestData.file("lfw-mobilefacenet-y1.npy")
        #expect(try Program.run(["cluster"]).status == 64)
        #expect(try Program.run(["cluster", vectors, "--method", "alphabet"]).status == 64)
        #expect(try Program.run(["cluster", vectors, "--method", "dbscan", "--set", "distance=x"]).status == 64)
        #expect(try Program.run(["cluster", vectors, "--method", "dbscan", "--set", "colour=1"]).status == 64)
        #expect(try Program.run(["cluster", vectors, "--method", "kmeans"]).status == 64)
        #expect(try Program.run(["cluster", vectors, "--method", "affinity-propagation"]).status == 65)
        #expect(try Program.run(["cluster", "/no/such.npy", "--method", "dbscan"]).status == 66)
    }

    @Test("compare measures each method and draws F")
    func compare() throws {
        let folder = try TemporaryFolder()
        let report = folder.file("report")
        let r = try Program.run(
            ["cluster", "compare", "--methods", "hac-sparse-single,affinity-propagation", "--json", "--out", report]
                + (try lfw()), limit: 300)
        #expect(r.status == 0, "\(r.errors)")
        let methods = try #require(try r.json()["methods"] as? [[String: Any]])
        #expect(methods.map { $0["method"] as? String } == ["hac-sparse-single", "affinity-propagation"])
        let best = try #require((methods[0]["best"] as? [String: Any])?["pairwise"] as? [String: Any])
        #expect(best["f"] as? Double ?? 0 > 0.95)
        // too many rows for a matrix of pairs: said, and the others go on
        #expect(methods[1]["failure"] is String && methods[1]["standard"] == nil)
        for figure in ["f-threshold", "seconds", "memory"] {
            #expect(try String(contentsOfFile: "\(report)/\(figure).svg", encoding: .utf8).contains("<svg"))
        }
        #expect(try String(contentsOfFile: "\(report)/report.html", encoding: .utf8).contains("hac-sparse-single"))
    }

    @Test("without a method one is chosen, and why is said")
    func auto() throws {
        let r = try Program.run(
            ["cluster", "--json", "--model", "mobilefacenet-y1"] + (try lfw()), limit: 300)
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["chosen"] as? String == "map-equation")
        #expect(r.errors.contains("instead: evidence"))
        let report = try #require(json["report"] as? [String: Any])
        let metrics = try #require(report["noiseAsSingletons"] as? [String: Any])
        let pairwise = try #require(metrics["pairwise"] as? [String: Any])
        #expect(pairwise["f"] as? Double ?? 0 > 0.99)
    }

    @Test("--wishes, --photos and --quality reach the method; a wish that is none is named by its line")
    func wishes() throws {
        let folder = try TemporaryFolder()
        let (set, wishes, labels) = (folder.file("v.npy"), folder.file("wishes.txt"), folder.file("l.npy"))
        let synth = ["cluster", "synth", "--preset", "easy", "--n", "60", "--set", "sizeMean=10", "--out", set]
        #expect(try Program.run(synth).status == 0)
        func groups(_ options: [String]) throws -> [Int] {
            let r = try Program.run(["cluster", set, "--out", labels, "--force"] + options)
            #expect(r.status == 0, "\(r.errors)")
            return try NPY.readLabels(labels)
        }
        let plain = try groups([])
        let (a, b) = (0, try #require(plain.firstIndex { $0 != plain[0] }))
        let twin = try #require(plain.indices.dropFirst().first { plain[$0] == plain[0] })
        try Data("# said by the owner\nsame \(a) \(b)\n\n".utf8).write(to: URL(fileURLWithPath: wishes))
        let joined = try groups(["--wishes", wishes])
        #expect(joined[a] == joined[b])
        try Data("pin \(a)\npin \(twin)\ndifferent \(a) \(b)\n".utf8).write(to: URL(fileURLWithPath: wishes))
        let parted = try groups(["--wishes", wishes])
        #expect(parted[a] != parted[twin] && parted[a] != parted[b])
        // a later line wins over an earlier one, which is named
        try Data("same \(a) \(b)\n\npin \(a)\ndifferent \(b) \(a)\n".utf8).write(to: URL(fileURLWithPath: wishes))
        let both = try Program.run(["cluster", set, "--out", labels, "--force", "--wishes", wishes, "--json"])
        #expect(both.status == 0 && both.errors.contains("line 1 of the wishes is overridden"), "\(both.errors)")
        #expect(try both.json()["overriddenWishes"] as? [Int] == [1])
        let last = try NPY.readLabels(labels)
        #expect(last[a] != last[b])
        try NPY.write(labels: plain.map { _ in 7 }, to: folder.file("photos.npy"))
        #expect(Set(try groups(["--photos", folder.file("photos.npy")])).count == 60)
        try Data("same 1 2\nsame 3\n".utf8).write(to: URL(fileURLWithPath: wishes))
        let bad = try Program.run(["cluster", set, "--wishes", wishes])
        #expect(bad.status == 65 && bad.errors.contains("line 2"))
    }

    @Test("--committee lets other models vote about pairs")
    func committee() throws {
        let folder = try TemporaryFolder()
        let (set, other) = (folder.file("v.npy"), folder.file("w.npy"))
        for (file, seed) in [(set, "1"), (other, "2")] {
            let r = try Program.run([
                "cluster", "synth", "--preset", "easy", "--n", "400", "--seed", seed, "--out", file,
            ])
            #expect(r.status == 0, "\(r.errors)")
        }
        for (file, graph) in [(set, "g"), (other, "h")] {
            #expect(try Program.run(["neighbours", file, "--k", "20", "--out", folder.file(graph)]).status == 0)
        }
        let command = ["cluster", set, "--method", "cdp", "--json", "--set", "threshold=0.4"]
        func groups(_ options: [String]) throws -> Int {
            let r = try Program.run(command + options)
            #expect(r.status == 0, "\(r.errors)")
            return try #require(try r.json()["groups"] as? Int)
        }
        // people of another set agree with nobody
        let alone = try groups([])
        #expect(try groups(["--committee", folder.file("g")]) == alone)
        #expect(try groups(["--committee", folder.file("h")]) > alone)
        #expect(try groups(["--committee", folder.file("h"), "--set", "accept=0"]) == alone)
        #expect(try Program.run(["cluster", set, "--committee", folder.file("g")]).status == 64)
    }
}
