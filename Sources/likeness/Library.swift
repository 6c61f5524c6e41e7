import ArgumentParser
import FaceCore
import FaceLibrary
import FaceVision
import Foundation

/// `likeness library`: a lasting library of photos and people.
struct Library: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "library", abstract: "A photo library: import, people, corrections that last.",
        discussion: """
            likeness library create people/
            likeness library import people/ ~/Pictures
            likeness library people people/

            Names and corrections are kept in a journal and survive every new grouping. The photos themselves are only read.
            """,
        subcommands: [
            LibraryCreate.self, LibraryImport.self, LibraryWatch.self, LibraryPeople.self, LibraryName.self,
            LibraryMerge.self, LibrarySplit.self, LibraryMove.self, LibraryQuestions.self, LibraryAnswer.self,
            LibraryLoose.self, LibraryForget.self, LibraryExport.self, LibraryDoctor.self, LibraryUndo.self,
            LibraryBench.self, LibraryLoad.self, LibraryConflicts.self,
            LibraryBackupCommand.self, LibraryVerify.self, LibraryRestore.self, LibraryReEmbed.self,
        ])
}

/// The folder of a library and who acts.
struct LibraryOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Folder of the library.", valueName: "library")) var library: String

    @OptionGroup var sealing: LibraryKeyOptions

    func open(_ access: PhotoLibrary.Access) throws(LikenessError) -> PhotoLibrary {
        try PhotoLibrary.open(library, access: access, key: try sealing.key(outside: library))
    }

    /// The person at the keyboard, for the journal.
    var author: Author { Author(ProcessInfo.processInfo.environment["USER"] ?? "owner") }
}

/// The key of a sealed library.
struct LibraryKeyOptions: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp("Key file of a sealed library (default: LIKENESS_LIBRARY_KEY).", valueName: "file"))
    var file: String?

    /// The file that is named, or nil.
    var path: String? {
        file ?? ProcessInfo.processInfo.environment["LIKENESS_LIBRARY_KEY"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Throws what reading it throws, and `key-exposed` for a key inside of the library that it is to protect.
    func key(outside library: String) throws(LikenessError) -> LibraryKey? {
        guard let path else { return nil }
        try Self.requireOutside(path, library)
        return try LibraryKey.load(path)
    }

    static func requireOutside(_ path: String, _ library: String) throws(LikenessError) {
        let (key, folder) = (
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path,
            URL(fileURLWithPath: library).standardizedFileURL.resolvingSymlinksInPath().path
        )
        guard !key.hasPrefix(folder + "/") else {
            throw LikenessError(
                .keyExposed, subject: path, "the key lies in the library that it is to protect",
                remedy: "keep it in another folder, best on another drive")
        }
    }
}

/// A detector and an embedder for jobs that need them.
struct LibraryModels: ParsableArguments {
    @Option(
        help: ArgumentHelp("Face detector (default: yunet-s-dynamic when it is here, else mtcnn).", valueName: "id"))
    var detector: String?
    @Option(help: ArgumentHelp("Face embedder (default: dlib-resnet29).", valueName: "id")) var model: String?

    func runner(_ library: PhotoLibrary, _ common: CommonOptions) -> JobRunner {
        let (detector, model, threads) = (detector, model, common.threadCount)
        return JobRunner(library, threads: threads) { () throws(LikenessError) -> any PhotoAnalyser in
            try LibraryVision(models: try Models.catalogue(), detector: detector, model: model, threads: threads)
        }
    }
}

/// Runs jobs on this thread and shows how far they are.
struct LibraryJobs {
    let library: PhotoLibrary
    let runner: JobRunner
    let console: Console

    /// Works until a job has ended; Ctrl-C hands it back. Throws what the job failed with.
    func run(_ job: Job) throws -> Job {
        let cancellation = Cancellation()
        let interrupt = Interrupt(cancellation)
        defer { interrupt.end() }
        let console = console
        let token = library.changes.observe { change in
            guard case .job(let job) = change else { return }
            let total = job.total.map { "/\($0)" } ?? ""
            var stage = ""
            if case .text(let name)? = job.detail["stage"] { stage = "\(name): " }
            console.progress("\(stage)\(job.done)\(total)")
        }
        defer {
            token.cancel()
            console.progress("")
        }
        try runner.runUntilIdle(cancellation: cancellation)
        let ended = try library.job(job.id)
        if let error = ended.error, ended.state != .done {
            throw LikenessError(.jobFailed, subject: job.kind.rawValue, error.message)
        }
        return ended
    }
}

extension LikenessError.Code {
    /// A job of a library ended badly.
    static let jobFailed = Self("job-failed", exitStatus: 70)
}

struct LibraryCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a library in a new folder.",
        discussion: "likeness library create people/ --name Family --encrypt --key ~/people.key")

    @OptionGroup var options: LibraryOptions
    @Option(help: "What the library is called.") var name: String?
    @Flag(help: "Seal vectors, crops and groups with the key in --key, which is made when it is not there.")
    var encrypt = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if encrypt, options.sealing.path == nil {
            throw ValidationError("--encrypt needs --key FILE, outside of the library")
        }
    }

    func run() throws {
        let library = try PhotoLibrary.create(options.library, name: name, key: try key())
        if common.json {
            return try common.console.json(["id": library.id, "name": library.name, "root": library.folder])
        }
        common.console.result("\(library.name): \(library.folder)")
        if encrypt, let path = options.sealing.path {
            common.console.note("sealed with \(path): without this file nothing of the faces can be read; keep a copy")
        }
    }

    private func key() throws(LikenessError) -> LibraryKey? {
        guard encrypt, let path = options.sealing.path else { return nil }
        try LibraryKeyOptions.requireOutside(path, options.library)
        return FileManager.default.fileExists(atPath: path) ? try LibraryKey.load(path) : try LibraryKey.create(path)
    }
}

struct LibraryImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Looks at folders: finds new, changed, moved and deleted photos, faces, people.",
        discussion: """
            likeness library import people/ ~/Pictures

            Photos are read where they are, never moved or changed. What was looked at before is not looked at again; an \
            import that was interrupted goes on where it ended.
            """)

    @OptionGroup var options: LibraryOptions
    @Argument(help: "Folders or files.") var paths: [String]
    @Flag(help: "Look again at photos that another detector has seen; names and corrections stay with their faces.")
    var again = false
    @OptionGroup var models: LibraryModels
    @OptionGroup var common: CommonOptions

    func run() throws {
        let library = try options.open(.write)
        let absolute = paths.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        let job = try library.enqueueImport(absolute, again: again)
        let jobs = LibraryJobs(library: library, runner: models.runner(library, common), console: common.console)
        let ended = try jobs.run(job)
        let overview = try library.overview()
        if common.json { return try common.console.json(ImportResult(job: ended, overview: overview)) }
        LibraryPrinter(common.console).overview(overview)
        for folder in try library.imports() {
            for failure in folder.failures {
                let paths = failure.paths.joined(separator: ", ")
                common.console.note("  \(failure.count) × \(failure.message) (\(failure.code)): \(paths)")
            }
        }
    }

    private struct ImportResult: Encodable {
        let job: Job
        let overview: Overview
    }
}

/// How libraries are shown at a terminal.
struct LibraryPrinter {
    let console: Console

    init(_ console: Console) { self.console = console }

    func overview(_ o: Overview) {
        let (p, f, q) = (o.photos, o.faces, o.people)
        console.result(
            """
            \(p.total) photos: \(p.withFaces) with faces, \(p.withoutFaces) without, \(p.failed) unreadable, \
            \(p.waiting) waiting, \(p.missing) missing
            \(f.total) faces: \(f.inPeople) of \(q.total) people (\(q.named) named), \(f.loose) loose, \
            \(f.ignored) ignored, \(f.notConsidered) not considered
            \(o.questions) open questions
            """)
    }

    func people(_ people: [Person]) {
        console.table(
            ["person", "name", "faces", "photos", "from", "to"],
            people.map {
                [
                    $0.id, $0.name ?? "–", "\($0.faces)", "\($0.photos)", day($0.firstSeen), day($0.lastSeen),
                ]
            })
    }

    func change(_ change: PersonChange) {
        console.result("\(change.decision.summary)  (\(change.decision.id))")
        if let person = change.person { people([person] + [change.created].compactMap { $0 }) }
    }

    private func day(_ time: String?) -> String { time.map { String($0.prefix(10)) } ?? "–" }
}
