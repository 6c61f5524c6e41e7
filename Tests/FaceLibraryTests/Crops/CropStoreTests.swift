import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("Crops by their content")
struct CropStoreTests {
    /// Bytes that begin as a JPEG does.
    private func jpeg(_ seed: UInt8, count: Int = 2000) -> [UInt8] {
        var random = SeededRandom(seed: UInt64(seed))
        return [0xFF, 0xD8, 0xFF, 0xE0] + (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    private func error(_ body: () throws(LikenessError) -> Void) -> LikenessError.Code? {
        do throws(LikenessError) { try body() } catch { return error.code }
        return nil
    }

    @Test("a crop comes back, once kept, by its hash", arguments: [false, true])
    func roundTrip(isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let store = CropStore(folder.file("crops"), key: isSealed ? LibraryKey() : nil)
        let hash = try store.put(jpeg(1))
        #expect(hash == SHA256.hex(of: jpeg(1)))
        #expect(try store.put(jpeg(1)) == hash)
        #expect(try store.get(hash) == jpeg(1))
        #expect(try store.hashes() == [hash])
        #expect(
            try store.path(of: hash).hasSuffix("crops/\(hash.prefix(2))/\(hash.dropFirst(2).prefix(2))/\(hash).jpg"))
        #expect(SegmentFixture.contains(folder, Data(jpeg(1)[500..<600])) == !isSealed)
        #expect(try store.remove(hash))
        #expect(try !store.remove(hash))
        #expect(error { () throws(LikenessError) in _ = try store.get(hash) } == .fileMissing)
    }

    @Test("a changed, cut or swapped file is found", arguments: [false, true])
    func damage(isSealed: Bool) throws {
        let folder = try TemporaryFolder()
        let store = CropStore(folder.path, key: isSealed ? LibraryKey() : nil)
        let (a, b) = (try store.put(jpeg(1)), try store.put(jpeg(2)))
        let path = URL(fileURLWithPath: try store.path(of: a))
        let good = try Data(contentsOf: path)
        for i in [0, 7, 9, 20, 700, good.count - 1] {
            var bytes = good
            bytes[i] ^= 4
            try bytes.write(to: path)
            #expect(error { () throws(LikenessError) in _ = try store.get(a) } != nil, "byte \(i)")
        }
        for length in [0, 1, 8, 16, 44, good.count - 1] {
            try good.prefix(length).write(to: path)
            #expect(error { () throws(LikenessError) in _ = try store.get(a) } == .fileDamaged)
        }
        try Data(contentsOf: URL(fileURLWithPath: store.path(of: b))).write(to: path)
        #expect(error { () throws(LikenessError) in _ = try store.get(a) } == .fileDamaged)
        // keeping it again mends it
        try store.put(jpeg(1))
        #expect(try store.get(a) == jpeg(1))
    }

    @Test("hashes that are no hashes never become paths")
    func paths() throws {
        let store = CropStore("/nowhere")
        let names = ["", "../../etc/passwd", String(repeating: "A", count: 64), String(repeating: "a", count: 63)]
        for name in names + [String(repeating: "../", count: 21) + "a", String(repeating: "é", count: 32)] {
            #expect(error { () throws(LikenessError) in _ = try store.get(name) } == .badData)
            #expect(error { () throws(LikenessError) in try store.remove(name) } == .badData)
        }
        #expect(error { () throws(LikenessError) in try store.put([1, 2, 3]) } == .badData)
    }

    @Test("a sealed crop needs its key; open ones stay readable once a key is used, and are sealed when put again")
    func keys() throws {
        let folder = try TemporaryFolder()
        let key = LibraryKey()
        let (open, sealed) = (CropStore(folder.path), CropStore(folder.path, key: key))
        let a = try open.put(jpeg(1))
        #expect(try sealed.get(a) == jpeg(1))
        try sealed.put(jpeg(1))
        #expect(error { () throws(LikenessError) in _ = try open.get(a) } == .keyMissing)
        let other = CropStore(folder.path, key: LibraryKey())
        #expect(error { () throws(LikenessError) in _ = try other.get(a) } == .keyMissing)
        #expect(try sealed.get(a) == jpeg(1))
    }

    @Test("a sweep removes what nothing refers to, but not what is young")
    func sweep() throws {
        let folder = try TemporaryFolder()
        let store = CropStore(folder.path)
        let hashes = try (1...6).map { try store.put(jpeg(UInt8($0))) }
        let part = try store.path(of: hashes[0]).dropLast(4) + ".part"
        try Data([1]).write(to: URL(fileURLWithPath: String(part)))
        let early = try store.sweep(keeping: [])
        #expect(early.kept == 7 && early.removed == 0)
        let swept = try store.sweep(keeping: Set(hashes[0..<4]), olderThan: -1)
        #expect(swept.kept == 4 && swept.removed == 3 && swept.removedBytes == 2 * 2004 + 1)
        #expect(try store.hashes() == hashes[0..<4].sorted())
    }

    @Test("two threads that keep the same crop at once both succeed")
    func concurrency() throws {
        let folder = try TemporaryFolder()
        let store = CropStore(folder.path)
        DispatchQueue.concurrentPerform(iterations: 16) { k in
            _ = try? store.put(jpeg(UInt8(k % 4)))
        }
        #expect(try store.hashes().count == 4)
        for hash in try store.hashes() { #expect(throws: Never.self) { try store.get(hash) } }
    }
}
