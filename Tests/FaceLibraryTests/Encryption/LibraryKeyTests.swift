import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import Testing

@Suite("The key of a library")
struct LibraryKeyTests {
    private func error(_ body: () throws(LikenessError) -> Void) -> LikenessError.Code? {
        do throws(LikenessError) { try body() } catch { return error.code }
        return nil
    }

    @Test("a key is read back from a file that only its owner can read")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("library.key")
        let key = try LibraryKey.create(path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try LibraryKey.load(path) == key)
        #expect(LibraryKey() != key)
        #expect(error { () throws(LikenessError) in _ = try LibraryKey.create(path) } == .fileExists)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect(error { () throws(LikenessError) in _ = try LibraryKey.load(path) } == .keyExposed)
    }

    @Test("what is printed of a key does not give it away")
    func printed() throws {
        let folder = try TemporaryFolder()
        let key = try LibraryKey.create(folder.file("k"))
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder.file("k"))), as: UTF8.self)
        let secret = try #require(text.split(separator: " ").last).dropLast()
        #expect(secret.count == 64)
        #expect("\(key)" == "library key \(key.id)")
        #expect(!secret.contains(key.id))
    }

    @Test("a broken key file is refused at every cut and change")
    func hostile() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("k")
        _ = try LibraryKey.create(path)
        let good = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        func load(_ bytes: [UInt8]) throws -> LikenessError.Code? {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return error { () throws(LikenessError) in _ = try LibraryKey.load(path) }
        }
        // without the line's end it is still the key
        for length in 0..<(good.count - 1) { #expect(try load(Array(good[..<length])) != nil) }
        for i in 0..<(good.count - 1) {
            var bytes = good
            bytes[i] = bytes[i] == 0x61 ? 0x62 : 0x61
            #expect(try load(bytes) != nil, "byte \(i)")
        }
        #expect(try load(good) == nil)
        #expect(try load([UInt8](repeating: 0x61, count: 1 << 20)) == .fileFormat)
    }

    @Test("a destroyed key is gone, and what it sealed with it")
    func destroy() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("k")
        let crops = CropStore(folder.file("crops"), key: try LibraryKey.create(path))
        let hash = try crops.put([0xFF, 0xD8, 0xFF, 0, 1, 2])
        try LibraryKey.destroy(path)
        #expect(error { () throws(LikenessError) in _ = try LibraryKey.load(path) } == .fileMissing)
        let other = CropStore(folder.file("crops"), key: try LibraryKey.create(path))
        #expect(error { () throws(LikenessError) in _ = try other.get(hash) } == .keyMissing)
    }
}
