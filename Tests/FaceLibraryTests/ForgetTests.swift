import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Forgetting")
struct ForgetTests {
    /// Files of the library that hold these bytes.
    private func holders(_ bytes: [UInt8], _ folder: String) throws -> [String] {
        let needle = Data(bytes)
        guard let files = FileManager.default.enumerator(atPath: folder) else { return ["nothing to read"] }
        return try files.compactMap { $0 as? String }.filter { name in
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return false
            }
            return try Data(contentsOf: URL(fileURLWithPath: path)).range(of: needle) != nil
        }
    }

    private func forget(_ f: LibraryFixture, _ subject: ForgetSubject) throws -> Job {
        let job = try f.library.enqueueForget(subject, by: f.owner)
        try f.runner().runUntilIdle()
        let ended = try f.library.job(job.id)
        #expect(ended.state == .done, "\(ended.error?.message ?? "")")
        #expect(ended.detail["verified"] == .flag(true))
        return ended
    }

    @Test("no byte of a forgotten person's vectors and names is left in any file")
    func bytes() throws {
        let f = try LibraryFixture()
        let person = try #require(
            try f.people().first { p in try f.library.photos(of: p.id).items.contains { $0.path.contains("p0-") } })
        let name = "Zacharias Unvergesslich"
        try f.library.update(person.id, PersonUpdate(name: .some("Deckname Zwölf")), by: f.owner)
        try f.library.update(person.id, PersonUpdate(name: .some(name)), by: f.owner)
        let others = try f.people().filter { $0.id != person.id }
        try f.library.merge(into: person.id, from: [others[0].id], name: name, by: f.owner)
        let other = try #require(try f.library.photos(path: "p0-0.jpg").items.first)
        let moving = try #require(try f.library.photo(other.id).faces).map(\.id)
        try f.library.split(person.id, faces: moving, name: "Bleibt", by: f.owner)
        try f.importAll()
        let ids = try f.faces(of: person.id)
        let vector = SyntheticPhotos.Analyser.vector(.init(person: 0, variant: 3), model: "words")
        // any eight numbers of it are as telling as all
        let part = Array(vector[16..<24]).withUnsafeBytes { Array($0) }
        let crop = try f.library.face(ids[0]).crop
        #expect(try holders(part, f.library.folder).count >= 2, "segments and groups hold it before")
        #expect(try !holders(Array(name.utf8), f.library.folder).isEmpty)
        let job = try forget(f, .person(person.id))
        #expect(job.detail["faces"] == .number(Double(ids.count)))
        #expect(try holders(part, f.library.folder).isEmpty)
        for text in [name, "Deckname Zwölf"] {
            #expect(try holders(Array(text.utf8), f.library.folder).isEmpty, "\(text)")
        }
        for id in ids { #expect(try holders(Array(id.utf8), f.library.folder) == [], "\(id)") }
        #expect(!crop.isEmpty)
        #expect(try f.people(.named).map(\.name) == ["Bleibt"])
        #expect(throws: LikenessError.self) { try f.library.person(person.id) }
        #expect(try f.library.decisions().items.first?.kind == .forget)
        #expect(throws: LikenessError.self) { try f.library.undo(try f.library.decisions().items[0].id, by: f.owner) }
        try f.expectHealthy()
        // the photos are still there, and the person is not found in them again
        let faces = try f.library.overview().faces.total
        try f.importAll(.init(detector: "words-2"), again: true)
        #expect(try f.library.overview().faces.total == faces)
        try f.regroup()
        try f.expectHealthy()
    }

    @Test("a photo's faces, and everything, can be forgotten")
    func others() throws {
        let f = try LibraryFixture(people: 3, pictures: 3)
        let photo = try f.library.photos().items[0]
        _ = try forget(f, .photo(photo.id))
        #expect(try f.library.photo(photo.id).faces == [])
        #expect(try f.library.photo(photo.id).state == .noFaces)
        try f.expectHealthy()
        let person = try f.people()[0]
        try f.library.update(person.id, PersonUpdate(name: .some("Wirklichwegdamit")), by: f.owner)
        _ = try forget(f, .library)
        #expect(try f.people().isEmpty && f.library.overview().faces.total == 0)
        #expect(try holders(Array("Wirklichwegdamit".utf8), f.library.folder).isEmpty)
        try f.expectHealthy()
    }

    @Test("another person of the same name keeps it")
    func sameName() throws {
        let f = try LibraryFixture(people: 3, pictures: 3)
        let people = try f.people()
        for person in people.prefix(2) {
            try f.library.update(person.id, PersonUpdate(name: .some("Anna")), by: f.owner)
        }
        _ = try forget(f, .person(people[0].id))
        #expect(try f.people(.named).map(\.id) == [people[1].id])
        #expect(try f.library.person(people[1].id).name == "Anna")
        try f.expectHealthy()
    }
}
