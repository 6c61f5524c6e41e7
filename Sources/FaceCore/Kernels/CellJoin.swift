import CKernels
import Synchronization

/// The neighbours of each row among the rows of the cells that it visits, and among the rows that visit its own: an
/// inverted file joined with itself.
///
/// The rows of a cell meet each other and those that visit it; a pair that visits each other meets in the lower cell only.
/// What is listed is exact among the pairs that meet, and the same for every number of threads.
package struct CellJoin: Sendable {
    package var k: Int
    package var floor: Float = -.infinity
    package var threads: Int = availableThreads()
    /// Counts pairs of rows.
    package var progress: ProgressMeter?
    package var cancellation: Cancellation?

    package init(k: Int) { self.k = k }

    /// Joins all cells of rows whose codes are kept. Throws `cancelled`. Memory: 16k + 600 bytes a row.
    package func run(
        _ codes: PackedRows, cells: Int, visits: CellVisits
    ) throws(LikenessError) -> NeighbourJoin.Result {
        let n = codes.count
        var join = NeighbourJoin(k: k)
        (join.threads, join.cancellation) = (threads, cancellation)
        guard n > 0, k > 0 else { return NeighbourJoin.Result(indices: [], similarities: []) }
        let shared = SharedLists(codes, CandidateLists(codes, against: codes, k: k, floor: floor, isShort: true))
        let (members, visitors) = visits.rows(of: cells)
        try parallelFor(cells, threads: threads, cancellation: cancellation) { (c) throws(LikenessError) in
            guard !members[c].isEmpty else { return }
            meet(members[c], visitors[c], cell: c, visits, codes, shared)
            let m = members[c].count
            progress?.advance(by: m * (m - 1) / 2 + m * visitors[c].count)
        }
        // cell by cell: neighbours are then in the caches
        return try join.rank(codes, codes, shared.lists, sequence: members.flatMap { $0 })
    }

    private func meet(
        _ members: [UInt32], _ visitors: [UInt32], cell: Int, _ visits: CellVisits, _ codes: PackedRows,
        _ shared: SharedLists
    ) {
        let others = members.count + visitors.count
        let home = PackedRows(gathering: members, of: codes)
        let own = CandidateLists(
            gathering: members, of: shared.lists, others: others, reach: shared.reach, cell: cell, visits: visits)
        var (h, ownLists) = (home.operand, own.lists)
        let block = PackedRows.largestBlock
        for b in stride(from: 0, to: members.count, by: block) {
            let n = min(block, members.count - b)
            ck_join(&h, 0, members.count, &h, b, n, &ownLists, nil, true)
        }
        if !visitors.isEmpty {
            let guests = PackedRows(gathering: visitors, of: codes, right: false)
            let lists = CandidateLists(
                gathering: visitors, of: shared.lists, others: members.count, reach: shared.reach, cell: cell,
                visits: visits)
            var (g, guestLists) = (guests.operand, lists.lists)
            for b in stride(from: 0, to: members.count, by: block) {
                let n = min(block, members.count - b)
                ck_join(&g, 0, visitors.count, &h, b, n, &guestLists, &ownLists, false)
            }
            shared.merge(lists, visitors)
        }
        shared.merge(own, members)
    }
}

/// The lists of all rows, which the joins of several cells fill.
private struct SharedLists: @unchecked Sendable {
    let codes: PackedRows
    let lists: CandidateLists
    private let locks: [StripeLock]

    /// Rows that share a lock.
    private static let stripe = 256

    init(_ codes: PackedRows, _ lists: CandidateLists) {
        (self.codes, self.lists) = (codes, lists)
        locks = (0...codes.count / SharedLists.stripe).map { _ in StripeLock() }
    }

    /// What a further neighbour of a row must reach.
    func reach(_ row: Int) -> Float {
        locks[row / SharedLists.stripe].mutex.withLock { _ in lists.lists.reach[row] }
    }

    func merge(_ found: CandidateLists, _ rows: [UInt32]) {
        var (all, own, from) = (lists.lists, codes.operand, found.lists)
        for (place, row) in rows.enumerated() {
            locks[Int(row) / SharedLists.stripe].mutex.withLock { _ in
                ck_merge(&all, &own, Int(row), &own, &from, place)
            }
        }
    }
}

private final class StripeLock: Sendable {
    let mutex = Mutex(())
}
