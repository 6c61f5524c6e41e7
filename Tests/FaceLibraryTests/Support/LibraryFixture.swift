import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

/// A library of synthetic photos in a temporary folder.
struct LibraryFixture {
    let folder: TemporaryFolder
    let photos: SyntheticPhotos
    let library: PhotoLibrary
    let analyser: SyntheticPhotos.Analyser
    let owner = Author("owner")

    init(
        people: Int = 6, pictures: Int = 5, analyser: SyntheticPhotos.Analyser = .init(), imports: Bool = true
    ) throws {
        folder = try TemporaryFolder()
        photos = try SyntheticPhotos(folder.file("photos"))
        self.analyser = analyser
        library = try PhotoLibrary.create(folder.file("library"), name: "Test")
        try photos.album(people: people, pictures: pictures)
        if imports { try importAll() }
    }

    func runner(_ analyser: SyntheticPhotos.Analyser? = nil) -> JobRunner {
        let made = analyser ?? self.analyser
        return JobRunner(library, threads: 2) { () throws(LikenessError) -> any PhotoAnalyser in made }
    }

    @discardableResult
    func importAll(_ other: SyntheticPhotos.Analyser? = nil, again: Bool = false) throws -> Job {
        let job = try library.enqueueImport([photos.folder], again: again)
        try runner(other).runUntilIdle()
        let ended = try library.job(job.id)
        #expect(ended.state == .done, "\(ended.error?.message ?? "")")
        return ended
    }

    func regroup(_ parameters: GroupingParameters? = nil) throws {
        let job = try library.enqueueGrouping(parameters)
        try runner().runUntilIdle()
        let ended = try library.job(job.id)
        #expect(ended.state == .done, "\(ended.error?.message ?? "")")
    }

    func people(_ filter: PeopleFilter = .all) throws -> [Person] {
        try library.people(filter, page: PageRequest(limit: 500)).items
    }

    func faces(of person: String) throws -> [String] {
        try library.faces(of: person, page: PageRequest(limit: 500)).items.map(\.id).sorted()
    }

    /// The partition: the faces of each person, sorted; ids of people do not count.
    func partition() throws -> Set<[String]> {
        Set(try people().map { try faces(of: $0.id) }.filter { !$0.isEmpty })
    }

    /// Counters add up, references lead somewhere, projections follow from the journal.
    func expectHealthy(_ location: SourceLocation = #_sourceLocation) throws {
        let report = try library.examine(replay: true)
        for check in report.checks where !check.ok {
            Issue.record("\(check.name): \(check.detail)", sourceLocation: location)
        }
    }

    static let projections = [
        "person", "claim", "refusal", "face_override", "must_link", "cannot_link", "asked", "setting", "place", "card",
    ]

    /// What people see of the decisions, without who said it last and how often.
    func visibleState() throws -> [String: [String]] {
        try library.contents(
            of: Self.projections, without: ["decision", "version", "revision"])
    }
}
