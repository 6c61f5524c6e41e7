import ArgumentParser
import FaceCore
import FaceLibrary
import FaceVision
import Foundation

/// `likeness library bench`: what the actions of the pages cost at a size.
struct LibraryBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Makes up a library of any size and measures what people do most.",
        discussion: """
            likeness library bench /tmp/big --photos 100000 --faces 250000 --people 5000

            The folder is made when it is not there, and kept. Vectors are made up; no photo is behind them.
            """, shouldDisplay: false)

    @Argument(help: ArgumentHelp("Folder of the library.", valueName: "library")) var library: String
    @Option(help: "Photos.") var photos = 100_000
    @Option(help: "Faces.") var faces = 250_000
    @Option(help: "People.") var people = 5000
    @Option(help: "Repetitions of each action.") var rounds = 30
    @OptionGroup var common: CommonOptions

    private func print(_ text: String) { common.console.result(text) }

    func run() throws {
        let made = try MadeUpLibrary(
            photos: photos, faces: faces, people: people, seed: common.seed, threads: common.threadCount)
        let isNew = !FileManager.default.fileExists(atPath: library + "/likeness.sqlite")
        let started = ContinuousClock.now
        let opened = isNew ? try PhotoLibrary.create(library, name: "Made up") : try PhotoLibrary.open(library)
        report("open, s", [started.secondsUntilNow])
        // what was imported before would only be found again
        let before = isNew ? 0 : max(0, try opened.overview().photos.total - photos)
        let analyser = made.analyser(after: before)
        let runner = JobRunner(opened, threads: common.threadCount) { () throws(LikenessError) -> any PhotoAnalyser in
            analyser
        }
        if isNew {
            try time("fill") {
                try made.fill(opened) { common.console.progress("\($0) photos") }
            }
            try time("first grouping and questions") {
                let job = try opened.enqueueGrouping()
                try runner.runUntilIdle()
                let ended = try opened.job(job.id)
                if let error = ended.error { print("grouping failed: \(error.message)") }
            }
        }
        try measure(opened)
        try grow(opened, runner)
        report("memory, MB", [Double(residentBytes()) / 1e6])
    }

    private func measure(_ library: PhotoLibrary) throws {
        let all = try library.people(page: PageRequest(limit: 500)).items
        let (large, small) = (all[0], all[min(200, all.count - 1)])
        let author = Author("bench")
        let face = try library.faces(of: large.id, page: PageRequest(limit: 1)).items[0].id
        try repeated("overview") { _ in _ = try library.overview() }
        try repeated("people, first 100") { _ in _ = try library.people(page: PageRequest(limit: 100)) }
        try repeated("people by name, third page") { _ in
            let first = try library.people(sort: .name, page: PageRequest(limit: 100))
            _ = try library.people(sort: .name, page: PageRequest(limit: 100, cursor: first.next))
        }
        try repeated("person") { _ in _ = try library.person(large.id) }
        try repeated("faces of the largest, 100 worst") { _ in
            _ = try library.faces(of: large.id, order: .worst, page: PageRequest(limit: 100))
        }
        try repeated("photos of the largest, 100") { _ in
            _ = try library.photos(of: large.id, page: PageRequest(limit: 100))
        }
        try repeated("next question") { _ in _ = try library.questions(page: PageRequest(limit: 1)) }
        try repeated("similar people") { _ in _ = try library.similarPeople(to: large.id) }
        try repeated("search top 20") { _ in _ = try library.search(face: face, limit: 20) }
        try repeated("loose faces, 50") { _ in _ = try library.looseFaces(page: PageRequest(limit: 50)) }
        print("largest person: \(large.faces) faces; merged and split: \(small.faces) faces")
        try repeated("name the largest") { k in
            try library.update(large.id, PersonUpdate(name: .some("Name \(k)")), by: author)
        }
        try repeated("merge, then undo") { _ in
            let change = try library.merge(into: large.id, from: [small.id], name: "A", by: author)
            try library.undo(change.decision.id, by: author)
        }
        try repeated("merge the largest into a small one, then undo", times: 5) { _ in
            let change = try library.merge(into: small.id, from: [large.id], name: "A", by: author)
            try library.undo(change.decision.id, by: author)
        }
        try repeated("split 50 faces off, then undo") { _ in
            let moving = try library.faces(of: large.id, page: PageRequest(limit: 50)).items.map(\.id)
            let change = try library.split(large.id, faces: moving, by: author)
            try library.undo(change.decision.id, by: author)
        }
        try repeated("questions after changes", times: 3) { _ in try library.refreshQuestions() }
    }

    /// One new photo in a folder of its own: scan, faces, crops, vectors, groups, questions. The first opens the groups.
    private func grow(_ library: PhotoLibrary, _ runner: JobRunner) throws {
        let folder = URL(fileURLWithPath: self.library + "-photos").standardizedFileURL.path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let start = try library.overview().photos.total
        var seconds: [Double] = []
        var worked: [Double] = []
        for k in 0..<rounds + 1 {
            let own = "\(folder)/\(start + k)"
            try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
            try Data("made-up photo \(start + k)".utf8).write(to: URL(fileURLWithPath: own + "/photo.jpg"))
            let (began, before) = (ContinuousClock.now, Self.processorSeconds())
            let job = try library.enqueueImport([own])
            try runner.runUntilIdle()
            let took = began.secondsUntilNow
            if let error = try library.job(job.id).error { print("import failed: \(error.message)") }
            if k == 0 {
                report("first import, with opening the groups", [took * 1000])
            } else {
                seconds.append(took * 1000)
                worked.append((Self.processorSeconds() - before) * 1000)
            }
        }
        report("import of one new photo", seconds)
        report("import of one new photo, processor time", worked)
    }

    /// User and system time of this process so far.
    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let time = { (t: timeval) in Double(t.tv_sec) + Double(t.tv_usec) / 1e6 }
        return time(usage.ru_utime) + time(usage.ru_stime)
    }

    private func repeated(
        _ name: String, times: Int? = nil, _ prepare: (Int) throws -> Void, body: (() throws -> Void)? = nil
    ) throws {
        var seconds: [Double] = []
        for k in 0..<(times ?? rounds) {
            if let body {
                try prepare(k)
                let started = ContinuousClock.now
                try body()
                seconds.append(started.secondsUntilNow)
            } else {
                let started = ContinuousClock.now
                try prepare(k)
                seconds.append(started.secondsUntilNow)
            }
        }
        report(name, seconds.map { $0 * 1000 })
    }

    private func time(_ name: String, _ body: () throws -> Void) throws {
        let started = ContinuousClock.now
        try body()
        report(name + ", s", [started.secondsUntilNow])
    }

    private func report(_ name: String, _ values: [Double]) {
        let sorted = values.sorted()
        let at = { (q: Double) in Format.number(sorted[min(sorted.count - 1, Int(Double(sorted.count) * q))], 2) }
        common.console.result("\(name): median \(at(0.5)), p95 \(at(0.95)) (n = \(sorted.count))")
    }

    private func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
