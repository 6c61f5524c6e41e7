import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

/// The work of the child process that is killed; does nothing unless it is one.
@Suite("Child of the kill tests")
struct KillChild {
    @Test("works until it is killed")
    func work() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let folder = environment["LIKENESS_CHILD_LIBRARY"], let photos = environment["LIKENESS_CHILD_PHOTOS"],
            let seed = environment["LIKENESS_CHILD_SEED"].flatMap(UInt64.init),
            let log = environment["LIKENESS_CHILD_LOG"]
        else { return }
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // the parent's clock starts here; of an older library the upgrade is what is killed
        _ = "ready\n".withCString { write(descriptor, $0, 6) }
        let library = try PhotoLibrary.open(folder)
        let runner = JobRunner(library, threads: 1) { () throws(LikenessError) -> any PhotoAnalyser in
            SyntheticPhotos.Analyser(delay: 0.002)
        }
        var dice = DecisionDice(seed: seed)
        for round in 0..<1000 {
            _ = try library.enqueueImport([photos])
            try runner.runUntilIdle()
            for _ in 0..<3 {
                try dice.step(library)
                // a decision that was acknowledged may never be lost
                if let last = try library.decisions(page: PageRequest(limit: 1)).items.first {
                    let line = "\(last.id)\n"
                    _ = line.withCString { write(descriptor, $0, line.utf8.count) }
                }
            }
            switch round % 6 {
            case 1: _ = try library.enqueueGrouping()
            case 2: _ = try library.enqueueGrouping(GroupingParameters(threshold: 0.58, qualityFloor: 0.1))
            case 3:
                if let person = try library.people(page: PageRequest(limit: 500)).items.last, person.faces < 4 {
                    _ = try library.enqueueForget(.person(person.id), by: Author("dice"))
                }
            case 4: _ = try library.enqueueBackup(to: "\(folder)-backup-\(seed)-\(round)")
            default:
                try SyntheticPhotos(photos).write(
                    "late-\(seed)-\(round)", [.init(person: round % 6, variant: 2000 + Int(seed) * 10 + round)])
            }
            try runner.runUntilIdle()
        }
    }
}

@Suite("Killed at any moment", .serialized)
struct KillTests {
    static let iterations = ProcessInfo.processInfo.environment["LIKENESS_KILLS"].flatMap(Int.init) ?? 16

    @Test("after kill −9 counters add up, no decision is lost, the doctor finds nothing")
    func kill() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 6, pictures: 6)
        let path = folder.file("library")
        _ = try PhotoLibrary.create(path)
        var random = SeededRandom(seed: 11)
        var acknowledged: Set<String> = []
        for round in 0..<Self.iterations {
            let log = folder.file("log-\(round)")
            let isOld = round % 5 == 4
            if isOld { try OldLibrary.downgrade(path) }
            let child = try start(path, photos.folder, seed: UInt64(round + 1), log: log)
            let deadline = Date().addingTimeInterval(60)
            while !FileManager.default.fileExists(atPath: log), child.isRunning, Date() < deadline { usleep(2000) }
            // most of the work of a round is short: half of the kills come early
            let wait = isOld ? 60_000 : random.unit() < 0.5 ? 200_000 : 700_000
            usleep(UInt32(random.unit() * Double(wait)))
            if !child.isRunning {
                let text = (try? String(contentsOfFile: folder.file("child.err"), encoding: .utf8)) ?? ""
                Issue.record("round \(round): the child ended by itself: \(text.suffix(2000))")
                return
            }
            Glibc.kill(child.processIdentifier, SIGKILL)
            child.waitUntilExit()
            let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n") ?? []
            acknowledged.formUnion(lines.filter { $0.hasPrefix("dec_") }.map(String.init))
            try check(path, acknowledged, round)
            try clear(folder.path, round)
        }
        #expect(acknowledged.count > Self.iterations / 4)
        try finish(path, photos.folder)
    }

    private func start(_ library: String, _ photos: String, seed: UInt64, log: String) throws -> Process {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = ["--testing-library", "swift-testing", "--filter", "KillChild"]
        child.environment = ProcessInfo.processInfo.environment.merging([
            "LIKENESS_CHILD_LIBRARY": library, "LIKENESS_CHILD_PHOTOS": photos, "LIKENESS_CHILD_SEED": "\(seed)",
            "LIKENESS_CHILD_LOG": log,
        ]) { $1 }
        let errors = (library as NSString).deletingLastPathComponent + "/child.err"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        child.standardOutput = FileHandle(forWritingAtPath: errors)
        child.standardError = FileHandle(forWritingAtPath: errors)
        try child.run()
        return child
    }

    private func check(_ path: String, _ acknowledged: Set<String>, _ round: Int) throws {
        let library = try PhotoLibrary.open(path)
        let report = try library.examine(replay: true)
        for check in report.checks where !check.ok { Issue.record("round \(round), \(check.name): \(check.detail)") }
        var journal: Set<String> = []
        var cursor: String?
        repeat {
            let page = try library.decisions(page: PageRequest(limit: 500, cursor: cursor))
            journal.formUnion(page.items.map(\.id))
            cursor = page.next
        } while cursor != nil
        #expect(
            acknowledged.isSubset(of: journal),
            "round \(round): \(acknowledged.subtracting(journal).count) decisions are lost")
    }

    /// Backups that came to their end are sound; what is left of those that were killed is called `.partial`, and may lack
    /// its manifest or have the beginning of another file beside it.
    private func clear(_ folder: String, _ round: Int) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.contains("-backup-") {
            let isSound = BackupFolder("\(folder)/\(name)").verify().isSound
            #expect(isSound || name.contains(".partial-"), "round \(round): \(name)")
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        // the copy of before an upgrade is made anew the next time
        try? FileManager.default.removeItem(atPath: "\(folder)/library/likeness.sqlite.before-1")
        try? FileManager.default.removeItem(atPath: "\(folder)/log-\(round)")
    }

    /// What was interrupted goes on to its end, and groups made from nothing are the same as those that grew.
    private func finish(_ path: String, _ photos: String) throws {
        let grown = try settled(path, photos)
        try FileManager.default.removeItem(atPath: path + "/groups/state")
        let fresh = try settled(path, photos)
        #expect(fresh == grown)
    }

    /// Runs all that waits, then an import and a grouping; returns where every face stands.
    private func settled(_ path: String, _ photos: String) throws -> [String: [String]] {
        let library = try PhotoLibrary.open(path)
        let runner = JobRunner(library, threads: 1) { () throws(LikenessError) -> any PhotoAnalyser in
            SyntheticPhotos.Analyser()
        }
        try runner.runUntilIdle()
        _ = try library.enqueueImport([photos])
        try runner.runUntilIdle()
        _ = try library.enqueueGrouping()
        try runner.runUntilIdle()
        #expect(try library.overview().photos.waiting == 0)
        let report = try library.examine(replay: true)
        #expect(report.isHealthy, "\(report.checks)")
        for job in try library.jobs(limit: 500) where [.failed, .dead].contains(job.state) {
            Issue.record("\(job.kind) failed: \(job.error?.message ?? "")")
        }
        return try library.contents(of: ["place"], without: ["similarity"])
    }
}
