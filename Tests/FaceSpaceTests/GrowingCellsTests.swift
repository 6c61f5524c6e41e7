import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite("Approximate search of growing rows")
struct GrowingCellsTests {
    private let options = IncrementalOptions(
        similarity: 0.45, minimumPoints: 2, merge: 0.6, confirm: 0.4, releaseVariance: 0.7, recall: 0.95)

    private func album(_ count: Int, seed: UInt64 = 1) -> Matrix {
        var people = SyntheticPeople(seed: seed)
        let (vectors, _) = people.album([Int](repeating: 10, count: count / 10))
        var random = SeededRandom(seed: seed)
        return Matrix(vectors.shuffled(using: &random))
    }

    private func grown(_ rows: Matrix, recall: Double, threads: Int = 2) throws -> GrowingVectors {
        var v = GrowingVectors(dimension: 128, metric: .cosine, recall: recall)
        for start in stride(from: 0, to: rows.rows, by: 1500) {
            let part = rows.rows(at: start..<min(rows.rows, start + 1500))
            try v.append(part, threads: threads)
            _ = try v.within(0.45, of: part, threads: threads)
        }
        return v
    }

    private func grouping(_ rows: Matrix, recall: Double, batch: Int, threads: Int = 2) throws -> (
        grouping: IncrementalGrouping, last: GroupingChange
    ) {
        var own = options
        own.recall = recall
        var g = try IncrementalGrouping(space: SyntheticPeople.space, options: own)
        var last = GroupingChange(rows: 0..<0)
        for start in stride(from: 0, to: rows.rows, by: batch) {
            last = try g.insert(rows.rows(at: start..<min(rows.rows, start + batch)), threads: threads)
        }
        return (g, last)
    }

    @Test("the recall that was asked for is met, with a fraction of the comparisons, by any number of threads")
    func recall() throws {
        let rows = album(9000)
        var (exact, cells) = (try grown(rows, recall: 1), try grown(rows, recall: 0.95))
        _ = (exact.takeWork(), cells.takeWork())
        let queries = rows.rows(at: stride(from: 0, to: 9000, by: 7).map { $0 })
        let truth = try exact.within(0.45, of: queries, threads: 2)
        let found = try cells.within(0.45, of: queries, threads: 2)
        let (all, some) = (truth.reduce(0) { $0 + $1.count }, found.reduce(0) { $0 + $1.count })
        for q in truth.indices { #expect(Set(found[q]).isSubset(of: truth[q]), "a row that is not in reach") }
        #expect(Double(some) >= 0.93 * Double(all), "\(some) of \(all)")
        let (a, b) = (exact.takeWork(), cells.takeWork())
        #expect(b.rows + b.centres < a.rows / 3, "\(b) instead of \(a)")
        var single = try grown(rows, recall: 0.95, threads: 1)
        #expect(try single.within(0.45, of: queries, threads: 1) == found)
    }

    @Test("erased rows are not found, all others are where nothing was calibrated")
    func erases() throws {
        let rows = album(2000)
        var v = try grown(rows, recall: 0.5)
        var exact = try grown(rows, recall: 1)
        let gone = Set(stride(from: 0, to: 2000, by: 3))
        v.erase(gone)
        let truth = try exact.within(0.45, of: rows, threads: 2).map { $0.filter { !gone.contains(Int($0.row)) } }
        #expect(try v.within(0.45, of: rows, threads: 2) == truth)
    }

    @Test("groups found by the edges of what was found hardly differ from exact ones, by any number of threads")
    func groups() throws {
        let rows = album(12_000, seed: 5)
        let exact = try grouping(rows, recall: 1, batch: 3000).grouping
        let (found, last) = try grouping(rows, recall: 0.99, batch: 3000)
        #expect((found.measuredRecall ?? 0) > 0.98)
        let share = Double(found.edgeCount) / Double(exact.edgeCount)
        #expect(share > 0.98 && share <= 1, "\(share) of the edges")
        func canonical(_ g: IncrementalGrouping) -> [Int] { Grouping.numbered(g.groups.map(Int.init)) }
        let (a, b) = (canonical(exact), canonical(found))
        var homes: [Int: [Int: Int]] = [:]
        for (x, y) in zip(a, b) { homes[x, default: [:]][y, default: 0] += 1 }
        let moved = homes.values.reduce(0) { $0 + $1.values.reduce(0, +) - ($1.values.max() ?? 0) }
        #expect(moved < 120, "\(moved) of 12,000 rows are not with their group")
        #expect(last.comparedRows > 0 && last.comparedCentres > 0)
        let single = try grouping(rows, recall: 0.99, batch: 3000, threads: 1).grouping
        #expect(single.groups == found.groups)
    }

    @Test("a person whose rows all come at once is found by the rows that came with them")
    func arrivesTogether() throws {
        let rows = album(8000, seed: 6)
        var people = SyntheticPeople(seed: 77)
        let (crowd, _) = people.album([Int](repeating: 40, count: 100))
        var g = try grouping(rows, recall: 0.95, batch: 4000).grouping
        let edges = g.edgeCount
        try g.insert(Matrix(crowd))
        let fresh = g.edgeCount - edges
        var exact = GrowingVectors(dimension: 128, metric: .cosine)
        try exact.append(Matrix(crowd))
        let truth = try exact.within(0.45, of: Matrix(crowd), threads: 2).reduce(0) { $0 + $1.count - 1 } / 2
        #expect(Double(fresh) > 0.95 * Double(truth), "\(fresh) of \(truth)")
    }

    @Test("what is compared with a new row hardly grows with the library")
    func work() throws {
        func compared(_ library: Int) throws -> Double {
            let last = try grouping(album(library, seed: 8), recall: 0.95, batch: library / 10).last
            return Double(last.comparedRows + last.comparedCentres) / Double(last.rows.count)
        }
        let (small, large) = (try compared(10_000), try compared(40_000))
        #expect(large < 1.5 * small, "\(small) at 10,000, \(large) at 40,000")
    }

    @Test("a state that is opened again goes on as if it had stayed open")
    func reopens() throws {
        let folder = try TemporaryFolder()
        let rows = album(7000, seed: 3)
        func steps(_ reopen: Bool, _ name: String) throws -> [Int64] {
            var store: GroupingStore? = try GroupingStore.create(
                folder.file(name), space: SyntheticPeople.space, options: options)
            for start in stride(from: 0, to: 7000, by: 1000) {
                try store?.insert(rows.rows(at: start..<start + 1000))
                if start == 5000 { try store?.remove(Array(stride(from: 0, to: 6000, by: 11))) }
                guard reopen else { continue }
                if start % 2000 == 0 { try store?.checkpoint() }
                store = nil
                store = try GroupingStore.open(folder.file(name))
            }
            #expect((store?.grouping.measuredRecall ?? 0) > 0.9)
            return store?.grouping.groups ?? []
        }
        #expect(try steps(true, "a") == steps(false, "b"))
    }

    @Test("a state with the cells of version 2 is read and goes on")
    func olderCells() throws {
        let folder = try TemporaryFolder()
        let state = folder.file("s")
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: "\(TestData.packageFolder)/Tests/Fixtures/grouping-state-2.state",
            toPath: "\(state)/snapshot-2.state"
        )
        var store: GroupingStore? = try GroupingStore.open(state)
        let before = try #require(store?.grouping)
        #expect(before.count == 120 && before.isLive.count { $0 } == 118 && Set(before.groups).count == 6)
        #expect(before.groups[5] == -1 && before.groups[17] == -1 && before.options.recall == 0.9)
        var random = SeededRandom(seed: 1)
        let rows = Matrix(
            (0..<5000).map { _ in SyntheticPeople.unit((0..<16).map { _ in Float.random(in: -1...1, using: &random) }) }
        )
        try store?.insert(rows)
        store = nil
        let after = try GroupingStore.open(state).grouping
        #expect(after.count == 5120 && after.isLive.count { $0 } == 5118)
    }
}
