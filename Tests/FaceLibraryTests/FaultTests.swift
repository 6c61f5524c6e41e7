import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Synchronization
import Testing

/// A small file system in memory: a disk that can be full or read-only. Needs the right to mount.
final class SmallDisk {
    let path: String

    /// Nil where this process may not mount.
    init?(megabytes: Int) {
        path = NSTemporaryDirectory() + "likeness-disk-\(UUID().uuidString)"
        guard mkdir(path, 0o700) == 0 else { return nil }
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    func setReadOnly(_ on: Bool) -> Bool {
        mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT) | (on ? UInt(MS_RDONLY) : 0), nil) == 0
    }

    /// Leaves so many bytes free.
    func fill(but bytes: Int) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw LikenessError(.fileUnreadable, subject: path, "statvfs") }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: path + "/ballast"))
    }

    func empty() throws { try FileManager.default.removeItem(atPath: path + "/ballast") }

    static let isPossible = SmallDisk(megabytes: 1) != nil
}

@Suite("Faults of the machine", .serialized)
struct FaultTests {
    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    private func healthy(_ library: PhotoLibrary) throws {
        for check in try library.examine(replay: true).checks where !check.ok {
            Issue.record("\(check.name): \(check.detail)")
        }
    }

    /// A clock that runs faster than the world's: retries after minutes come in seconds.
    private static func fastClock() -> Store.Clock {
        let start = Timestamp.now()
        return { start + (Timestamp.now() - start) * 100 }
    }

    private func runner(_ library: PhotoLibrary) -> JobRunner {
        JobRunner(library, threads: 1) { () throws(LikenessError) -> any PhotoAnalyser in SyntheticPhotos.Analyser() }
    }

    @Test(
        "a full disk: a clear error, nothing lost, and all is well when there is room again",
        .enabled(if: SmallDisk.isPossible))
    func full() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: 6, pictures: 4)
        let disk = try #require(SmallDisk(megabytes: 12))
        let library = try PhotoLibrary.create(disk.path + "/library", clock: Self.fastClock())
        _ = try library.enqueueImport([photos.folder])
        try runner(library).runUntilIdle()
        let person = try library.people().items[0]
        try library.update(person.id, PersonUpdate(name: .some("Vorher")), by: Author("owner"))
        try photos.album(people: 12, pictures: 12, from: 100)
        try disk.fill(but: 300_000)
        let job = try library.enqueueImport([photos.folder])
        try? runner(library).runUntilIdle()
        let stopped = try library.job(job.id)
        #expect(stopped.state != .done)
        // where not even the failure can be written down the job stays as it was until its lease ends
        #expect(stopped.error.map { $0.kind == .resource } ?? (stopped.state == .running))
        // to the last byte: a decision is refused clearly, or kept
        try? FileManager.default.removeItem(atPath: disk.path + "/ballast")
        try disk.fill(but: 0)
        var refused: LikenessError.Code?
        for k in 0..<2000 where refused == nil {
            refused = code { try library.update(person.id, PersonUpdate(name: .some("N \(k)")), by: Author("owner")) }
        }
        #expect(refused == .diskFull, "\(String(describing: refused))")
        let named = try library.person(person.id).name
        let decisions = try library.decisions(page: PageRequest(limit: 1)).items.first?.id
        try disk.empty()
        #expect(try library.person(person.id).name == named)
        #expect(try library.decisions(page: PageRequest(limit: 1)).items.first?.id == decisions)
        for _ in 0..<200 where try library.job(job.id).state != .done {
            if try library.job(job.id).state.isFinal { _ = try library.retry(job: job.id) }
            try runner(library).runUntilIdle()
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(try library.job(job.id).state == .done)
        #expect(try library.overview().photos.waiting == 0)
        #expect(try library.overview().photos.total == 24 + 2 + 144 + 4)
        try healthy(library)
    }

    @Test(
        "a read-only folder is refused for writing with its reason, and is whole afterwards",
        .enabled(if: SmallDisk.isPossible))
    func readOnly() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: 3, pictures: 3)
        let disk = try #require(SmallDisk(megabytes: 12))
        let path = disk.path + "/library"
        do {
            _ = try photos.imported(into: PhotoLibrary.create(path))
        }
        // closed connections let go of their files a little later
        for _ in 0..<100 where !disk.setReadOnly(true) { Thread.sleep(forTimeInterval: 0.05) }
        try #require(disk.setReadOnly(true))
        #expect(code { _ = try PhotoLibrary.open(path) } == .fileUnwritable)
        #expect(code { _ = try PhotoLibrary.create(disk.path + "/other") } == .fileUnwritable)
        // reading works, or says clearly why not
        let reading = code {
            let seen = try PhotoLibrary.open(path, access: .read).people().items.count
            #expect(seen == 3)
        }
        #expect(
            reading == nil || reading == .databaseFailed || reading == .fileUnwritable, "\(String(describing: reading))"
        )
        try #require(disk.setReadOnly(false))
        let library = try PhotoLibrary.open(path)
        #expect(try library.people().items.count == 3)
        try healthy(library)
    }

    @Test("a disk that becomes read-only under a running library", .enabled(if: SmallDisk.isPossible))
    func suddenlyReadOnly() throws {
        let folder = try TemporaryFolder()
        let photos = try SyntheticPhotos(folder.file("photos"))
        try photos.album(people: 3, pictures: 3)
        let disk = try #require(SmallDisk(megabytes: 12))
        let library = try PhotoLibrary.create(disk.path + "/library")
        _ = try library.enqueueImport([photos.folder])
        try runner(library).runUntilIdle()
        let person = try library.people().items[0]
        // files are open for writing: the system refuses the change
        #expect(!disk.setReadOnly(true))
        try library.update(person.id, PersonUpdate(name: .some("A")), by: Author("owner"))
        #expect(try library.person(person.id).name == "A")
        try healthy(library)
    }

    @Test("a clock that jumps, back and forth, stops no job and loses nothing")
    func clock() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 4, pictures: 4)
        let shift = Mutex(0.0)
        let library = try PhotoLibrary.create(folder.file("library")) {
            Timestamp.now() + shift.withLock { $0 }
        }
        let year = 365.0 * 86_400
        // jumps while photos are looked at, and fails once in a way that is tried again
        struct Jumping: PhotoAnalyser {
            var words = SyntheticPhotos.Analyser()
            let jump: @Sendable (Int) throws(LikenessError) -> Void
            var space: EmbeddingSpace { words.space }
            var detector: String { words.detector }
            func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace {
                try words.face(in: box, of: path)
            }
            func analyse(
                _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
            ) throws(LikenessError) {
                var k = 0
                try words.analyse(paths, cancellation: cancellation) { (photo) throws(LikenessError) in
                    try jump(k)
                    k += 1
                    try body(photo)
                }
            }
        }
        let failed = Mutex(false)
        let analyser = Jumping { (k) throws(LikenessError) in
            shift.withLock { $0 = k % 2 == 0 ? 10 * year : -10 * year }
            guard k == 9,
                failed.withLock({ f in
                    defer { f = true }; return !f
                })
            else { return }
            throw LikenessError(.fileUnreadable, subject: "drive", "hiccup")
        }
        let runner = JobRunner(library, threads: 1) { () throws(LikenessError) -> any PhotoAnalyser in analyser }
        // fails ten years from now, is tried again ten years ago
        shift.withLock { $0 = 10 * year }
        let job = try library.enqueueImport([photos.folder])
        try runner.runUntilIdle()
        #expect(failed.withLock { $0 })
        #expect(try library.job(job.id).state == .done)
        #expect(try library.people().items.count == 4)
        for jump in [-20 * year, 20 * year, 0] {
            shift.withLock { $0 = jump }
            let person = try library.people().items[0]
            let change = try library.update(person.id, PersonUpdate(name: .some("N \(jump)")), by: Author("owner"))
            #expect(try library.decisions(page: PageRequest(limit: 1)).items.first?.id == change.decision.id)
            let regroup = try library.enqueueGrouping()
            try runner.runUntilIdle()
            #expect(try library.job(regroup.id).state == .done)
        }
        try healthy(library)
    }

    @Test("a job that waits for a time which a wrong clock set is not put off for years")
    func wrongClock() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 2, pictures: 3)
        let library = try PhotoLibrary.create(folder.file("library"))
        let job = try library.enqueueImport([photos.folder])
        try library.execute("UPDATE job SET runAfter = runAfter + 4e9")
        try runner(library).runUntilIdle()
        #expect(try library.job(job.id).state == .done)
    }

    @Test("loose faces go when they are older than the settings allow, by the injected clock")
    func retention() throws {
        let (folder, photos) = try SyntheticPhotos.album(people: 3, pictures: 4)
        try photos.write("stranger", [.init(person: 900, variant: 1)])
        let shift = Mutex(0.0)
        let library = try PhotoLibrary.create(folder.file("library")) { Timestamp.now() + shift.withLock { $0 } }
        _ = try library.enqueueImport([photos.folder])
        try runner(library).runUntilIdle()
        let loose = try library.overview().faces.loose
        let kept = try library.overview().faces.inPeople
        #expect(loose >= 1)
        #expect(try library.enqueueRetention() == nil, "no limit is set")
        try library.updateSettings(SettingsUpdate(looseRetentionDays: .some(30)), by: Author("owner"))
        shift.withLock { $0 = 29 * 86_400 }
        #expect(try library.enqueueRetention() == nil, "they are not old enough")
        shift.withLock { $0 = 31 * 86_400 }
        // an import looks for them by itself
        _ = try library.enqueueImport([photos.folder])
        try runner(library).runUntilIdle()
        #expect(try library.overview().faces.loose == 0)
        #expect(try library.overview().faces.inPeople == kept)
        #expect(try library.decisions(page: PageRequest(limit: 1)).items.first?.kind == .forget)
        // and does not find them again
        _ = try library.enqueueImport([photos.folder], again: true)
        try runner(library).runUntilIdle()
        #expect(try library.overview().faces.loose == 0)
        try healthy(library)
    }
}
