import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite struct IVFIndexTests {
    let folder: TemporaryFolder
    let vectors: Matrix
    let flat: FlatIndex

    init() throws {
        folder = try TemporaryFolder()
        let synthetic = try SyntheticIdentities(.easy, rows: 3000, seed: 2)
        vectors = try synthetic.make().vectors
        flat = FlatIndex(vectors, space: synthetic.space)
    }

    @Test func findsTheShareThatItStates() throws {
        let index = try IVFIndex(flat, recall: 0.95)
        #expect(index.count == 3000)
        let queries = vectors.rows(at: Array(stride(from: 0, to: 3000, by: 10)))
        let (got, truth) = (try index.search(queries, k: 10), try flat.search(queries, k: 10))
        let hits = zip(got, truth).reduce(0) { $0 + Set($1.0.map(\.id)).intersection($1.1.map(\.id)).count }
        #expect(Double(hits) / 3000 > 0.93)
        #expect(try index.search(queries, k: 10, threads: 1) == got)
        // all cells: exact, filter and radius too
        let all = try IVFIndex(flat, recall: 1)
        #expect(all.exactness == .exact)
        #expect(try all.search(queries, k: 10) == truth)
        #expect(
            try all.search(queries, k: 7, filter: { $0 % 3 == 1 })
                == flat.search(queries, k: 7, filter: { $0 % 3 == 1 }))
        #expect(try all.within(0.6, of: queries) == flat.within(0.6, of: queries))
    }

    @Test func addsAndRemoves() throws {
        var index = try IVFIndex(flat, recall: 0.9)
        let one = vectors.rows(at: [17])
        #expect(try index.search(one, k: 1)[0][0].id == 17)
        let before = index
        #expect(try index.remove([17, 99_999]) == 1)
        #expect(try !index.search(one, k: 50)[0].contains { $0.id == 17 })
        #expect(try before.search(one, k: 1)[0][0].id == 17)
        #expect(try index.add(one) == 3000..<3001)
        #expect(try index.search(one, k: 1)[0][0].id == 3000)
        #expect(throws: LikenessError.self) { try index.add(Matrix(rows: 1, columns: 3)) }
        #expect(throws: LikenessError.self) {
            try index.add(Matrix([[Float](repeating: .nan, count: vectors.columns)]))
        }
        #expect(throws: LikenessError.self) { try IVFIndex(FlatIndex(space: flat.space)) }
    }

    @Test func returnsFromItsFileWithoutTheRemoved() throws {
        var index = try IVFIndex(flat, recall: 0.9)
        _ = try index.remove([7])
        try index.write(to: folder.file("i"))
        let back = try IVFIndex(folder.file("i"), expected: flat.space)
        let queries = vectors.rows(at: [1, 2, 7])
        #expect(try back.search(queries, k: 6) == index.search(queries, k: 6))
        #expect(back.exactness == index.exactness && back.count == 2999)
        let file = try InputFile(folder.file("i"))
        let bytes = Data(try file.bytes(at: 0, count: file.size))
        #expect(bytes.range(of: vectors.row(7).withUnsafeBytes { Data($0) }) == nil)
        #expect(bytes.range(of: vectors.row(8).withUnsafeBytes { Data($0) }) != nil)
    }

    @Test func damagedFilesAreRefused() throws {
        let space = EmbeddingSpace(id: "s", dimension: 4, metric: .cosine, normalised: true)
        let small = FlatIndex(NeighbourGraphTests.vectors(6, 4), space: space)
        try IVFIndex(small, recall: 0.9, k: 2).write(to: folder.file("s"))
        let file = try InputFile(folder.file("s"))
        let good = try file.bytes(at: 0, count: file.size)
        let read: (String) throws(LikenessError) -> Void = { (p) throws(LikenessError) in _ = try IVFIndex(p) }
        #expect(try HostileFile.acceptedCuts(good, in: folder, read).isEmpty)
        for at in good.indices {
            var bytes = good
            bytes[at] ^= 0x10
            #expect(try HostileFile.error(bytes, in: folder, read) != nil || good[at] == 0)
        }
        // a flat index is no index in cells, nor the other way round
        try flat.write(to: folder.file("f"))
        #expect(throws: LikenessError.self) { try IVFIndex(folder.file("f")) }
        #expect(throws: LikenessError.self) { try FlatIndex(folder.file("s")) }
    }
}
