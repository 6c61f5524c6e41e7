import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct NeighboursTests {
    /// n random unit rows of d values.
    static func sphere(_ n: Int, _ d: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        return Matrix(
            (0..<n).map { _ in
                let x = (0..<d).map { _ in Float(random.unit() + random.unit() + random.unit() - 1.5) }
                let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return x.map { $0 / length }
            })
    }

    @Test func ordersBySimilarityThenIndex() throws {
        let m = Matrix([[1, 0], [0, 1], [1, 0], [0.6, 0.8], [1, 0]])
        let (indices, similarities) = try m.topNeighbours(k: 3)
        #expect(indices == [2, 4, 3, 3, 0, 2, 0, 4, 3, 1, 0, 2, 0, 2, 3])
        #expect(similarities[0..<3] == [1, 1, 0.6])
    }

    @Test func leavesPlacesEmptyBelowTheFloor() throws {
        let m = Matrix([[1, 0], [0, 1], [0.6, 0.8]])
        let (indices, similarities) = try m.topNeighbours(k: 5, floor: 0.5)
        #expect(indices == [2, -1, -1, -1, -1, 2, -1, -1, -1, -1, 1, 0, -1, -1, -1])
        #expect(similarities[1] == -.infinity)
    }

    @Test func handlesTheSmallest() throws {
        #expect(try Matrix(rows: 0, columns: 4).topNeighbours(k: 3).indices.isEmpty)
        #expect(try Matrix([[1, 0]]).topNeighbours(k: 2).indices == [-1, -1])
        #expect(try Matrix([[1, 0], [1, 0]]).topNeighbours(k: 0).indices.isEmpty)
    }

    @Test func refusesNumbersThatAreNone() {
        #expect(throws: LikenessError.self) { try Matrix([[1, 0], [.nan, 1]]).topNeighbours(k: 1) }
        #expect(throws: LikenessError.self) { try Matrix([[1, 0], [.infinity, 1]]).topNeighbours(k: 1) }
    }
}

/// The blocked, fused, pruned search against a plain one, over shapes, levels, prefilters and threads.
@Suite struct NeighbourJoinTests {
    static func plain(_ queries: Matrix, _ base: Matrix, k: Int, floor: Float, isSelf: Bool) -> NeighbourJoin.Result {
        var out = NeighbourJoin.Result(indices: [], similarities: [])
        for i in 0..<queries.rows {
            let all = (0..<base.rows).filter { !isSelf || $0 != i }.map { (queries.dot(i, base, $0), Int32($0)) }
            let best = all.filter { $0.0 >= floor }.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.prefix(k)
            out.indices += best.map(\.1) + [Int32](repeating: -1, count: k - best.count)
            out.similarities += best.map(\.0) + [Float](repeating: -.infinity, count: k - best.count)
        }
        return out
    }

    /// Rows of several kinds: groups around centres, exact copies, zeros, rows of other lengths.
    static func mixed(_ n: Int, _ d: Int, seed: UInt64) -> Matrix {
        var random = SeededRandom(seed: seed)
        var m = NeighboursTests.sphere(n, d, seed: seed)
        for i in 0..<n {
            let from = Int(random.next() % UInt64(n))
            switch random.next() % 10 {
            case 0...3: m.setRow(i, zip(m.row(i), m.row(from)).map { 0.3 * $0 + $1 })
            case 4, 5: m.setRow(i, m.row(from))
            case 6: m.setRow(i, m.row(i).map { $0 * 3 })
            case 7 where i % 3 == 0: m.setRow(i, [Float](repeating: 0, count: d))
            default: break
            }
        }
        return m
    }

    @Test(arguments: [(1, 8), (2, 3), (47, 5), (49, 64), (100, 1), (333, 31), (700, 128), (1100, 48)])
    func everyVariantEqualsThePlainSearch(_ n: Int, _ d: Int) throws {
        let m = NeighbourJoinTests.mixed(n, d, seed: UInt64(n * 7 + d))
        for (k, floor) in [(1, -Float.infinity), (5, 0.2), (80, -Float.infinity), (n + 3, 0)] {
            let expected = NeighbourJoinTests.plain(m, m, k: k, floor: floor, isSelf: true)
            for level in KernelLevel.allCases where level.isSupported {
                for (kind, threads) in [(PackedRows.Kind.int8, 1), (.int8, 3), (.float32, 2)] {
                    var join = NeighbourJoin(k: k)
                    join.floor = floor
                    join.level = level
                    join.kind = kind
                    join.threads = threads
                    let got = try join.selfJoin(m)
                    #expect(got.indices == expected.indices, "n \(n) d \(d) k \(k) \(level) \(kind)")
                    #expect(got.similarities == expected.similarities, "n \(n) d \(d) k \(k) \(level) \(kind)")
                }
            }
        }
    }

    @Test func queriesEqualThePlainSearch() throws {
        let base = NeighbourJoinTests.mixed(900, 40, seed: 3)
        let queries = NeighbourJoinTests.mixed(130, 40, seed: 4)
        let expected = NeighbourJoinTests.plain(queries, base, k: 12, floor: 0.1, isSelf: false)
        for kind in [PackedRows.Kind.int8, .float32] {
            var join = NeighbourJoin(k: 12)
            join.floor = 0.1
            join.kind = kind
            let got = try join.join(queries, base: base)
            #expect(got.indices == expected.indices)
            #expect(got.similarities == expected.similarities)
        }
        #expect(throws: LikenessError.self) { try base.topNeighbours(of: Matrix(rows: 2, columns: 3), k: 1) }
    }

    /// A photo imported three thousand times: every list is full of equals, the rule of the lower index decides.
    @Test func thousandsOfCopies() throws {
        let row = NeighboursTests.sphere(1, 96, seed: 5).row(0)
        var m = NeighboursTests.sphere(3000, 96, seed: 6)
        for i in 0..<m.rows where i % 10 != 0 { m.setRow(i, row) }
        let (indices, similarities) = try m.topNeighbours(k: 20)
        let copies = (0..<m.rows).filter { $0 % 10 != 0 }.map(Int32.init)
        for i in copies {
            let expected = copies.prefix(21).filter { $0 != i }.prefix(20)
            #expect(Array(indices[Int(i) * 20..<Int(i) * 20 + 20]) == Array(expected))
        }
        #expect(similarities[20] == similarities[39])
    }

    @Test func aCancelledJoinThrows() {
        var join = NeighbourJoin(k: 3)
        join.cancellation = Cancellation()
        join.cancellation?.cancel()
        #expect(throws: LikenessError(.cancelled, "the job was cancelled")) {
            try join.selfJoin(NeighboursTests.sphere(500, 8, seed: 1))
        }
    }

    @Test func aSingularRowSpoilsNothing() throws {
        var m = NeighboursTests.sphere(400, 64, seed: 8)
        m.setRow(7, [1] + [Float](repeating: 0, count: 63))
        m.setRow(9, [1e-38] + [Float](repeating: 0, count: 63))
        m.setRow(11, [1e17] + [Float](repeating: 1, count: 63))
        let expected = NeighbourJoinTests.plain(m, m, k: 9, floor: -.infinity, isSelf: true)
        let got = try m.topNeighbours(k: 9)
        #expect(got.indices == expected.indices)
        #expect(got.similarities == expected.similarities)
    }
}
