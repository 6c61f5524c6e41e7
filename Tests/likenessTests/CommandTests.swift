import FaceTestSupport
import Foundation
import Testing

@Suite("Commands", .serialized)
struct CommandTests {
    private func photo(_ name: String) throws -> String { try TestData.file("photos/\(name)") }

    @Test("help of every command shows an example first")
    func help() throws {
        for command in ["demo", "detect", "embed", "verify", "identify", "group", "models"] {
            let r = try Program.run([command, "--help"])
            #expect(r.status == 0)
            let usage = r.output.range(of: "USAGE:")
            let example = r.output.range(of: "likeness \(command)")
            #expect(example != nil && usage != nil && example!.lowerBound < usage!.lowerBound, "\(command)")
        }
    }

    @Test("verify says yes with status 0 and no with status 1")
    func verify() throws {
        let same = try Program.run(["verify", try photo("obama-1.jpg"), try photo("obama-2.jpg"), "--json"])
        #expect(same.status == 0, "\(same.errors)")
        #expect(try same.json()["same"] as? Bool == true)
        let different = try Program.run(["verify", try photo("obama-1.jpg"), try photo("biden-2.jpg"), "--json"])
        #expect(different.status == 1, "\(different.errors)")
        let probability = try #require(try different.json()["probability"] as? Double)
        #expect(probability < 0.5)
    }

    @Test("orientation tags do not change who it is", arguments: 1...8)
    func exif(orientation: Int) throws {
        let r = try Program.run(
            ["verify", try photo("exif-\(orientation).jpg"), try photo("obama-4.jpg"), "--json"])
        #expect(r.status == 0, "\(r.errors)")
    }

    @Test(
        "errors have a code, a remedy where there is one, and the documented status",
        arguments: [
            (["verify", "nowhere.jpg", "nowhere.jpg"], Int32(66), "file-missing"),
            (["verify", "a.jpg"], 64, "Missing"),
            (["verify", "a", "b", "--far", "2"], 64, "--far"),
            (["detect", "x.jpg", "--detector", "no-such"], 69, "model-unknown"),
            (["nonsense"], 64, "nonsense"),
        ])
    func errors(arguments: [String], status: Int32, words: String) throws {
        let r = try Program.run(arguments)
        #expect(r.status == status, "\(r.errors)")
        #expect(r.errors.contains(words), "\(r.errors)")
        #expect(r.output.isEmpty)
    }

    @Test("a bad photo among good ones is listed, the others are done, and the status says so")
    func badAmongGood() throws {
        let r = try Program.run([
            "detect", try photo("obama-1.jpg"), try photo("bad-truncated.jpg"), try photo("biden-2.jpg"), "--json",
        ])
        #expect(r.status == 65)
        #expect(r.errors.contains("bad-truncated.jpg"))
        let photos = try #require(try r.json()["photos"] as? [[String: Any]])
        #expect(photos.count == 3)
        #expect(photos.map { ($0["faces"] as? [Any])?.count } == [1, 0, 1])
    }

    @Test("embed writes vectors with their space, and never overwrites unasked")
    func embed() throws {
        let folder = try TemporaryFolder()
        let (out, index) = (folder.file("v.npy"), folder.file("v.jsonl"))
        let arguments = ["embed", try photo("obama-1.jpg"), try photo("group-1.jpg"), "--out", out, "--index", index]
        let r = try Program.run(arguments)
        #expect(r.status == 0, "\(r.errors)")
        let lines = try String(contentsOfFile: index, encoding: .utf8).split(separator: "\n")
        #expect(lines.count >= 7)
        #expect(lines.first?.contains("\"row\":0") == true)
        #expect(FileManager.default.fileExists(atPath: folder.file("v.json")))
        let again = try Program.run(arguments)
        #expect(again.status == 73)
        #expect(try Program.run(arguments + ["--force"]).status == 0)
    }

    @Test("boxes are in pixels of the full photo, whatever the working size")
    func fullSize() throws {
        let boxes = try ["0", "600"].map { size in
            let r = try Program.run(["detect", try photo("biden-2.jpg"), "--json", "--working-size", size])
            let photos = try #require(try r.json()["photos"] as? [[String: Any]])
            let faces = try #require(photos.first?["faces"] as? [[String: Any]])
            return try #require(faces.first?["box"] as? [String: Double])
        }
        for key in ["x", "y", "width", "height"] {
            #expect(abs(boxes[0][key]! - boxes[1][key]!) < 0.12 * boxes[0]["width"]!, "\(key): \(boxes)")
        }
    }

    @Test("a detector without landmarks can still embed")
    func withoutLandmarks() throws {
        let r = try Program.run(
            ["verify", try photo("obama-1.jpg"), try photo("obama-4.jpg"), "--detector", "viola-jones", "--json"])
        #expect(r.status == 0, "\(r.errors)")
    }

    @Test("group puts the people of the sample photos together and counts add up")
    func group() throws {
        let folder = try TemporaryFolder()
        let out = folder.file("people")
        let r = try Program.run(["group", try TestData.file("photos"), "--out", out, "--json"])
        #expect(r.status == 65, "five photos cannot be read: \(r.errors)")
        let people = try #require(try r.json()["people"] as? [[String: Any]])
        let groups = people.map { person in
            Set(
                ((person["faces"] as? [[String: Any]]) ?? []).compactMap { face in
                    (face["source"] as? String)?.split(separator: "/").last.map(String.init)
                })
        }
        func together(_ names: [String]) -> Bool { groups.contains { $0.isSuperset(of: names) } }
        #expect(together(["obama-2.jpg", "obama-3.jpg", "obama-4.jpg", "exif-1.jpg", "exif-6.jpg", "exif-8.jpg"]))
        #expect(together(["biden-1.jpg", "biden-2.jpg", "obama-and-biden.jpg"]))
        #expect(together(["harington-1.jpg", "harington-2.jpg", "harington-3.jpg"]))
        #expect(together(["leslie-1.jpg", "leslie-2.jpg"]))
        #expect(together(["lacamoire-1.jpg", "lacamoire-2.jpg"]))
        #expect(
            together(["astronaut.jpg", "fmt.webp", "fmt-cmyk.jpg", "fmt-grey.jpg", "fmt.heic", "wrong-extension.jpg"]))
        // Nobody shares a person with somebody else of the known.
        let known = [
            "obama-2.jpg", "biden-2.jpg", "harington-1.jpg", "leslie-1.jpg", "lacamoire-1.jpg", "astronaut.jpg",
        ]
        #expect(groups.allSatisfy { $0.intersection(known).count <= 1 })
        let html = try String(contentsOfFile: "\(out)/report.html", encoding: .utf8)
        #expect(!html.contains("http://") && !html.contains("https://"))
        #expect(html.contains("75"))
        let again = try Program.run(["group", try photo("obama-1.jpg"), "--out", out])
        #expect(again.status == 73, "nothing is overwritten unasked")
    }

    @Test("ctrl-C ends a run with status 130 and leaves no half-written file")
    func interrupt() throws {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = [
            "embed", try TestData.file("photos"), "--out", folder.file("v.npy"), "--index", folder.file("v.jsonl"),
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(1_200_000)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        // Before the photos begin the signal itself ends the program; a shell says 130 of both.
        let status = process.terminationStatus + (process.terminationReason == .exit ? 0 : 128)
        #expect(status == 130)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("identify names the known and says unknown of strangers")
    func identify() throws {
        let folder = try TemporaryFolder()
        for (name, photos) in [("obama", ["obama-1.jpg", "obama-2.jpg"]), ("biden", ["biden-2.jpg"])] {
            let to = folder.file("gallery/\(name)")
            try FileManager.default.createDirectory(atPath: to, withIntermediateDirectories: true)
            for p in photos { try FileManager.default.copyItem(atPath: try photo(p), toPath: "\(to)/\(p)") }
        }
        let probes = ["obama-4.jpg", "biden-1.jpg", "miranda-1.jpg", "astronaut.jpg"]
        let r = try Program.run(["identify", folder.file("gallery"), "--json"] + (try probes.map(photo)))
        #expect(r.status == 0, "\(r.errors)")
        let faces = try #require(try r.json()["faces"] as? [[String: Any]])
        #expect(faces.map { $0["name"] as? String } == ["obama", "biden", nil, nil])
        let stranger = try Program.run(["identify", folder.file("gallery"), try photo("miranda-1.jpg")])
        #expect(stranger.status == 1)
    }
}
