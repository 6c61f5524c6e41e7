import ArgumentParser
import FaceCore
import FaceLibrary
import Foundation

struct LibraryPeople: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "people", abstract: "Lists people, those with the most faces first.",
        discussion: """
            likeness library people people/
            likeness library people people/ --filter unnamed --limit 20
            likeness library people people/ --person per_3k… --json
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "named, unnamed, hidden or all.") var filter = "all"
    @Option(help: "faces, name or lastSeen.") var sort = "faces"
    @Option(help: "A part of the name.") var search: String?
    @Option(help: "One person, with its faces.") var person: String?
    @Option(help: "How many.") var limit = 100
    @Option(help: "Where the last page ended.") var cursor: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if PeopleFilter(rawValue: filter) == nil {
            throw ValidationError("--filter takes named, unnamed, hidden or all")
        }
        if PeopleSort(rawValue: sort) == nil { throw ValidationError("--sort takes faces, name or lastSeen") }
    }

    func run() throws {
        let library = try options.open(.read)
        let request = PageRequest(limit: limit, cursor: cursor, includesTotal: true)
        if let person { return try show(library, person, request) }
        let page = try library.people(
            PeopleFilter(rawValue: filter) ?? .all, sort: PeopleSort(rawValue: sort) ?? .faces, named: search,
            page: request)
        if common.json { return try common.console.json(page) }
        LibraryPrinter(common.console).people(page.items)
        if let next = page.next { common.console.note("\(page.total ?? 0) people; more with --cursor \(next)") }
    }

    private func show(_ library: PhotoLibrary, _ id: String, _ request: PageRequest) throws {
        let person = try library.person(id)
        let faces = try library.faces(of: id, order: .best, page: request)
        if common.json { return try common.console.json(PersonAndFaces(person: person, faces: faces)) }
        LibraryPrinter(common.console).people([person])
        common.console.table(
            ["face", "photo", "similarity", "role", "decided"],
            faces.items.map {
                [
                    $0.id, $0.photo, $0.similarity.map { String(format: "%.3f", $0) } ?? "–", $0.role.rawValue,
                    $0.decided ? "yes" : "",
                ]
            })
    }

    private struct PersonAndFaces: Encodable {
        let person: Person
        let faces: Page<LibraryFace>
    }
}

struct LibraryLoose: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loose", abstract: "Lists faces without a person, and whom they resemble.",
        discussion: "likeness library loose people/ --limit 20")

    @OptionGroup var options: LibraryOptions
    @Option(help: "How many.") var limit = 50
    @Option(help: "Where the last page ended.") var cursor: String?
    @OptionGroup var common: CommonOptions

    func run() throws {
        let page = try options.open(.read).looseFaces(
            page: PageRequest(limit: limit, cursor: cursor, includesTotal: true))
        if common.json { return try common.console.json(page) }
        common.console.table(
            ["face", "photo", "quality", "resembles", "similarity"],
            page.items.map { item in
                let best = item.candidates.first
                return [
                    item.face.id, item.face.photo, String(format: "%.2f", item.face.quality.overall),
                    best.map { $0.person.name ?? $0.person.id } ?? "–",
                    best.map { String(format: "%.3f", $0.similarity) } ?? "–",
                ]
            })
    }
}

struct LibraryForget: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Forgets a person or a photo's faces for good: vectors, crops, names.",
        discussion: """
            likeness library forget people/ --person per_3k… --confirm Anna

            It cannot be undone. The photos themselves stay. What backups hold is listed in the receipt.
            """)

    @OptionGroup var options: LibraryOptions
    @Option(help: "The person.") var person: String?
    @Option(help: "The photo.") var photo: String?
    @Flag(help: "All faces, vectors and names of the library.") var everything = false
    @Option(help: "The person's name or id, the photo's id, or the library's name, typed again.") var confirm: String
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if [person != nil, photo != nil, everything].count(where: { $0 }) != 1 {
            throw ValidationError("say one of --person, --photo, --everything")
        }
    }

    func run() throws {
        let library = try options.open(.write)
        let (subject, names) = try subject(library)
        guard names.contains(confirm) else {
            throw LikenessError(
                .invalidInput, subject: "--confirm", "“\(confirm)” is not what is to be forgotten",
                remedy: "type \(names.joined(separator: " or "))")
        }
        let job = try library.enqueueForget(subject, by: options.author)
        let runner = JobRunner(library, threads: common.threadCount) { () throws(LikenessError) -> any PhotoAnalyser in
            throw LikenessError(.defect, "forgetting needs no networks")
        }
        let ended = try LibraryJobs(library: library, runner: runner, console: common.console).run(job)
        try common.console.json(ended.detail)
    }

    private func subject(_ library: PhotoLibrary) throws -> (ForgetSubject, [String]) {
        if let person {
            let found = try library.person(person)
            return (.person(found.id), [found.name, found.id].compactMap { $0 })
        }
        if let photo { return (.photo(photo), [photo]) }
        return (.library, [library.name])
    }
}

struct LibraryExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes people as JSON, decisions as JSON Lines, or names into sidecars.",
        discussion: """
            likeness library export people/ > people.json
            likeness library export people/ --decisions > journal.jsonl
            likeness library export people/ --sidecars --dry-run
            """)

    @OptionGroup var options: LibraryOptions
    @Flag(help: "Every decision, one a line.") var decisions = false
    @Flag(help: "Write the faces of named people into XMP sidecars beside the photos (MWG and Microsoft regions).")
    var sidecars = false
    @Flag(help: "With --sidecars: only show what would change.") var dryRun = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let library = try options.open(.read)
        if sidecars { return try write(library) }
        guard decisions else { return try common.console.json(try library.exportPeople()) }
        try library.exportDecisions { line in common.console.result(line) }
    }

    private func write(_ library: PhotoLibrary) throws {
        var counts: [String: Int] = [:]
        var reports: [SidecarReport] = []
        try library.writeSidecars(dryRun: dryRun) { report in
            counts[report.state, default: 0] += 1
            if common.json { reports.append(report) } else { show(report) }
        }
        if common.json { try common.console.json(reports) }
        common.console.note(counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        if counts["failed"] != nil { throw ExitCode(65) }
    }

    private func show(_ report: SidecarReport) {
        guard report.state != "unchanged" else { return }
        common.console.result("\(report.path): \(report.state)")
        if dryRun || report.state == "failed" { common.console.result(report.detail) }
    }
}

struct LibraryDoctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Examines a library: structure, counters, vectors, journal.",
        discussion: "likeness library doctor people/ --replay")

    @OptionGroup var options: LibraryOptions
    @Flag(help: "Make everything again that follows from the journal, and compare.") var replay = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let report = try options.open(replay ? .write : .read).examine(replay: replay)
        if common.json {
            try common.console.json(report)
        } else {
            for check in report.checks {
                common.console.result(
                    "\(check.ok ? "ok " : "BAD") \(check.name)\(check.detail.isEmpty ? "" : ": \(check.detail)")")
            }
            common.console.table(
                ["table", "rows"], report.counts.sorted { $0.key < $1.key }.map { [$0.key, "\($0.value)"] })
        }
        if !report.isHealthy { throw ExitCode(1) }
    }
}
