import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import GRDB
import Testing

@Suite("Backups that are true, or said to be none")
struct LibraryBackupTests {
    private func code(_ body: () throws(LikenessError) -> Void) -> LikenessError.Code? {
        do throws(LikenessError) { try body() } catch { return error.code }
        return nil
    }

    private func isVerified(_ path: String) -> Bool {
        if case .verified = BackupFolder(path).state { true } else { false }
    }

    @Test("a restored library is the one that was backed up", arguments: [false, true], [false, true])
    func roundTrip(isSealed: Bool, hasCrops: Bool) throws {
        let folder = try TemporaryFolder()
        let key = isSealed ? LibraryKey() : nil
        let library = try BackupFixture(folder.file("library"), key: key)
        try library.add(130, seed: 1)
        try library.segments.erase([VectorLocation(segment: 1, row: 7)])
        let manifest = try library.backup(crops: hasCrops).write(to: folder.file("backup"))
        #expect(manifest.counts == ["segment": 2, "face": 130])
        #expect(manifest.decisions == 2 && manifest.includesCrops == hasCrops)
        #expect(isVerified(folder.file("backup")))
        // the library goes on; the backup stays
        try library.add(40, seed: 2)
        try library.segments.erase([VectorLocation(segment: 1, row: 8)])
        try FileManager.default.createDirectory(atPath: folder.file("restored"), withIntermediateDirectories: true)
        try BackupFolder(folder.file("backup")).restore(to: folder.file("restored"))
        let restored = try BackupFixture(folder.file("restored"), key: key)
        #expect(try restored.pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM face") } == 130)
        let rows = SegmentFixture.vectors(130, seed: 1)
        let snapshot = restored.segments.snapshot()
        #expect(try snapshot.vector(at: .init(segment: 1, row: 8)) == rows.row(8))
        #expect(try snapshot.vector(at: .init(segment: 2, row: 29)) == rows.row(129))
        #expect(!snapshot.contains(.init(segment: 1, row: 7)) && !snapshot.contains(.init(segment: 2, row: 30)))
        #expect(restored.segments.verify().isSound)
        #expect(try restored.crops.hashes().count == (hasCrops ? 1 : 0))
        try restored.add(5, seed: 3)
        #expect(!SegmentFixture.contains(folder, rows.row(7).withUnsafeBytes { Data($0) }))
    }

    @Test("a backup while faces are added refers only to what it holds")
    func whileWriting() throws {
        let folder = try TemporaryFolder()
        let library = try BackupFixture(folder.file("library"))
        try library.add(10, seed: 0)
        let path = folder.file("backup")
        DispatchQueue.concurrentPerform(iterations: 2) { k in
            if k == 0 {
                for seed in 1..<30 {
                    try? library.add(9, seed: UInt64(seed))
                    if seed % 5 == 0 { try? library.segments.erase([VectorLocation(segment: 1, row: seed)]) }
                }
            } else {
                for n in 0..<4 { _ = try? library.backup().write(to: "\(path)\(n)") }
            }
        }
        for n in 0..<4 {
            #expect(BackupFolder("\(path)\(n)").verify().isSound, "\(BackupFolder("\(path)\(n)").verify().faults)")
        }
    }

    @Test("a changed, missing or added file is found, and takes the mark away")
    func damage() throws {
        let folder = try TemporaryFolder()
        let library = try BackupFixture(folder.file("library"))
        try library.add(50, seed: 1)
        let path = folder.file("backup")
        let manifest = try library.backup(crops: true).write(to: path)
        for file in manifest.files.map(\.path) + ["manifest.json", "manifest.sha256"] {
            let url = URL(fileURLWithPath: "\(path)/\(file)")
            let good = try Data(contentsOf: url)
            var bad = good
            bad[bad.count / 2] ^= 1
            for change in [bad, good.dropLast(), good + [0], Data()] {
                try change.write(to: url)
                #expect(!BackupFolder(path).verify().isSound, "\(file)")
                #expect(!isVerified(path))
                #expect(
                    code { () throws(LikenessError) in try BackupFolder(path).restore(to: folder.file("r")) }
                        == .backupDamaged)
                #expect(!FileManager.default.fileExists(atPath: folder.file("r")))
            }
            try FileManager.default.removeItem(at: url)
            #expect(!BackupFolder(path).verify().isSound, "\(file)")
            try good.write(to: url)
        }
        #expect(BackupFolder(path).verify().isSound && isVerified(path))
        try Data([1]).write(to: URL(fileURLWithPath: path + "/vectors/test/other"))
        #expect(!BackupFolder(path).verify().isSound)
    }

    @Test("a manifest that lies about counts, rows or places is found even when its hashes are right")
    func lies() throws {
        let folder = try TemporaryFolder()
        let library = try BackupFixture(folder.file("library"))
        try library.add(50, seed: 1)
        let path = folder.file("backup")
        let good = try library.backup().write(to: path)
        func complains(_ change: (inout BackupManifest) -> Void) throws -> Bool {
            var manifest = good
            change(&manifest)
            try BackupFolder.write(manifest, to: path, force: true)
            return !BackupFolder(path).verify().isSound
        }
        #expect(try complains { $0.counts["face"] = 49 })
        #expect(try complains { $0.decisions = 3 })
        #expect(try complains { $0.vectors[0].rows[1] = 51 })
        #expect(try complains { $0.vectors[0].rows[2] = 1 })
        #expect(try complains { $0.files.append(.init(path: "../library/likeness.sqlite", bytes: 1, sha256: "")) })
        #expect(try complains { $0.files.append(.init(path: "/etc/hostname", bytes: 1, sha256: "")) })
        #expect(try complains { $0.format = 2 })
        #expect(try !complains { $0.program = "another" })
        // a manifest that changed has to be verified again: until then it counts as failed
        try BackupFolder.write(good, to: path, force: true)
        #expect(BackupFolder(path).state == .unverified)
    }

    @Test("nothing is written over: neither a backup nor a library")
    func refusals() throws {
        let folder = try TemporaryFolder()
        let library = try BackupFixture(folder.file("library"))
        try library.add(5, seed: 1)
        _ = try library.backup().write(to: folder.file("backup"))
        let backup = BackupFolder(folder.file("backup"))
        #expect(
            code { () throws(LikenessError) in _ = try library.backup().write(to: folder.file("backup")) }
                == .fileExists)
        #expect(code { () throws(LikenessError) in try backup.restore(to: folder.file("library")) } == .fileExists)
        #expect(code { () throws(LikenessError) in try backup.restore(to: "/dev/null") } == .fileExists)
        #expect(
            code { () throws(LikenessError) in try BackupFolder(folder.path).restore(to: folder.file("x")) }
                == .backupDamaged)
        if case .failed = BackupFolder(folder.file("nowhere")).state {
        } else {
            Issue.record("a folder that is not there")
        }
        let stop = Cancellation()
        stop.cancel()
        #expect(
            code { () throws(LikenessError) in
                _ = try library.backup().write(to: folder.file("b2"), cancellation: stop)
            } == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backup", "library"])
    }

    @Test("a backup or a restore that is killed is never taken for good, and can be done again", arguments: 0..<24)
    func killed(round: Int) async throws {
        let folder = try TemporaryFolder()
        let library = try BackupFixture(folder.file("library"))
        try library.add(400, seed: 1)
        _ = try library.backup().write(to: folder.file("good"))
        setenv("LIKENESS_KILL_\(round)", folder.path, 1)
        await #expect(processExitsWith: .signal(SIGKILL)) { [round] in
            let path = try #require(ProcessInfo.processInfo.environment["LIKENESS_KILL_\(round)"])
            let library = try BackupFixture(path + "/library")
            Thread.detachNewThread {
                usleep(UInt32(round % 12) * 900 + 100)
                kill(getpid(), SIGKILL)
            }
            for n in 0... {
                if round < 12 {
                    _ = try library.backup().write(to: "\(path)/backup\(n)")
                } else {
                    try BackupFolder(path + "/good").restore(to: "\(path)/restored\(n)")
                }
            }
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let path = folder.file(name)
            if name.hasPrefix("restored"), !name.contains(".partial") {
                let restored = try BackupFixture(path)
                #expect(restored.segments.verify().isSound && restored.segments.snapshot().liveCount == 400)
            } else if name.hasPrefix("backup") {
                // one that has its name is whole; whatever was left half-way has another name
                #expect(name.contains(".partial") || isVerified(path), "\(name)")
            }
        }
        let again = try BackupFixture(folder.file("library"))
        #expect(again.segments.verify().isSound)
        _ = try again.backup().write(to: folder.file("after"))
        try BackupFolder(folder.file("after")).restore(to: folder.file("last"))
    }
}
