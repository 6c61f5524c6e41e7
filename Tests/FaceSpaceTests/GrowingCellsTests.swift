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

    @Test("the recall that was asked for is met, with a fraction of the comparisons, by any number of threads")
    func recall() throws {
        let rows = album(9000)
        var (exact, cells) = (try grown(rows, recall: 1), try grown(rows, recall: 0.95))
        _ = (exact.takeCompared(), cells.takeCompared())
        let queries = rows.rows(at: stride(from: 0, to: 9000, by: 7).map { $0 })
        let truth = try exact.within(0.45, of: queries, threads: 2)
        let found = try cells.within(0.45, of: queries, threads: 2)
        let (all, some) = (truth.reduce(0) { $0 + $1.count }, found.reduce(0) { $0 + $1.count })
        for q in truth.indices { #expect(Set(found[q]).isSubset(of: truth[q]), "a row that is not in reach") }
        #expect(Double(some) >= 0.93 * Double(all), "\(some) of \(all)")
        let (a, b) = (exact.takeCompared(), cells.takeCompared())
        #expect(b < a * 2 / 3, "\(b) comparisons instead of \(a)")
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
}
