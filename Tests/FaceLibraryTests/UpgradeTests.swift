import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Libraries of older versions")
struct UpgradeTests {
    @Test("a library of schema 1 opens with all that it held, keeps a copy, and goes on")
    func first() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: 6, pictures: 5)
        let path = folder.file("library")
        func runner(_ library: PhotoLibrary) -> JobRunner {
            JobRunner(library, threads: 2) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser()
            }
        }
        var places: [String: [String]] = [:]
        var journal: [String] = []
        do {
            let library = try PhotoLibrary.create(path)
            _ = try library.enqueueImport([photos.folder])
            try runner(library).runUntilIdle()
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
            for check in try library.examine(replay: true).checks where !check.ok {
                Issue.record("\(check.name): \(check.detail)")
            }
            let before = try library.overview()
            let job = try library.enqueueImport([photos.folder])
            try runner(library).runUntilIdle()
            #expect(try library.job(job.id).state == .done)
            #expect(try library.overview().photos.total == before.photos.total + 1)
            for check in try library.examine(replay: true).checks where !check.ok {
                Issue.record("\(check.name): \(check.detail)")
            }
        }
    }

    @Test("rows that older versions forgot to erase are erased after the upgrade")
    func orphans() throws {
        let f = try LibraryFixture(people: 3, pictures: 3)
        // the older program replaced a vector and left the row of the old one
        try f.library.execute(
            "UPDATE embedding SET row = (SELECT MAX(row) FROM embedding) + 1 WHERE face = 1")
        #expect(try !f.library.examine(replay: false).isHealthy)
    }
}
