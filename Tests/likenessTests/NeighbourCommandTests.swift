import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite("Commands on vectors", .serialized)
struct NeighbourCommandTests {
    let folder: TemporaryFolder
    let set: String

    init() throws {
        folder = try TemporaryFolder()
        set = folder.file("set.npy")
        let r = try Program.run(
            ["cluster", "synth", "--preset", "easy", "--n", "400", "--set", "sizeMean=20", "--out", set, "--json"])
        #expect(r.status == 0, "\(r.errors)")
        #expect(try r.json()["rows"] as? Int == 400)
    }

    @Test("neighbours writes a graph, once")
    func neighbours() throws {
        let graph = folder.file("graph")
        let r = try Program.run(["neighbours", set, "--out", graph, "--k", "5", "--json"])
        #expect(r.status == 0, "\(r.errors)")
        let json = try r.json()
        #expect(json["entries"] as? Int == 2000 && json["recall"] == nil)
        let again = try Program.run(["neighbours", set, "--out", graph])
        #expect(again.status == 73 && again.errors.contains("file-exists"))
        let bare = try Program.run(["neighbours", folder.file("set.labels.npy"), "--out", folder.file("g2")])
        #expect(bare.status != 0 && bare.errors.contains("error:"))
        let both = try Program.run(["neighbours", set, "--out", graph, "--exact", "--recall", "0.9"])
        #expect(both.status == 64)
    }

    @Test("search finds each vector itself first, and only what --where lets through")
    func search() throws {
        let r = try Program.run(["search", set, set, "--top", "3", "--json"])
        #expect(r.status == 0, "\(r.errors)")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(r.output.utf8)) as? [[[String: Any]]])
        #expect(found.count == 400)
        #expect(found.enumerated().allSatisfy { q, hits in hits.count == 3 && hits[0]["id"] as? Int == q })
        let labels = folder.file("set.labels.npy")
        let one = try Program.run(["search", set, set, "--top", "400", "--where", "\(labels)=2", "--json"])
        let few = try #require(
            try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [[[String: Any]]])
        #expect(few.allSatisfy { (1...399).contains($0.count) && $0.count == few[0].count })
        let wrong = try Program.run(["search", set, set, "--where", "nothing"])
        #expect(wrong.status == 64)
    }

    @Test("search opens both kinds of index")
    func indexes() throws {
        let (vectors, space) = try VectorFile.read(set)
        let flat = FlatIndex(vectors, space: space)
        try flat.write(to: folder.file("flat.index"))
        try IVFIndex(flat, recall: 1).write(to: folder.file("cells.index"))
        let found = try ["flat.index", "cells.index"].map {
            let r = try Program.run(["search", folder.file($0), set, "--top", "4", "--json"])
            #expect(r.status == 0, "\(r.errors)")
            return r.output
        }
        #expect(found[0] == found[1])
    }

    @Test("synth refuses what is no recipe")
    func recipe() throws {
        let out = folder.file("x.npy")
        for change in ["nothing=1", "modes=many", "modes=0", "hardFraction=2", "modes"] {
            let r = try Program.run(["cluster", "synth", "--n", "10", "--out", out, "--set", change])
            #expect(r.status == 64, "\(change): \(r.errors)")
        }
        let r = try Program.run(["cluster", "synth", "--n", "10", "--out", set])
        #expect(r.status == 73)
    }

    @Test("index writes what search maps: exact, or with a recall; --within lists all that are near")
    func index() throws {
        func ids(_ r: Program.Outcome) throws -> [[Int]] {
            #expect(r.status == 0, "\(r.errors)")
            let found = try #require(try JSONSerialization.jsonObject(with: Data(r.output.utf8)) as? [[[String: Any]]])
            return found.map { $0.compactMap { $0["id"] as? Int } }
        }
        let (flat, cells) = (folder.file("flat.index"), folder.file("cells.index"))
        #expect(try Program.run(["index", set, "--out", flat]).status == 0)
        #expect(try Program.run(["index", set, "--out", flat]).status == 73)
        let made = try Program.run(["index", set, "--out", cells, "--recall", "0.9", "--json"])
        #expect(try made.json()["recall"] as? Double ?? 0 >= 0.85)
        let plain = try ids(try Program.run(["search", set, set, "--top", "3", "--json"]))
        #expect(try ids(try Program.run(["search", flat, set, "--top", "3", "--json"])) == plain)
        let most = try ids(try Program.run(["search", cells, set, "--top", "1", "--json"]))
        #expect(zip(most, plain).count { $0 == Array($1.prefix(1)) } > 350)
        let near = try ids(try Program.run(["search", flat, set, "--within", "0.5", "--json"]))
        #expect(zip(near, plain).allSatisfy { $0.first == $1.first } && near.contains { $0.count > 3 })
        #expect(try Program.run(["search", flat, set, "--within", "0.5", "--floor", "0.2"]).status == 64)
        #expect(try Program.run(["index", set, "--out", cells, "--recall", "1"]).status == 64)
    }
}
