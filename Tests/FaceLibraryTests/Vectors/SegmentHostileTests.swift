import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Segments that lie, and segments that were interrupted")
struct SegmentHostileTests {
    /// A folder with one segment of 40 rows in blocks, 5 of them erased.
    private func library(key: LibraryKey? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let segments = try SegmentFixture.open(folder, [:], key: key)
        let places = try segments.append(SegmentFixture.vectors(40, seed: 20))
        segments.commit()
        try segments.erase(Array(places[10..<15]))
        return folder
    }

    private func read(_ folder: TemporaryFolder, _ name: String) throws -> [UInt8] {
        [UInt8](try #require(FileManager.default.contents(atPath: folder.file(name))))
    }

    private func write(_ folder: TemporaryFolder, _ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file(name)))
    }

    /// The error of opening, or the first fault that a look at everything finds; nil when all seems well.
    private func complaint(_ folder: TemporaryFolder, rows: Int = 40, key: LibraryKey? = nil) -> LikenessError? {
        do throws(LikenessError) {
            let segments = try VectorSegments(
                folder.path, space: SegmentFixture.space, committed: [1: rows], key: key, readOnly: true)
            return segments.verify().faults.first
        } catch { return error }
    }

    @Test("any cut is refused", arguments: ["00000001.lkv", "00000001.lkc"])
    func cuts(name: String) throws {
        let folder = try library()
        let bytes = try read(folder, name)
        #expect(complaint(folder) == nil)
        for length in Set([0, 1, 3, 4, 63, 64, 100, 4095, 4096, 4097, bytes.count - 1]) where length < bytes.count {
            try write(folder, name, Array(bytes[..<length]))
            let error = try #require(complaint(folder), "\(name) cut to \(length)")
            #expect([.fileTruncated, .fileFormat].contains(error.code), "\(error)")
        }
    }

    @Test("any flipped byte that matters is found", arguments: [false, true])
    func flips(isSealed: Bool) throws {
        let key = isSealed ? LibraryKey() : nil
        let folder = try library(key: key)
        for name in ["00000001.lkv", "00000001.lkc"] {
            let bytes = try read(folder, name)
            // of the side file only the header, the records of blocks in use and the bits of rows in use matter
            let used = name.hasSuffix("v") ? Array(bytes.indices) : Array(0..<80)
            for i in stride(from: 0, to: used.count, by: used.count > 1000 ? 37 : 1) {
                var changed = bytes
                changed[used[i]] ^= 0x10
                try write(folder, name, changed)
                // one of a record's halves is unused and may hold anything
                if name.hasSuffix("c"), (72..<80).contains(used[i]) { continue }
                let error = complaint(folder, key: key)
                #expect(error != nil, "byte \(used[i]) of \(name) was changed unnoticed")
            }
            try write(folder, name, bytes)
        }
        #expect(complaint(folder, key: key) == nil)
    }

    @Test("a bit that claims a row is erased, or is not, is found")
    func wrongBits() throws {
        let folder = try library()
        let bytes = try read(folder, "00000001.lkc")
        let bits = bytes.count - (1000 + 7) / 8
        for (byte, mask) in [(0, 0x01), (1, 0x04), (4, 0x80)] as [(Int, UInt8)] {
            var changed = bytes
            changed[bits + byte] ^= mask
            try write(folder, "00000001.lkc", changed)
            #expect(complaint(folder)?.code == .fileDamaged)
        }
    }

    @Test("headers of other versions, spaces, numbers and sizes are refused with the right code")
    func headers() throws {
        let folder = try library()
        let bytes = try read(folder, "00000001.lkv")
        func with(_ change: (inout [UInt8]) -> Void) throws -> LikenessError.Code? {
            var page = Array(bytes[..<4092])
            change(&page)
            page += withUnsafeBytes(of: CRC32C.checksum(page).littleEndian) { Array($0) }
            try write(folder, "00000001.lkv", page + Array(bytes[4096...]))
            return complaint(folder)?.code
        }
        #expect(try with { $0[0] = 0x58 } == .fileFormat)
        #expect(try with { $0[4] = 9 } == .fileFormat)
        #expect(try with { $0[8] = 2 } == .fileFormat)
        #expect(try with { $0[12] = 25 } == .fileFormat)
        #expect(try with { for i in 12..<16 { $0[i] = 0xFF } } == .fileFormat)
        #expect(try with { $0[16] = 7 } == .fileFormat)
        #expect(try with { for i in 24..<28 { $0[i] = 0 } } == .fileFormat)
        #expect(try with { for i in 28..<32 { $0[i] = 0xFF } } == .fileFormat)
        #expect(try with { $0[40] = 0 } == .fileFormat)
        #expect(try with { $0[42] = 0xFF } == .fileFormat)
        #expect(try with { $0[42] = 0x75 } == .spaceMismatch)
        #expect(try with { $0[18] = 1 } == .spaceMismatch)
        try write(folder, "00000001.lkv", bytes)
        #expect(complaint(folder) == nil)
        #expect(complaint(folder, rows: 41) != nil)
        #expect(complaint(folder, rows: -1)?.code == .fileFormat)
        #expect(complaint(folder, rows: 1001)?.code == .fileFormat)
    }

    @Test("links, folders, pipes and missing files are typed errors")
    func notFiles() throws {
        let folder = try library()
        let path = folder.file("00000001.lkv")
        for make in [
            { try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd") },
            { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) },
            { mkfifo(path, 0o600) },
        ] as [() throws -> Void] {
            try FileManager.default.removeItem(atPath: path)
            #expect(complaint(folder)?.code == .fileMissing)
            try make()
            #expect(complaint(folder) != nil)
        }
    }

    @Test("a sealed segment opens with its own key only")
    func keys() throws {
        let key = LibraryKey()
        let folder = try library(key: key)
        #expect(complaint(folder, key: key) == nil)
        #expect(complaint(folder)?.code == .keyMissing)
        #expect(complaint(folder, key: LibraryKey())?.code == .keyMissing)
    }

    @Test("a sealed row cannot be moved to another place, even with its checksum mended")
    func movedRow() throws {
        let key = LibraryKey()
        let folder = try library(key: key)
        var bytes = try read(folder, "00000001.lkv")
        let size = 24 * 4 + 28
        for i in 0..<size { bytes[4096 + i] = bytes[4096 + size + i] }
        try write(folder, "00000001.lkv", bytes)
        #expect(complaint(folder, key: key)?.code == .fileDamaged)
    }

    /// Puts the files into every state that an interrupted erasure can leave: each of its four steps is a set of writes of
    /// which any part may have reached the disk.
    @Test("an erasure is ended after a crash at any of its steps")
    func interruptedErasure() throws {
        let folder = try library()
        let names = ["00000001.lkv", "00000001.lkc"]
        let before = try names.map { try read(folder, $0) }
        let segments = try SegmentFixture.open(folder, [1: 40])
        try segments.erase([VectorLocation(segment: 1, row: 20), VectorLocation(segment: 1, row: 30)])
        let after = try names.map { try read(folder, $0) }
        let (record, bits) = (64..<80, before[1].count - 125..<before[1].count)
        func side(coming: Bool, bits hasBits: Int) -> [UInt8] {
            var out = before[1]
            if coming { for i in 0..<8 { out[record.lowerBound + 8 + i] = after[1][record.lowerBound + i] } }
            for i in bits where i - bits.lowerBound < hasBits { out[i] = after[1][i] }
            return out
        }
        func rows(_ count: Int) -> [UInt8] {
            var out = before[0]
            for row in [20, 30].prefix(count) { for i in 0..<96 { out[4096 + row * 96 + i] = 0 } }
            return out
        }
        let states: [(rows: [UInt8], side: [UInt8], erased: Int)] = [
            (rows(0), side(coming: true, bits: 0), 5), (rows(0), side(coming: true, bits: 3), 6),
            (rows(0), side(coming: true, bits: 125), 7), (rows(1), side(coming: true, bits: 125), 7),
            (rows(2), side(coming: true, bits: 125), 7), (rows(2), after[1], 7),
        ]
        for (k, state) in states.enumerated() {
            try write(folder, names[0], state.rows)
            try write(folder, names[1], state.side)
            let opened = try SegmentFixture.open(folder, [1: 40])
            let look = opened.verify()
            #expect(look.isSound && look.erased == state.erased, "state \(k): \(look)")
            #expect(opened.snapshot().liveCount == 40 - state.erased)
        }
    }

    @Test("damage stays visible when rows of its block are erased or appended")
    func damageIsNotBlessed() throws {
        let folder = try library()
        var bytes = try read(folder, "00000001.lkv")
        bytes[4096 + 96 * 3 + 5] ^= 1
        try write(folder, "00000001.lkv", bytes)
        let segments = try SegmentFixture.open(folder, [1: 40])
        #expect(!segments.verify().isSound)
        try segments.erase([VectorLocation(segment: 1, row: 20)])
        #expect(!segments.verify().isSound)
        _ = try segments.append(SegmentFixture.vectors(5, seed: 21))
        segments.commit()
        #expect(!segments.verify().isSound)
    }

    @Test("a full disk loses nothing that was committed, and the next append succeeds")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let segments = try SegmentFixture.open(folder, [:])
            let rows = SegmentFixture.vectors(200, seed: 22)
            let kept = try segments.append(rows.rows(at: 0..<20))
            segments.commit()
            // a limit on the size of files acts as a full disk
            signal(SIGXFSZ, SIG_IGN)
            setFileSizeLimit(4096 + 96 * 60)
            #expect(throws: LikenessError.self) { try segments.append(rows) }
            #expect(throws: LikenessError.self) { try segments.append(rows) }
            setFileSizeLimit(1 << 40)
            #expect(segments.verify().isSound)
            let places = try segments.append(rows)
            segments.commit()
            #expect(places.first?.row == 20)
            let again = try SegmentFixture.open(folder, [1: 220])
            #expect(again.verify().isSound)
            #expect(try again.snapshot().matrix(at: kept + places).row(219) == rows.row(199))
        }
    }
}
