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
        #expect(
            FileManager.default.fileExists(atPath: folder.file("v.npy.json"))
                || FileManager.default.fileExists(atPath: folder.file("v.json")))
        let again = try Program.run(arguments)
        #expect(again.status == 73)
        #expect(try Program.run(arguments + ["--force"]).status == 0)
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
