import FaceCore
import Testing

@Suite struct EuclideanJoinTests {
    static func plain(_ m: Matrix, k: Int, farthest: Float) -> NeighbourJoin.Result {
        var out = NeighbourJoin.Result(indices: [], similarities: [])
        for i in 0..<m.rows {
            let all = (0..<m.rows).filter { $0 != i }.map {
                (-m.squaredDistance(i, m, $0).squareRoot(), Int32($0))
            }
            let best = all.filter { $0.0 >= -farthest }.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.prefix(k)
            out.indices += best.map(\.1) + [Int32](repeating: -1, count: k - best.count)
            out.similarities += best.map(\.0) + [Float](repeating: -.infinity, count: k - best.count)
        }
        return out
    }

    /// Rows of many lengths, copies and zeros; the answer is that of all distances, for every number of threads.
    @Test(arguments: [(2, 3), (60, 8), (500, 24), (900, 128)])
    func equalsThePlainSearch(_ n: Int, _ d: Int) throws {
        let m = NeighbourJoinTests.mixed(n, d, seed: UInt64(n))
        for (k, farthest) in [(1, Float.infinity), (7, 1.2), (n - 1, .infinity)] {
            let expected = EuclideanJoinTests.plain(m, k: k, farthest: farthest)
            for threads in [1, 3] {
                var join = EuclideanJoin(k: k)
                join.farthest = farthest
                join.threads = threads
                let got = try join.selfJoin(m)
                #expect(got.indices == expected.indices, "n \(n) d \(d) k \(k)")
                #expect(got.similarities == expected.similarities, "n \(n) d \(d) k \(k)")
            }
        }
    }

    @Test func refusesNumbersThatAreNone() {
        #expect(throws: LikenessError.self) { try EuclideanJoin(k: 1).selfJoin(Matrix([[1, 0], [.nan, 1]])) }
    }

    /// Far from the origin the common part of all rows must not drown their distances.
    @Test func rowsFarFromTheOriginAreToldApart() throws {
        var m = NeighbourJoinTests.mixed(700, 16, seed: 3)
        for i in 0..<m.rows { m.setRow(i, m.row(i).map { $0 + 300 }) }
        let expected = EuclideanJoinTests.plain(m, k: 9, farthest: .infinity)
        let got = try EuclideanJoin(k: 9).selfJoin(m)
        #expect(got.indices == expected.indices && got.similarities == expected.similarities)
    }
}
