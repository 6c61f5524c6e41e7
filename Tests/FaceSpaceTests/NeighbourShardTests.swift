import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite struct NeighbourShardTests {
    let folder: TemporaryFolder
    let space = EmbeddingSpace(id: "s-1", dimension: 24, metric: .cosine, normalised: true)

    init() throws { folder = try TemporaryFolder() }

    private func shard(_ m: Matrix, _ a: Range<Int>, _ b: Range<Int>, k: Int) throws -> NeighbourShard {
        try NeighbourShard.find(
            m.rows(at: Array(a)), rows: a, m.rows(at: Array(b)), columns: b, k: k, floor: 0.05, space: space)
    }

    /// One machine is 1, 4 and 9 blocks, merged in any order and through files.
    @Test(arguments: [1, 2, 3, 7])
    func anyCutGivesTheWhole(_ parts: Int) throws {
        var m = NeighbourGraphTests.vectors(210)
        for i in 0..<210 where i % 5 == 0 { m.setRow(i, m.row(3)) }
        let whole = try NeighbourGraph.exact(of: m, space: space, k: 12, floor: 0.05)
        let ranges = (0..<parts).map { 210 * $0 / parts..<210 * ($0 + 1) / parts }
        var random = SeededRandom(seed: UInt64(parts))
        let stacked = try ranges.shuffled(using: &random).map { rows in
            var sum = NeighbourShard(rows: rows, k: 12, floor: 0.05, space: space.id)
            for columns in ranges.shuffled(using: &random) {
                let part = try shard(m, rows, columns, k: 12)
                try part.write(to: folder.file("p"), force: true)
                let back = try NeighbourShard(folder.file("p"))
                #expect(back == part)
                sum = try sum.merged(with: back)
            }
            return sum
        }
        #expect(NeighbourGraphTests.same(try NeighbourGraph(stacking: stacked, rows: 210), whole))
    }

    @Test func twoFilesGiveAShard() throws {
        let m = NeighbourGraphTests.vectors(50)
        let (a, b) = (folder.file("a.npy"), folder.file("b.npy"))
        try VectorFile.write(m.rows(at: Array(0..<20)), space: space, to: a)
        try VectorFile.write(m.rows(at: Array(20..<50)), space: space, to: b)
        let found = try NeighbourShard.find(a, first: 0, b, firstColumn: 20, k: 4, floor: 0.05)
        #expect(found == (try shard(m, 0..<20, 20..<50, k: 4)))
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let m = NeighbourGraphTests.vectors(40)
        let a = try shard(m, 0..<20, 0..<20, k: 3)
        #expect(throws: LikenessError.self) { try a.merged(with: a) }
        #expect(throws: LikenessError.self) { try a.merged(with: shard(m, 20..<40, 20..<40, k: 3)) }
        #expect(throws: LikenessError.self) { try NeighbourGraph(stacking: [a], rows: 40) }
        #expect(throws: LikenessError.self) { try NeighbourGraph(stacking: [], rows: 3) }
        #expect(throws: LikenessError.self) {
            try NeighbourShard.find(m, rows: 0..<39, m, columns: 0..<40, k: 3, space: space)
        }
    }

    @Test func damagedFilesAreRefused() throws {
        try shard(NeighbourGraphTests.vectors(6), 0..<3, 3..<6, k: 2).write(to: folder.file("p"))
        let file = try InputFile(folder.file("p"))
        let good = try file.bytes(at: 0, count: file.size)
        let read: (String) throws(LikenessError) -> Void = { (p) throws(LikenessError) in _ = try NeighbourShard(p) }
        #expect(try HostileFile.acceptedCuts(good, in: folder, read).isEmpty)
        for at in good.indices {
            var bytes = good
            bytes[at] ^= 0x10
            #expect(try HostileFile.error(bytes, in: folder, read) != nil || good[at] == 0)
        }
    }
}
