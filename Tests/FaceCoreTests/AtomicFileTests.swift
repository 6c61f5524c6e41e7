import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct AtomicFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

    @Test func appearsWholeOrNotAtAll() throws {
        let path = folder.file("a")
        do {
            let file = try AtomicFile(path)
            try file.write("half of it")
            #expect(try names().count == 1)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        #expect(try names().isEmpty)
        let file = try AtomicFile(path)
        try file.write("all")
        try file.pad(to: 8)
        try file.write(values: [1, 2] as [UInt16])
        #expect(file.count == 12)
        try file.commit()
        #expect(try names() == ["a"])
        #expect(try InputFile(path).bytes(at: 0, count: 12) == Array("all".utf8) + [0, 0, 0, 0, 0, 1, 0, 2, 0])
    }

    @Test func replacesOnlyWhenAsked() throws {
        let path = folder.file("a")
        try AtomicFile.write([1], to: path)
        #expect(throws: LikenessError.self) { try AtomicFile.write([2], to: path) }
        #expect(try InputFile(path).bytes(at: 0, count: 1) == [1])
        try AtomicFile.write([3], to: path, force: true)
        #expect(try InputFile(path).bytes(at: 0, count: 1) == [3])
        #expect(try names() == ["a"])
    }

    @Test func doesNotReplaceWhatAppearedMeanwhile() throws {
        let path = folder.file("a")
        let file = try AtomicFile(path)
        try file.write("late")
        try AtomicFile.write([7], to: path)
        let error = #expect(throws: LikenessError.self) { try file.commit() }
        #expect(error?.code == .fileExists)
        #expect(try InputFile(path).bytes(at: 0, count: 1) == [7])
        #expect(try names() == ["a"])
    }

    @Test func refusesPlacesThatCannotBe() throws {
        #expect(throws: LikenessError.self) { try AtomicFile(folder.file("no/such/folder")) }
        #expect(throws: LikenessError.self) { try AtomicFile(folder.path, force: true) }
        #expect(throws: LikenessError.self) { try AtomicFile(folder.path + "/") }
        #expect(throws: LikenessError.self) { try AtomicFile("") }
    }

    @Test func aFullDiskIsAnError() throws {
        let file = AtomicFile(descriptor: open("/dev/full", O_WRONLY), path: "/dev/full")
        let error = #expect(throws: LikenessError.self) {
            for _ in 0..<3 { try file.write([UInt8](repeating: 1, count: 1 << 20)) }
        }
        #expect(error?.code == .fileUnwritable)
    }

    @Test func largeWritesArrive() throws {
        let path = folder.file("large")
        let file = try AtomicFile(path)
        var sum = SHA256()
        for size in [1, 1 << 20, 3, (1 << 20) - 1, 2, 5 << 20, 0, 7] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) }
            sum.update(bytes)
            try file.write(bytes)
        }
        try file.commit()
        #expect(try SHA256.hex(ofFile: path) == sum.hex())
    }
}
