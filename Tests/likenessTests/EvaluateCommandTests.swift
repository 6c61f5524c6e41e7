import FaceCore
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
            "verification", "identification", "clustering", "detection", "blufr", "megaface", "sets", "cohorts",
            "quality",
            "compare",
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
        let comparisons = try #require(try r.json()["comparisons"] as? [[String: Any]])
        let result = try #require(comparisons.first?["result"] as? [String: Any])
        let differences = try #require(result["differences"] as? [[String: Any]])
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
        (["verification", "--pairs", "x.txt", "--images", "a", "--vectors", "b"], 64),
        (["verification", "--pairs", "x.bin", "--vectors", "b", "--index", "c"], 64),
        (["verification", "--pairs", "nowhere.bin"], 66),
        (["detection", "--images", "x", "--detector", "mtcnn"], 64),
        (
            [
                "detection", "--images", "x", "--annotations", "nowhere", "--detector", "mtcnn", "--quiet",
                "--no-progress",
            ], 66
        ),
        (["sets", "--pairs", "nowhere", "--vectors", "x", "--index", "y"], 66),
        (["quality", "--pairs", "x", "--vectors", "x", "--index", "y", "--quality", "z", "--errors", "2"], 64),
        (["compare", "nowhere-a", "nowhere-b"], 64), (["compare", "one"], 64),
        (["clustering", "--labels", "x", "--truth", "y", "--at", "no"], 64),
        (["cohorts", "--pairs", "nowhere.csv", "--column", "age", "--vectors", "x", "--index", "y"], 66),
    ]

    @Test("wrong use and missing files have their status", arguments: mistakes)
    func wrongUse(arguments: [String], status: Int32) throws {
        let r = try Program.run(["evaluate"] + arguments)
        #expect(r.status == status && r.output.isEmpty, "\(r.errors)")
    }

    // MARK: reports

    private func small(_ folder: TemporaryFolder) throws -> [String] {
        // 12 people of 6 photos: rows near their person's axis
        var rows: [[Float]] = []
        var names: [String] = []
        for k in 0..<72 {
            var row = [Float](repeating: 0, count: 16)
            row[k % 12] = 1
            row[(k * 5 + 3) % 16] += 0.25 + Float(k % 7) / 10
            rows.append(row)
            names.append("p\(k % 12)/\(k / 12).jpg")
        }
        try NPY.write(Matrix(rows), to: folder.file("v.npy"))
        try names.joined(separator: "\n").write(toFile: folder.file("names.txt"), atomically: true, encoding: .utf8)
        try NPY.write(labels: (0..<72).map { $0 % 12 }, to: folder.file("truth.npy"))
        try NPY.write(labels: (0..<72).map { $0 % 5 == 0 ? -1 : $0 % 11 }, to: folder.file("found.npy"))
        try FileManager.default.createDirectory(atPath: folder.file("photos"), withIntermediateDirectories: true)
        return ["--vectors", folder.file("v.npy"), "--index", folder.file("names.txt")]
    }

    private func evaluate(_ folder: TemporaryFolder, _ arguments: [String], report: String) throws -> [String: Any] {
        let out = folder.file(report)
        let r = try Program.run(
            ["evaluate"] + arguments + ["--out", out, "--json", "--history", folder.file("h.jsonl")])
        #expect(r.status == 0, "\(r.errors)")
        for file in ["report.json", "report.html"] {
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(arguments[0]): \(file)")
        }
        let stored =
            try JSONSerialization.jsonObject(
                with: FileManager.default.contents(atPath: "\(out)/report.json") ?? Data()) as? [String: Any]
        let printed = try r.json()
        #expect((stored?["result"] as? NSDictionary) == printed as NSDictionary, "\(arguments[0])")
        let plots = try #require(stored?["plots"] as? [[String: Any]])
        for plot in plots {
            let id = plot["id"] as? String ?? "?"
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(id).svg"), "\(arguments[0]): \(id)")
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(id).png"), "\(arguments[0]): \(id)")
        }
        #expect(!plots.isEmpty)
        let throughput = try #require(stored?["throughput"] as? [String: Any])
        #expect((throughput["perSecond"] as? Double ?? 0) > 0)
        return printed
    }

    @Test("every protocol writes a report with the printed figures, and records of the history carry the speed")
    func reports() throws {
        let folder = try TemporaryFolder()
        let input = try small(folder)
        let f = { (name: String) in folder.file(name) }
        let verification = try evaluate(
            folder, ["verification", "--all-pairs", "--resamples", "20"] + input, report: "all")
        #expect((verification["figures"] as? [String: Any])?["aucInterval"] is [String: Any])
        let labels = ["--labels", f("found.npy"), "--truth", f("truth.npy")]
        let clustering = try evaluate(
            folder, ["clustering"] + labels + ["--at", "0.5=\(f("found.npy"))", "--at", "0.6=\(f("truth.npy"))"],
            report: "clustering")
        #expect(((clustering["sweep"] as? [String: Any])?["rows"] as? [Any])?.count == 2)
        #expect(clustering["intervals"] is [String: Any])
        let gallery = [
            "--gallery", f("v.npy"), "--gallery-labels", f("truth.npy"), "--probes", f("v.npy"), "--probe-labels",
            f("truth.npy"),
        ]
        let identification = try evaluate(
            folder, ["identification", "--template", "mean_unit"] + gallery, report: "id")
        #expect(identification["entries"] as? Int == 12 && identification["template"] as? String == "mean_unit")
        _ = try evaluate(
            folder, ["megaface", "--vectors", f("v.npy"), "--labels", f("truth.npy"), "--distractors", f("v.npy")],
            report: "mega")
        _ = try evaluate(
            folder, ["blufr", "--train-people", "4", "--gallery-people", "4", "--trials", "3"] + input, report: "blufr")
        let lines = try String(contentsOfFile: f("h.jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 5)
        for line in lines {
            let record = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            for key in ["time", "version", "command", "result", "throughput"] { #expect(record?[key] != nil, "\(key)") }
        }
        let again = try Program.run(["evaluate", "clustering"] + labels + ["--out", f("clustering")])
        #expect(again.status == 73 && again.output.isEmpty)
    }

    @Test("lists: cohorts, quality, sets, and two reports compared")
    func lists() throws {
        let folder = try TemporaryFolder()
        let input = try small(folder)
        let f = { (name: String) in folder.file(name) }
        var table = ["left,right,label,side"]
        for k in 0..<240 {
            let (p, q) = (k % 12, (k + 1 + k % 5) % 12)
            let other = k % 2 == 0 ? p : q
            table.append(
                "p\(p)/\(k % 3).jpg,p\(other)/\(3 + k % 3).jpg,\(k % 2 == 0 ? 1 : 0),\(k % 3 == 0 ? "left" : "right")")
        }
        try table.joined(separator: "\n").write(toFile: f("pairs.csv"), atomically: true, encoding: .utf8)
        let qualities = ["name,q"] + (0..<72).map { "p\($0 % 12)/\($0 / 12).jpg,\($0 % 9)" }
        try qualities.joined(separator: "\n").write(toFile: f("q.csv"), atomically: true, encoding: .utf8)
        let cohorts = try evaluate(
            folder, ["cohorts", "--pairs", f("pairs.csv"), "--column", "side", "--far", "0.1", "--folds", "4"] + input,
            report: "cohorts")
        let first = try #require((cohorts["cohorts"] as? [[String: Any]])?.first)
        #expect(
            first["tarInterval"] is [String: Any] && first["accuracy"] is Double && first["name"] as? String == "left")
        let quality = try evaluate(
            folder, ["quality", "--pairs", f("pairs.csv"), "--quality", f("q.csv"), "--errors", "0.2"] + input,
            report: "quality")
        #expect((quality["columns"] as? [[String: Any]])?.first?["name"] as? String == "q")
        for name in ["a", "b"] {
            _ = try evaluate(
                folder, ["verification", "--pairs", f("pairs.csv"), "--folds", "4", "--resamples", "20"] + input,
                report: name)
        }
        let both = try evaluate(folder, ["compare", f("a"), f("b"), "--resamples", "20"], report: "both")
        #expect(both["runs"] as? [String] == ["a", "b"] && (both["comparisons"] as? [Any])?.count == 1)
        let splits = (0..<40).map { k in
            "\(k / 20 + 1), p\(k % 12), p\(k % 2 == 0 ? k % 12 : (k + 1) % 12), \(k % 2 == 0 ? 1 : 0)"
        }
        try splits.joined(separator: "\n").write(toFile: f("splits.txt"), atomically: true, encoding: .utf8)
        let sets = try evaluate(
            folder, ["sets", "--pairs", f("splits.txt"), "--resamples", "20"] + input, report: "sets")
        #expect((sets["variants"] as? [[String: Any]])?.count == 8)
    }

    @Test("tables name their rule, their counts and their intervals")
    func tables() throws {
        let folder = try TemporaryFolder()
        let input = try small(folder)
        let r = try Program.run(["evaluate", "verification", "--all-pairs", "--resamples", "20"] + input)
        #expect(r.status == 0, "\(r.errors)")
        for words in [
            "180 genuine, 2376 impostor", "AUC", "EER", "FAR (step)", "identity mean",
            "resamples of identities, seed 1",
        ] {
            #expect(r.output.contains(words), "\(words)\n\(r.output)")
        }
        let c = try Program.run([
            "evaluate", "clustering", "--labels", folder.file("found.npy"), "--truth", folder.file("truth.npy"),
        ])
        for words in [
            "72 faces of 12 people", "pairwise P", "NMI (arith.)", "nobody's faces apart", "−1 as a name", "95 %",
        ] {
            #expect(c.output.contains(words), "\(words)\n\(c.output)")
        }
    }

    @Test("without gnuplot a report is refused before anything is measured")
    func withoutGnuplot() throws {
        let folder = try TemporaryFolder()
        let input = try small(folder)
        let r = try Program.run(
            ["evaluate", "verification", "--all-pairs", "--out", folder.file("r")] + input,
            environment: ["PATH": folder.path])
        #expect(r.status == 69 && r.errors.contains("component-missing") && r.output.isEmpty, "\(r.errors)")
    }

    @Test("photos to figures in one command; an image without a face scores 0")
    func images() throws {
        let folder = try TemporaryFolder()
        for (name, photo) in [
            ("obama/1.jpg", "obama-1.jpg"), ("obama/2.jpg", "obama-2.jpg"), ("biden/1.jpg", "biden-1.jpg"),
            ("biden/2.jpg", "biden-2.jpg"),
        ] {
            let to = folder.file("in/\(name)")
            try FileManager.default.createDirectory(
                atPath: URL(filePath: to).deletingLastPathComponent().path, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: try TestData.file("photos/\(photo)"), toPath: to)
        }
        let r = try Program.run([
            "evaluate", "verification", "--pairs", folder.file("in"), "--folds", "2", "--resamples", "0", "--json",
            "--out",
            folder.file("report"), "--photos", folder.file("in"),
        ])
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["auc"] as? Double == 1 && json["withoutFace"] as? Int == 0 && json["genuine"] as? Int == 2)
        let html = try String(contentsOfFile: folder.file("report/report.html"), encoding: .utf8)
        #expect(html.contains("data:image/jpeg;base64,"))
    }

    @Test("a pack of photos goes through a model, with faces found or as they are", arguments: [[], ["--aligned"]])
    func pack(options: [String]) throws {
        let folder = try TemporaryFolder()
        // as Python 3 pickles (photos, flags) by protocol 3
        var bytes: [UInt8] = [0x80, 3] + Array("](".utf8)
        for name in ["obama-1", "obama-2", "obama-1", "biden-1", "biden-1", "biden-2", "obama-2", "biden-2"] {
            let photo = try Data(contentsOf: URL(filePath: TestData.file("photos/\(name).jpg")))
            let count = UInt32(photo.count).littleEndian
            bytes += [UInt8(ascii: "B")] + withUnsafeBytes(of: count, Array.init) + photo
        }
        bytes += Array("e](".utf8) + [0x88, 0x89, 0x88, 0x89] + [UInt8(ascii: "e"), 0x86, UInt8(ascii: ".")]
        try Data(bytes).write(to: URL(filePath: folder.file("tiny.bin")))
        let r = try Program.run(
            [
                "evaluate", "verification", "--pairs", folder.file("tiny.bin"), "--folds", "2", "--resamples", "0",
                "--json",
            ]
                + options)
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["protocol"] as? String == "insightface-bin" && json["genuine"] as? Int == 2)
        #expect(json["impostors"] as? Int == 2 && json["withoutFace"] as? Int == 0)
        // whole photos squeezed to a crop say little: only found faces must be told apart
        if options.isEmpty { #expect(json["auc"] as? Double == 1) }
    }

    @Test("detection reads FDDB ellipses and stored detections")
    func fddb() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            atPath: try TestData.file("photos/obama-1.jpg"), toPath: folder.file("obama-1.jpg"))
        try "obama-1\n1\n60 45 1.5 100 100  1\n".write(toFile: folder.file("e.txt"), atomically: true, encoding: .utf8)
        try "obama-1\n2\n55 40 90 120 0.9\n1 1 4 4 0.5\n".write(
            toFile: folder.file("d.txt"), atomically: true, encoding: .utf8)
        let r = try Program.run([
            "evaluate", "detection", "--fddb", folder.file("e.txt"), "--images", folder.path, "--read",
            folder.file("d.txt"),
            "--json", "--quiet", "--out", folder.file("report"),
        ])
        #expect(r.status == 0, "\(r.errors)")
        let points = try #require((try r.json()["fddb"] as? [String: Any])?["points"] as? [[String: Any]])
        #expect(points.first?["discrete"] as? Double == 1)
    }
}
