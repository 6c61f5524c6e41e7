import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Growing people, and where photos were taken")
struct AgeTests {
    @Test("a loose face is compared with people as they were in its year")
    func bands() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        // one child who looks like two people over the years, and a brother who looks a little like the small one
        for k in 0..<6 {
            try photos.write("small-\(k)", [.init(person: 1, variant: k)], date: "2005-0\(k + 1)-10T12:00:00")
            try photos.write("tall-\(k)", [.init(person: 2, variant: k)], date: "2022-0\(k + 1)-10T12:00:00")
        }
        try photos.write("early", [.init(person: 1, variant: 50, noise: 0.62)], date: "2005-08-10T12:00:00")
        try photos.write("late", [.init(person: 1, variant: 60, noise: 0.63)], date: "2022-08-10T12:00:00")
        let library = try PhotoLibrary.create(folder.file("library"))
        let runner = JobRunner(library) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser() }
        _ = try library.enqueueImport([photos.folder])
        try runner.runUntilIdle()
        let owner = Author("owner")
        let people = try library.people().items
        #expect(people.count == 2)
        try library.merge(into: people[0].id, from: [people[1].id], name: "Kind", by: owner)
        func similarity(_ name: String) throws -> Double? {
            let photo = try #require(try library.photos(path: "\(name).jpg").items.first)
            let face = try #require(try library.photo(photo.id).faces?.first)
            #expect(face.role == .loose)
            return try library.looseFaces().items.first { $0.face.id == face.id }?.candidates.first?.similarity
        }
        let before = (early: try #require(try similarity("early")), late: try #require(try similarity("late")))
        try library.update(people[0].id, PersonUpdate(birthDate: .some("2002-01-01")), by: owner)
        let early = try #require(try similarity("early"))
        // at three it is itself; at twenty it looks like somebody else
        #expect(early > before.early + 0.05, "\(early) after \(before.early)")
        let late = try similarity("late") ?? 0
        #expect(late < before.late - 0.05, "\(late) after \(before.late)")
    }

    @Test(
        "a new photo of children who resemble each other goes to the one who looked so then", arguments: [true, false])
    func siblings(born: Bool) throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.write("elder-small", [.init(person: 1, variant: 0, noise: 0.05)], date: "2005-05-10T12:00:00")
        try photos.write("elder-tall", [.init(person: 1, variant: 1, noise: 0.5)], date: "2011-05-10T12:00:00")
        try photos.write("younger-small", [.init(person: 1, variant: 2, noise: 0.3)], date: "2011-06-10T12:00:00")
        let library = try PhotoLibrary.create(folder.file("library"))
        let runner = JobRunner(library) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser() }
        _ = try library.enqueueImport([photos.folder])
        try runner.runUntilIdle()
        let owner = Author("owner")
        func face(_ name: String) throws -> LibraryFace {
            let photo = try #require(try library.photos(path: "\(name).jpg").items.first)
            return try #require(try library.photo(photo.id).faces?.first)
        }
        let elder = try library.assign(
            [try face("elder-small").id, try face("elder-tall").id], to: .named("Elder"), by: owner)
        let younger = try library.assign([try face("younger-small").id], to: .named("Younger"), by: owner)
        if born {
            try library.update(try #require(elder.person).id, PersonUpdate(birthDate: .some("2003-01-01")), by: owner)
            try library.update(try #require(younger.person).id, PersonUpdate(birthDate: .some("2009-01-01")), by: owner)
        }
        try photos.write("new", [.init(person: 1, variant: 3, noise: 0.05)], date: "2011-07-10T12:00:00")
        _ = try library.enqueueImport([photos.folder])
        try runner.runUntilIdle()
        // it resembles the elder child most, but as she was six years before
        let holder = try #require(try face("new").person)
        #expect(try library.person(holder).name == (born ? "Younger" : "Elder"))
    }

    @Test("where a photo was taken is kept with it")
    func place() throws {
        /// Sees nobody in photos that are real files.
        struct Blind: PhotoAnalyser {
            var space: EmbeddingSpace { SyntheticPhotos.Analyser().space }
            var detector: String { "blind" }
            func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
                throw LikenessError(.noFace, subject: path, "nobody")
            }
            func analyse(
                _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
            ) throws(LikenessError) {
                for path in paths {
                    try body(
                        AnalysedPhoto(path: path, contentHash: try SHA256.hex(ofFile: path), width: 8, height: 8))
                }
            }
        }
        let folder = try TemporaryFolder()
        let xmp = """
            <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
             xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2019-05-14T10:00:00Z'
             exif:GPSLatitude='52,31.2N' exif:GPSLongitude='13,24.6E'/></rdf:RDF>
            """
        try FileManager.default.createDirectory(atPath: folder.file("photos"), withIntermediateDirectories: true)
        try PhotoFixture.write(
            PhotoFixture.jpeg(Raster(width: 8, height: 8), app1: [PhotoFixture.packet(xmp)]),
            folder.file("photos/a.jpg"))
        let library = try PhotoLibrary.create(folder.file("library"))
        let runner = JobRunner(library) { () throws(LikenessError) -> any PhotoAnalyser in Blind() }
        _ = try library.enqueueImport([folder.file("photos")])
        try runner.runUntilIdle()
        let photo = try #require(try library.photos().items.first)
        let place = try #require(photo.place)
        #expect(abs(place.latitude - 52.52) < 1e-6 && abs(place.longitude - 13.41) < 1e-6)
        #expect(photo.capturedAt == "2019-05-14T10:00:00Z")
    }
}
