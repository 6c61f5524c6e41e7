import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Import")
struct ImportTests {
    private func scan(_ job: Job) throws -> [String: DetailValue] {
        guard case .object(let scan)? = job.detail["scan"] else { return [:] }
        return scan
    }

    @Test("counters add up, whatever is in the folder")
    func counters() throws {
        let f = try LibraryFixture(imports: false)
        try f.photos.write("nobody", [])
        try f.photos.write("broken", [], error: "broken")
        try f.photos.write("copy", [.init(person: 0, variant: 0)], date: "2010-01-10T12:00:00")
        try FileManager.default.createSymbolicLink(
            atPath: f.photos.path("dangling"), withDestinationPath: f.folder.file("nothing.jpg"))
        let outside = try SyntheticPhotos(f.folder.file("outside"))
        try outside.write("secret", [.init(person: 50, variant: 0)])
        try FileManager.default.createSymbolicLink(
            atPath: f.photos.path("leak"), withDestinationPath: outside.path("secret"))
        try f.importAll()
        let o = try f.library.overview()
        // 6 × 5 + 2 groups, nobody, broken, dangling, leak
        #expect(o.photos.total == 36)
        #expect(o.photos.withFaces == 32 && o.photos.withoutFaces == 1 && o.photos.failed == 3)
        let folder = try f.library.imports()[0]
        #expect(folder.duplicates == 1 && folder.failures.reduce(0) { $0 + $1.count } == 3)
        #expect(o.faces.total == o.faces.inPeople + o.faces.loose + o.faces.ignored + o.faces.notConsidered)
        #expect(try f.library.photos(path: "secret").items.isEmpty)
        try f.expectHealthy()
    }

    @Test("a second import reads nothing")
    func unchanged() throws {
        let f = try LibraryFixture()
        let before = try f.visibleState()
        let job = try f.importAll()
        #expect(try scan(job)["unchanged"] == .number(32))
        #expect(try f.visibleState() == before)
    }

    @Test("a moved photo keeps its faces, names and id")
    func moved() throws {
        let f = try LibraryFixture()
        let person = try f.people()[0]
        try f.library.update(person.id, PersonUpdate(name: .some("Anna")), by: f.owner)
        let before = try f.library.photos(path: "p0-0.jpg").items[0]
        try FileManager.default.createDirectory(atPath: f.photos.folder + "/new", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: f.photos.path("p0-0"), toPath: f.photos.path("new/renamed"))
        try f.importAll()
        let after = try f.library.photo(before.id)
        #expect(after.path.hasSuffix("new/renamed.jpg") && after.state == .faces)
        #expect(try f.library.overview().photos.missing == 0)
        #expect(try f.library.person(person.id).faces == person.faces)
        try f.expectHealthy()
    }

    @Test("a deleted photo is missing, and comes back with its names")
    func deleted() throws {
        let f = try LibraryFixture()
        let photo = try f.library.photos(path: "p0-0.jpg").items[0]
        let bytes = try Data(contentsOf: URL(fileURLWithPath: f.photos.path("p0-0")))
        try FileManager.default.removeItem(atPath: f.photos.path("p0-0"))
        try f.importAll()
        #expect(try f.library.photo(photo.id).state == .missing)
        #expect(try f.library.overview().photos.missing == 1)
        try bytes.write(to: URL(fileURLWithPath: f.photos.path("p0-0")))
        let job = try f.importAll()
        #expect(try f.library.photo(photo.id).state == .faces)
        // its faces were known: nothing was looked at again
        #expect(job.detail["faces"] == nil)
        try f.expectHealthy()
    }

    @Test("a changed file is another photo; the old one is missing")
    func changed() throws {
        let f = try LibraryFixture()
        let old = try f.library.photos(path: "p0-0.jpg").items[0]
        try f.photos.write("p0-0", [.init(person: 1, variant: 77)])
        try f.importAll()
        #expect(try f.library.photo(old.id).state == .missing)
        let new = try f.library.photos(state: .faces, path: "p0-0.jpg").items
        #expect(new.count == 1 && new[0].id != old.id)
        try f.expectHealthy()
    }

    @Test("a folder that is gone forgets nothing")
    func unmounted() throws {
        let f = try LibraryFixture()
        let before = try f.visibleState()
        try FileManager.default.moveItem(atPath: f.photos.folder, toPath: f.folder.file("away"))
        let job = try f.library.enqueueImport([f.photos.folder])
        try f.runner().runUntilIdle()
        #expect(try f.library.job(job.id).state == .failed)
        #expect(try f.library.overview().photos.missing == 0)
        #expect(try f.visibleState() == before)
    }

    @Test("another detector's boxes carry ids and decisions over")
    func redetection() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        let faces = try f.faces(of: people[0].id)
        try f.library.update(people[0].id, PersonUpdate(name: .some("Anna")), by: f.owner)
        try f.library.assign([faces[0]], to: .named("Eva"), by: f.owner)
        try f.importAll(.init(detector: "words-2", shift: 0.03), again: true)
        #expect(try f.faces(of: people[0].id) == faces.filter { $0 != faces[0] })
        #expect(try f.library.face(faces[1]).box[0] > 0.12)
        #expect(try f.library.overview().faces.total == 34)
        try f.expectHealthy()
    }

    @Test("one new photo joins its person and moves nobody")
    func incremental() throws {
        let f = try LibraryFixture()
        let before = try f.partition()
        let ids = Set(try f.people().map(\.id))
        try f.photos.write("new", [.init(person: 2, variant: 500)])
        try f.importAll()
        #expect(Set(try f.people().map(\.id)) == ids)
        #expect(try f.partition().intersection(before).count == before.count - 1)
        try f.expectHealthy()
    }

    @Test("photos in any portions give the same people as all at once")
    func portions() throws {
        let whole = try LibraryFixture(people: 5, pictures: 6)
        let parts = try LibraryFixture(people: 5, pictures: 2)
        try parts.photos.album(people: 5, pictures: 2, from: 2)
        try parts.importAll()
        try parts.photos.album(people: 5, pictures: 2, from: 4)
        try parts.importAll()
        // group photos of the later portions are extra
        let singles = { (f: LibraryFixture) in
            let extra = Set(try f.library.photos(path: "/g", page: PageRequest(limit: 500)).items.map(\.id))
            return Set(
                try f.people().map { person in
                    Set(
                        try f.library.faces(of: person.id, page: PageRequest(limit: 500)).items
                            .filter { !extra.contains($0.photo) }.map(\.id))
                })
        }
        #expect(try singles(whole) == singles(parts))
        try parts.expectHealthy()
    }

    @Test("another model: names and corrections stay, another import model is refused")
    func modelChange() throws {
        let f = try LibraryFixture()
        let people = try f.people()
        try f.library.update(people[0].id, PersonUpdate(name: .some("Anna")), by: f.owner)
        let face = try f.faces(of: people[1].id)[0]
        try f.library.assign([face], to: .named("Eva"), by: f.owner)
        let before = try f.partition()
        let other = SyntheticPhotos.Analyser(model: "other")
        try f.photos.write("late", [.init(person: 3, variant: 900)])
        let refused = try f.library.enqueueImport([f.photos.folder])
        try f.runner(other).runUntilIdle()
        #expect(try f.library.job(refused.id).state == .failed)
        try f.importAll()
        let job = try f.library.enqueueModelChange()
        try f.runner(other).runUntilIdle()
        #expect(try f.library.job(job.id).state == .done)
        #expect(try f.library.models().map(\.state) == ["old", "current"])
        #expect(try f.partition().intersection(before).count >= before.count - 1)
        #expect(try f.library.person(people[0].id).name == "Anna")
        #expect(try f.library.person(people[0].id).faces == people[0].faces)
        #expect(try f.library.face(face).decided)
        try f.expectHealthy()
    }

    @Test("a backup restores to an equal library")
    func backup() throws {
        let f = try LibraryFixture()
        try f.library.update(try f.people()[0].id, PersonUpdate(name: .some("Anna")), by: f.owner)
        let job = try f.library.enqueueBackup(to: f.folder.file("backup"))
        try f.runner().runUntilIdle()
        #expect(try f.library.job(job.id).detail["verified"] == .flag(true))
        try BackupFolder(f.folder.file("backup")).restore(to: f.folder.file("restored"))
        let restored = try PhotoLibrary.open(f.folder.file("restored"))
        #expect(
            try restored.contents(of: LibraryFixture.projections) == f.library.contents(of: LibraryFixture.projections))
        #expect(try restored.examine(replay: true).isHealthy)
        #expect(try restored.search(face: f.faces(of: f.people()[0].id)[0]).results.count > 3)
    }
}
