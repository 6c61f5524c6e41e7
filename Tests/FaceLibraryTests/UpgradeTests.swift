import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Libraries of older versions")
struct UpgradeTests {
    @Test("a library of schema 1 opens with all that it held, keeps a copy, and goes on")
    func first() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 6, pictures: 5)
        let path = folder.file("library")
        var places: [String: [String]] = [:]
        var journal: [String] = []
        do {
            let library = try photos.imported(into: PhotoLibrary.create(path))
            var dice = DecisionDice(seed: 5)
            for _ in 0..<25 { try dice.step(library) }
            // waits for its groups when the program is replaced
            try photos.write("last", [.init(person: 2, variant: 90)])
            places = try library.contents(of: ["place", "claim", "refusal", "cannot_link"])
            journal = try library.decisions(page: PageRequest(limit: 500)).items.map(\.id)
        }
        try OldLibrary.downgrade(path)
        do {
            let library = try PhotoLibrary.open(path)
            #expect(FileManager.default.fileExists(atPath: path + "/likeness.sqlite.before-1"))
            #expect(try library.contents(of: ["place", "claim", "refusal", "cannot_link"]) == places)
            #expect(try library.decisions(page: PageRequest(limit: 500)).items.map(\.id) == journal)
            try expectHealthy(library)
            let before = try library.overview()
            let job = try library.enqueueImport([photos.folder])
            try runner(library).runUntilIdle()
            #expect(try library.job(job.id).state == .done)
            #expect(try library.overview().photos.total == before.photos.total + 1)
            try expectHealthy(library)
        }
    }

    private func runner(_ library: PhotoLibrary) -> JobRunner {
        JobRunner(library, threads: 2) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser() }
    }

    private func expectHealthy(_ library: PhotoLibrary, _ location: SourceLocation = #_sourceLocation) throws {
        for check in try library.examine(replay: true).checks where !check.ok {
            Issue.record("\(check.name): \(check.detail)", sourceLocation: location)
        }
    }

    @Test("rows that older versions forgot to erase are erased after the upgrade")
    func orphans() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 3, pictures: 3)
        let path = folder.file("library")
        do {
            let library = try photos.imported(into: PhotoLibrary.create(path))
            // the older program took a vector out of use and left its row
            try library.execute("DELETE FROM embedding WHERE face = 1")
            #expect(try !library.examine(replay: false).isHealthy)
        }
        try OldLibrary.downgrade(path)
        let library = try PhotoLibrary.open(path)
        #expect(try library.contents(of: ["vector_due"])["vector_due"]?.count == 1)
        _ = try library.enqueueImport([photos.folder], again: true)
        try runner(library).runUntilIdle()
        #expect(try library.contents(of: ["vector_due"])["vector_due"]?.isEmpty == true)
        try expectHealthy(library)
    }

    @Test("a face whose grouping was cut short just before the upgrade is grouped after it")
    func cutShort() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 3, pictures: 3)
        let path = folder.file("library")
        do {
            _ = try photos.imported(into: PhotoLibrary.create(path))
        }
        // the table of rows was written, the state was not: what a kill between the two leaves. The old schema has no list
        // of faces that wait
        let state = "\(path)/groups/state"
        try FileManager.default.copyItem(atPath: state, toPath: folder.file("state"))
        do {
            let library = try PhotoLibrary.open(path)
            try photos.write("last", [.init(person: 1, variant: 90)])
            _ = try library.enqueueImport([photos.folder])
            try runner(library).runUntilIdle()
        }
        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.moveItem(atPath: folder.file("state"), toPath: state)
        try OldLibrary.downgrade(path)
        let library = try PhotoLibrary.open(path)
        _ = try library.enqueueGrouping()
        try runner(library).runUntilIdle()
        try expectHealthy(library)
        let photo = try #require(try library.photos(path: "last.jpg").items.first)
        #expect(try library.photo(photo.id).faces?.first?.person != nil)
    }
}
