import CKernels
import Synchronization

/// The neighbours of each row among the rows that share one of its cells: an inverted file whose lists overlap.
///
/// Every row lies in the cells of its nearest few centres; each cell is joined with itself, every pair once and in the
/// first cell that both rows have. What is listed is exact among those pairs, and the same for every number of threads.
package struct OverlappingJoin: Sendable {
    package var k: Int
    package var floor: Float = -.infinity
    package var threads: Int = availableThreads()
    /// Counts pairs of rows.
    package var progress: ProgressMeter?
    package var cancellation: Cancellation?

    package init(k: Int) { self.k = k }

    /// Rows handled between two looks at a lock.
    private static let stripe = 256

    /// Joins all cells. `nearest` holds `width` cells a row, of which the first `overlap` count.
    /// Throws `non-finite` with the row, or `cancelled`. Memory: O(rows·(k + overlap)) and what a cell takes.
    package func run(
        _ matrix: Matrix, cells: Int, nearest: [Int32], width: Int, overlap: Int
    ) throws(LikenessError) -> NeighbourJoin.Result {
        let n = matrix.rows
        let groups = groups(n, nearest, width, overlap)
        let members = Members(groups, cells: cells, width: overlap)
        var result = NeighbourJoin.Result(
            indices: [Int32](repeating: -1, count: n * k), similarities: [Float](repeating: -.infinity, count: n * k))
        let locks = (0...n / OverlappingJoin.stripe).map { _ in StripeLock() }
        try result.indices.withUnsafeMutableBufferPointer { (i) throws(LikenessError) in
            try result.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                guard let indices = i.baseAddress, let similarities = s.baseAddress else { return }
                let lists = SharedLists(k: k, indices: indices, similarities: similarities, locks: locks)
                try parallelFor(cells, threads: threads, cancellation: cancellation) { (c) throws(LikenessError) in
                    try join(matrix, UInt32(c), members[c], groups, overlap, lists)
                }
            }
        }
        return result
    }

    /// The cells of each row, rising.
    private func groups(_ n: Int, _ nearest: [Int32], _ width: Int, _ overlap: Int) -> [UInt32] {
        var out = [UInt32](repeating: 0, count: n * overlap)
        for i in 0..<n {
            let own = nearest[i * width..<i * width + overlap].sorted()
            for (t, c) in own.enumerated() { out[i * overlap + t] = UInt32(c) }
        }
        return out
    }

    private func join(
        _ matrix: Matrix, _ cell: UInt32, _ rows: ArraySlice<UInt32>, _ groups: [UInt32], _ overlap: Int,
        _ shared: SharedLists
    ) throws(LikenessError) {
        let m = rows.count
        guard m > 1 else { return }
        let numbers = rows.map(Int.init)
        let packed = try PackedRows(matrix.rows(at: numbers), kind: .int8, threads: 1)
        let candidates = CandidateLists(
            packed, against: packed, k: min(k, m - 1), floor: floor,
            reach: numbers.map { shared.reach($0, OverlappingJoin.stripe) })
        let own = numbers.flatMap { groups[$0 * overlap..<($0 + 1) * overlap] }
        own.withUnsafeBufferPointer { own in
            candidates.leave(to: cell, groups: own.baseAddress!, width: overlap)
            let block = PackedRows.largestBlock
            var (left, right, lists, others) = (packed.operand, packed.operand, candidates.lists, candidates.lists)
            for a in stride(from: 0, to: m, by: block) {
                for b in stride(from: a, to: m, by: block) {
                    let (high, wide) = (min(block, m - a), min(block, m - b))
                    if a == b {
                        ck_join(&left, a, high, &right, b, wide, &lists, nil, true)
                    } else {
                        ck_join(&left, a, high, &right, b, wide, &lists, &others, true)
                    }
                }
            }
        }
        var (lists, operand, other) = (candidates.lists, packed.operand, packed.operand)
        var found = [Int32](repeating: -1, count: k)
        var values = [Float](repeating: 0, count: k)
        for place in 0..<m {
            ck_rank(&lists, &operand, place, &other, k, &found, &values)
            for t in 0..<k where found[t] >= 0 { found[t] = Int32(numbers[Int(found[t])]) }
            shared.merge(numbers[place], found, values, OverlappingJoin.stripe)
        }
        progress?.advance(by: m * (m - 1) / 2)
    }
}

/// The rows of each cell, rising.
private struct Members {
    private var start: [Int]
    private var rows: [UInt32]

    init(_ groups: [UInt32], cells: Int, width: Int) {
        start = [Int](repeating: 0, count: cells + 2)
        for c in groups { start[Int(c) + 2] += 1 }
        for c in 1..<cells + 1 { start[c + 1] += start[c] }
        rows = [UInt32](repeating: 0, count: groups.count)
        for (at, c) in groups.enumerated() {
            rows[start[Int(c) + 1]] = UInt32(at / width)
            start[Int(c) + 1] += 1
        }
    }

    subscript(c: Int) -> ArraySlice<UInt32> { rows[start[c]..<start[c + 1]] }
}

private final class StripeLock: Sendable {
    let mutex = Mutex(())
}

/// The lists of all rows, which several cells fill.
private struct SharedLists: @unchecked Sendable {
    let k: Int
    let indices: UnsafeMutablePointer<Int32>
    let similarities: UnsafeMutablePointer<Float>
    let locks: [StripeLock]

    /// What a further neighbour of a row must reach.
    func reach(_ row: Int, _ stripe: Int) -> Float {
        locks[row / stripe].mutex.withLock { _ in similarities[row * k + k - 1] }
    }

    /// Merges a list of other rows into that of `row`.
    func merge(_ row: Int, _ found: [Int32], _ values: [Float], _ stripe: Int) {
        guard found[0] >= 0 else { return }
        locks[row / stripe].mutex.withLock { _ in
            let (own, scores) = (indices + row * k, similarities + row * k)
            // the old list is read while the new one grows: only what is overtaken is kept aside
            let (old, oldScores) = (
                Array(UnsafeBufferPointer(start: own, count: k)), Array(UnsafeBufferPointer(start: scores, count: k))
            )
            var (a, b) = (0, 0)
            for place in 0..<k {
                let mine = a < k && old[a] >= 0
                let theirs = b < k && found[b] >= 0
                guard mine || theirs else { break }
                let first =
                    !theirs
                    || (mine && (oldScores[a] > values[b] || (oldScores[a] == values[b] && old[a] < found[b])))
                own[place] = first ? old[a] : found[b]
                scores[place] = first ? oldScores[a] : values[b]
                if first { a += 1 } else { b += 1 }
            }
        }
    }
}
