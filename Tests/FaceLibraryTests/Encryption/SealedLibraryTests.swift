import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("A sealed library")
struct SealedLibraryTests {
    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    /// Files below a folder that hold these bytes.
    private func holders(_ bytes: [UInt8], _ folder: String) throws -> [String] {
        guard let files = FileManager.default.enumerator(atPath: folder) else { return ["nothing to read"] }
        return try files.compactMap { $0 as? String }.filter { name in
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return false
            }
            return try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data(bytes)) != nil
        }
    }

    private func settle(_ library: PhotoLibrary, _ photos: String) throws {
        let runner = JobRunner(library, threads: 2) { () throws(LikenessError) -> any PhotoAnalyser in
            SyntheticPhotos.Analyser()
        }
        let job = try library.enqueueImport([photos])
        try runner.runUntilIdle()
        let ended = try library.job(job.id)
        #expect(ended.state == .done, "\(String(describing: ended.error))")
    }

    @Test("no file of it holds bytes of a vector or a crop, and it works like an open one")
    func bytes() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: 4, pictures: 4)
        let key = try LibraryKey.create(folder.file("library.key"))
        let path = folder.file("library")
        let vector = SyntheticPhotos.Analyser.vector(.init(person: 0, variant: 2), model: "words")
        let part = Array(vector[16..<20]).withUnsafeBytes { Array($0) }
        let open = folder.file("open")
        try settle(try PhotoLibrary.create(open), photos.folder)
        #expect(try holders(part, open).count >= 3, "segment, groups and crop of an open library hold it")
        var before: [String: [String]] = [:]
        do {
            let library = try PhotoLibrary.create(path, key: key)
            try settle(library, photos.folder)
            #expect(try holders(part, path) == [])
            before = try library.contents(of: ["place"])
            #expect(try library.people().items.count == 4)
        }
        #expect(code { _ = try PhotoLibrary.open(path) } == .keyMissing)
        #expect(code { _ = try PhotoLibrary.open(path, key: LibraryKey()) } == .keyMissing)
        #expect(code { _ = try PhotoLibrary.open(open, key: key) } == .keyMissing)
        let library = try PhotoLibrary.open(path, key: try LibraryKey.load(folder.file("library.key")))
        // the groups go on, though their state was never in the folder
        try photos.write("later", [.init(person: 1, variant: 70)])
        try settle(library, photos.folder)
        let after = try library.contents(of: ["place"])
        #expect(after["place"]?.count == (before["place"]?.count ?? 0) + 1)
        let face = try #require(
            try library.photos(path: "p0-0.jpg").items.first.flatMap {
                try library.photo($0.id).faces?.first
            })
        #expect(try library.search(face: face.id).results.count >= 10)
        #expect(try library.crop(of: face.id).bytes.starts(with: [0xFF, 0xD8]))
        for check in try library.examine(replay: true).checks where !check.ok {
            Issue.record("\(check.name): \(check.detail)")
        }
        // forgetting and a backup work on it too
        let person = try library.people().items[0]
        let job = try library.enqueueForget(.person(person.id), by: Author("owner"))
        let runner = JobRunner(library) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser() }
        try runner.runUntilIdle()
        #expect(try library.job(job.id).detail["verified"] == .flag(true))
        try library.backUp(to: folder.file("backup"))
        #expect(try holders(part, folder.file("backup")) == [])
        #expect(try holders(part, path) == [])
    }
}
