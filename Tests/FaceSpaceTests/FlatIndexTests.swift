import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite struct FlatIndexTests {
    let folder: TemporaryFolder
    let space = EmbeddingSpace(id: "s-1", dimension: 24, metric: .cosine, normalised: true)

    init() throws { folder = try TemporaryFolder() }

    static func plain(
        _ index: FlatIndex, _ queries: Matrix, k: Int, floor: Float = -.infinity,
        _ filter: (Int64) -> Bool = { _ in true }
    ) -> [[FlatIndex.Hit]] {
        (0..<queries.rows).map { q in
            let all = (0..<index.count).filter { filter(index.ids[$0]) }.map {
                FlatIndex.Hit(id: index.ids[$0], similarity: queries.dot(q, index.vectors, $0))
            }
            return Array(
                all.filter { $0.similarity >= floor }
                    .sorted { $0.similarity != $1.similarity ? $0.similarity > $1.similarity : $0.id < $1.id }.prefix(k)
            )
        }
    }

    @Test func findsExactlyWhatAPlainSearchFinds() throws {
        var index = FlatIndex(space: space)
        try index.add(NeighbourGraphTests.vectors(2500))
        for queries in [1, 3, 200] {
            let q = NeighbourGraphTests.vectors(queries, seed: 9)
            for threads in [1, 4] {
                #expect(try index.search(q, k: 10, threads: threads) == FlatIndexTests.plain(index, q, k: 10))
                #expect(
                    try index.search(q, k: 10, filter: { $0 % 7 == 3 }, threads: threads)
                        == FlatIndexTests.plain(index, q, k: 10) { $0 % 7 == 3 })
                #expect(
                    try index.search(q, k: 3000, floor: 0.4, threads: threads)
                        == FlatIndexTests.plain(index, q, k: 3000, floor: 0.4))
            }
            #expect(
                try index.within(0.1, of: q) == FlatIndexTests.plain(index, q, k: 2500, floor: 0.1))
            #expect(
                try index.search(q, k: 5, filter: { _ in false }) == [[FlatIndex.Hit]](repeating: [], count: queries))
        }
    }

    @Test func addsAndRemoves() throws {
        var index = FlatIndex(space: space)
        let m = NeighbourGraphTests.vectors(30)
        #expect(try index.add(m) == 0..<30)
        try index.prepare()
        let before = index
        #expect(index.remove([3, 4, 99]) == 2)
        #expect(index.remove([3]) == 0)
        #expect(index.count == 28 && before.count == 30)
        let one = m.rows(at: [3])
        #expect(try before.search(one, k: 1)[0][0].id == 3)
        #expect(try !index.search(one, k: 28)[0].contains { $0.id == 3 })
        // ids are not given twice
        #expect(try index.add(one) == 30..<31)
        #expect(try index.search(one, k: 1)[0][0].id == 30)
        #expect(throws: LikenessError.self) { try index.add(Matrix(rows: 1, columns: 3)) }
        #expect(throws: LikenessError.self) { try index.add(Matrix([[Float](repeating: .nan, count: 24)])) }
        #expect(throws: LikenessError.self) { try index.search(Matrix(rows: 1, columns: 3), k: 1) }
        #expect(index.count == 29)
        #expect(try FlatIndex(space: space).search(one, k: 4) == [[]])
    }

    @Test func returnsFromItsFileWithoutTheRemoved() throws {
        var index = FlatIndex(space: space)
        let m = NeighbourGraphTests.vectors(40)
        try index.add(m)
        index.remove([7])
        try index.write(to: folder.file("i"))
        var back = try FlatIndex(folder.file("i"), expected: space)
        let q = NeighbourGraphTests.vectors(5, seed: 4)
        #expect(try back.search(q, k: 6) == index.search(q, k: 6))
        #expect(try back.add(m.rows(at: [7])) == 40..<41)
        let file = try InputFile(folder.file("i"))
        let bytes = try file.bytes(at: 0, count: file.size)
        #expect(!Data(bytes).contains(row: m.row(7)))
        #expect(Data(bytes).contains(row: m.row(8)))
        let empty = FlatIndex(space: space)
        try empty.write(to: folder.file("e"))
        #expect(try FlatIndex(folder.file("e")).count == 0)
    }

    @Test func damagedFilesAreRefused() throws {
        var index = FlatIndex(space: space)
        try index.add(NeighbourGraphTests.vectors(3))
        try index.write(to: folder.file("i"))
        let file = try InputFile(folder.file("i"))
        let good = try file.bytes(at: 0, count: file.size)
        let read: (String) throws(LikenessError) -> Void = { (p) throws(LikenessError) in _ = try FlatIndex(p) }
        #expect(try HostileFile.acceptedCuts(good, in: folder, read).isEmpty)
        for at in good.indices {
            var bytes = good
            bytes[at] ^= 0x10
            #expect(try HostileFile.error(bytes, in: folder, read) != nil || good[at] == 0)
        }
        let other = EmbeddingSpace(id: "other", dimension: 24, metric: .cosine, normalised: true)
        #expect(throws: LikenessError.self) { try FlatIndex(folder.file("i"), expected: other) }
    }
}

extension Data {
    fileprivate func contains(row: [Float]) -> Bool { range(of: row.withUnsafeBytes { Data($0) }) != nil }

    @Test func aEuclideanSpaceIsRefused() throws {
        let space = EmbeddingSpace(id: "e-24", dimension: 24, metric: .euclidean, normalised: false)
        let rows = NeighbourGraphTests.vectors(60)
        let index = FlatIndex(rows, space: space)
        let error = #expect(throws: LikenessError.self) { try index.search(rows, k: 3) }
        #expect(error?.code == .spaceMismatch)
        #expect(throws: LikenessError.self) { try IVFIndex(index) }
        #expect(throws: LikenessError.self) {
            try NeighbourShard.find(rows, rows: 0..<60, rows, columns: 0..<60, k: 3, space: space)
        }
    }
}
