import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct VectorFileTests {
    let folder: TemporaryFolder
    let space = EmbeddingSpace(id: "a-1", dimension: 3, metric: .cosine, normalised: true)

    init() throws { folder = try TemporaryFolder() }

    @Test func vectorsKeepTheirSpace() throws {
        let path = folder.file("v.npy")
        try VectorFile.write(Matrix([[1, 0, 0], [0, 1, 0]]), space: space, to: path)
        for mapped in [false, true] {
            let (vectors, found) = try VectorFile.read(path, expected: space, mapped: mapped)
            #expect(found == space)
            #expect(vectors.row(1) == [0, 1, 0])
        }
        #expect(try VectorFile.readCard(path).rows == 2)
        #expect(FileManager.default.fileExists(atPath: folder.file("v.json")))
    }

    @Test func anotherSpaceIsRefused() throws {
        let path = folder.file("v.npy")
        try VectorFile.write(Matrix([[1, 0, 0]]), space: space, to: path)
        let other = EmbeddingSpace(id: "b-1", dimension: 3, metric: .cosine, normalised: true)
        let error = #expect(throws: LikenessError.self) { try VectorFile.read(path, expected: other) }
        #expect(error?.code == .spaceMismatch)
        #expect(throws: LikenessError.self) {
            try VectorFile.write(Matrix([[1, 0]]), space: space, to: folder.file("w.npy"))
        }
    }

    @Test func aChangedFileIsRefused() throws {
        let path = folder.file("v.npy")
        try VectorFile.write(Matrix([[1, 0, 0]]), space: space, to: path)
        try NPY.write(Matrix([[0, 1, 0]]), to: path, force: true)
        let error = #expect(throws: LikenessError.self) { try VectorFile.read(path) }
        #expect(error?.code == .fileChanged)
    }

    @Test func nothingIsReplacedAndNothingHalfWritten() throws {
        let path = folder.file("v.npy")
        try AtomicFile.write([1], to: folder.file("v.json"))
        #expect(throws: LikenessError.self) { try VectorFile.write(Matrix([[1, 0, 0]]), space: space, to: path) }
        #expect(!FileManager.default.fileExists(atPath: path))
        try VectorFile.write(Matrix([[1, 0, 0]]), space: space, to: path, force: true)
        #expect(try VectorFile.read(path).vectors.rows == 1)
    }

    @Test func brokenSideCarsAreRefused() throws {
        let path = folder.file("v.npy")
        try NPY.write(Matrix([[1, 0, 0]]), to: path)
        let missing = #expect(throws: LikenessError.self) { try VectorFile.read(path) }
        #expect(missing?.code == .fileMissing)
        for text in ["", "{}", "[]", "{\"format\":\"x\"}", String(repeating: "[", count: 100_000)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.file("v.json")))
            let error = #expect(throws: LikenessError.self) { try VectorFile.read(path) }
            #expect(error?.code == .fileFormat)
        }
    }
}
