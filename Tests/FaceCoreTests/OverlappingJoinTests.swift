import FaceCore
import Testing

@Suite struct OverlappingJoinTests {
    /// All pairs of rows that share one of their first `overlap` cells, and no others.
    static func plain(_ m: Matrix, _ nearest: [Int32], _ width: Int, _ overlap: Int, k: Int, floor: Float)
        -> NeighbourJoin.Result
    {
        var out = NeighbourJoin.Result(indices: [], similarities: [])
        let cells = (0..<m.rows).map { Set(nearest[$0 * width..<$0 * width + overlap]) }
        for i in 0..<m.rows {
            let all = (0..<m.rows).filter { $0 != i && !cells[$0].isDisjoint(with: cells[i]) }
                .map { (m.dot(i, m, $0), Int32($0)) }
            let best = all.filter { $0.0 >= floor }.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.prefix(k)
            out.indices += best.map(\.1) + [Int32](repeating: -1, count: k - best.count)
            out.similarities += best.map(\.0) + [Float](repeating: -.infinity, count: k - best.count)
        }
        return out
    }

    @Test(arguments: [1, 2, 4])
    func listsExactlyThePairsOfCommonCells(_ overlap: Int) throws {
        let m = NeighbourJoinTests.mixed(1500, 32, seed: 11)
        let cells = try CoarseCells(of: m, count: 20, seed: 3)
        let nearest = try cells.nearest(m, count: 5)
        for (k, floor) in [(6, -Float.infinity), (40, 0.2)] {
            let expected = OverlappingJoinTests.plain(m, nearest, 5, overlap, k: k, floor: floor)
            for threads in [1, 4] {
                var join = OverlappingJoin(k: k)
                join.floor = floor
                join.threads = threads
                let got = try join.run(m, cells: 20, nearest: nearest, width: 5, overlap: overlap)
                #expect(got.indices == expected.indices)
                #expect(got.similarities == expected.similarities)
            }
        }
    }

    @Test func aCancelledJoinThrows() throws {
        let m = NeighboursTests.sphere(300, 8, seed: 1)
        let nearest = try CoarseCells(of: m, count: 4).nearest(m, count: 2)
        var join = OverlappingJoin(k: 3)
        join.cancellation = Cancellation()
        join.cancellation?.cancel()
        #expect(throws: LikenessError(.cancelled, "the job was cancelled")) {
            try join.run(m, cells: 4, nearest: nearest, width: 2, overlap: 2)
        }
    }
}
