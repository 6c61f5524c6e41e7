import FaceCore
import Testing

@Suite struct CellJoinTests {
    /// All pairs of rows of which one visits the home of the other, and no others.
    static func plain(_ m: Matrix, _ cells: [UInt32], width: Int, k: Int, floor: Float) -> NeighbourJoin.Result {
        var out = NeighbourJoin.Result(indices: [], similarities: [])
        func visits(_ i: Int, _ j: Int) -> Bool { cells[i * width..<(i + 1) * width].contains(cells[j * width]) }
        for i in 0..<m.rows {
            let all = (0..<m.rows).filter { $0 != i && (visits(i, $0) || visits($0, i)) }
                .map { (m.dot(i, m, $0), Int32($0)) }
            let best = all.filter { $0.0 >= floor }.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.prefix(k)
            out.indices += best.map(\.1) + [Int32](repeating: -1, count: k - best.count)
            out.similarities += best.map(\.0) + [Float](repeating: -.infinity, count: k - best.count)
        }
        return out
    }

    static func codes(_ m: Matrix, level: KernelLevel = .current) throws -> PackedRows {
        try PackedRows(m, kind: .int8, left: false, right: false, keepsCodes: true, level: level)
    }

    /// Rows of all kinds, some cells of many rows, one of none, every level and number of threads.
    @Test(arguments: [1, 2, 4])
    func listsExactlyThePairsThatMeet(_ width: Int) throws {
        let m = NeighbourJoinTests.mixed(1300, 33, seed: 11)
        var random = SeededRandom(seed: UInt64(width))
        var cells: [UInt32] = []
        for _ in 0..<m.rows {
            var own: [UInt32] = []
            while own.count < width {
                let cell = UInt32.random(in: 0..<3, using: &random) * UInt32.random(in: 0..<4, using: &random)
                if !own.contains(cell) { own.append(cell) }
            }
            // a row need not use all of its visits
            let kept = Int.random(in: 1...width, using: &random)
            cells += own[..<kept] + [UInt32](repeating: .max, count: width - kept)
        }
        for (k, floor) in [(1, -Float.infinity), (6, -Float.infinity), (40, 0.2), (1400, -Float.infinity)] {
            let expected = CellJoinTests.plain(m, cells, width: width, k: k, floor: floor)
            for level in KernelLevel.allCases where level.isSupported {
                for threads in [1, 4] {
                    var join = CellJoin(k: k)
                    join.floor = floor
                    join.threads = threads
                    let got = try join.run(
                        CellJoinTests.codes(m, level: level), cells: 8, visits: CellVisits(cells: cells, width: width))
                    #expect(got.indices == expected.indices, "k \(k), \(level), \(threads) threads")
                    #expect(got.similarities == expected.similarities, "k \(k), \(level), \(threads) threads")
                }
            }
        }
    }

    @Test func aCancelledJoinThrows() throws {
        let m = NeighboursTests.sphere(300, 8, seed: 1)
        var join = CellJoin(k: 3)
        join.cancellation = Cancellation()
        join.cancellation?.cancel()
        #expect(throws: LikenessError(.cancelled, "the job was cancelled")) {
            try join.run(
                CellJoinTests.codes(m), cells: 1,
                visits: CellVisits(cells: [UInt32](repeating: 0, count: 300), width: 1))
        }
    }
}

@Suite struct CellTreeTests {
    /// Rows around centres.
    static func people(_ people: Int, _ photos: Int, _ d: Int, seed: UInt64) -> Matrix {
        let (centres, noise) = (
            NeighboursTests.sphere(people, d, seed: seed), NeighboursTests.sphere(people * photos, d, seed: seed + 1)
        )
        var m = Matrix(rows: people * photos, columns: d)
        for i in 0..<m.rows { m.setRow(i, zip(centres.row(i % people), noise.row(i)).map { $0 + 0.7 * $1 }) }
        m.normaliseRows()
        return m
    }

    /// Hardly a row is led astray, and what is found is what the centres say.
    @Test func findsTheNearestCells() throws {
        let m = CellTreeTests.people(150, 40, 96, seed: 3)
        let codes = try CellJoinTests.codes(m)
        let tree = try CellTree(of: codes, count: 100, seed: 5, threads: 2)
        let found = try tree.nearest(codes, (0..<6000).map { $0 }, width: 3, threads: 2)
        var wrong = 0
        for i in stride(from: 0, to: 6000, by: 7) {
            let all = (0..<100).map { m.dot(i, tree.centres, $0) }
            for t in 0..<3 {
                let cell = Int(found.cells[3 * i + t])
                #expect(abs(found.similarities[3 * i + t] - all[cell]) < 0.02)
            }
            #expect(Set(found.cells[3 * i..<3 * i + 3]).count == 3)
            #expect(found.similarities[3 * i] >= found.similarities[3 * i + 1])
            wrong += (all.max() ?? 0) - all[Int(found.cells[3 * i])] > 0.03 ? 1 : 0
        }
        #expect(wrong <= 6000 / 7 / 100)
    }

    /// The same cells at every level, for every number of threads and in any order of rows.
    @Test func isTheSameEverywhere() throws {
        let m = CellTreeTests.people(60, 30, 40, seed: 8)
        let rows = (0..<UInt32(m.rows)).map { $0 }
        var results: [([UInt32], [Float])] = []
        for level in KernelLevel.allCases where level.isSupported {
            for threads in [1, 3] {
                let codes = try CellJoinTests.codes(m, level: level)
                let tree = try CellTree(of: codes, count: 40, seed: 2, threads: threads)
                let found = try tree.nearest(codes, rows, width: 5, threads: threads)
                let turned = try tree.nearest(codes, rows.reversed(), width: 5, threads: threads)
                #expect(Array(turned.cells.suffix(5)) == Array(found.cells.prefix(5)))
                results.append((found.cells, found.similarities))
            }
        }
        for other in results.dropFirst() {
            #expect(other.0 == results[0].0)
            #expect(other.1 == results[0].1)
        }
    }
}
