import CKernels
import Synchronization

/// The exact k nearest rows by inner product: tiles of approximate products, and Float32 similarities of those pairs
/// that, by a proven bound, may belong to the k best of a row.
package struct NeighbourJoin: Sendable {
    package struct Result: Sendable {
        /// rows×k: similarity descending, ties by lower index; −1 and −∞ where there are fewer.
        package var indices: [Int32]
        package var similarities: [Float]
        /// Float32 similarities that were computed for the final ranking, over all rows.
        package var products = 0

        package init(indices: [Int32], similarities: [Float]) {
            self.indices = indices
            self.similarities = similarities
        }
    }

    package var k: Int
    package var floor: Float = -.infinity
    package var threads: Int = availableThreads()
    package var kind: PackedRows.Kind = .int8
    package var level: KernelLevel = .current
    /// Rows of the base that may be found; nil: all. Not used by a self-join.
    package var allowed: RowSet?
    /// Counts pairs of rows.
    package var progress: ProgressMeter?
    package var cancellation: Cancellation?

    package init(k: Int) { self.k = k }

    /// Neighbours of every row among the other rows of the same matrix. Each pair of blocks is multiplied once and
    /// updates the lists of both.
    package func selfJoin(_ matrix: Matrix) throws(LikenessError) -> Result {
        let n = matrix.rows
        guard k > 0, n > 1 else { return empty(n) }
        let packed = try pack(matrix)
        let candidates = CandidateLists(packed, against: packed, k: min(k, n - 1), floor: floor)
        let block = blockSize(n)
        let plan = TournamentPlan(blocks: (n + block - 1) / block)
        let locks = (0..<plan.blocks).map { _ in BlockLock() }
        try parallelFor(plan.count, threads: threads, cancellation: cancellation) { (t) throws(LikenessError) in
            let (a, b) = plan[t]
            let (m, w) = (min(block, n - a * block), min(block, n - b * block))
            locks[a].mutex.withLock { _ in
                if a == b {
                    return join(packed, a * block, m, packed, b * block, w, candidates, nil, isSelf: true)
                }
                locks[b].mutex.withLock { _ in
                    join(packed, a * block, m, packed, b * block, w, candidates, candidates, isSelf: true)
                }
            }
            progress?.advance(by: a == b ? m * (m - 1) / 2 : m * w)
        }
        return try rank(packed, packed, candidates)
    }

    /// All rows, similar ones together where that pays.
    private func pack(_ matrix: Matrix) throws(LikenessError) -> PackedRows {
        guard kind == .int8, matrix.columns <= PackedRows.mostColumns, SimilarityOrder.pays(matrix) else {
            return try PackedRows(matrix, kind: kind, level: level, threads: threads)
        }
        let codes = try PackedRows(
            matrix, kind: .int8, left: false, right: false, keepsCodes: true, level: level, threads: threads)
        let order = try SimilarityOrder.find(codes, threads: threads, cancellation: cancellation)
        return PackedRows(gathering: order, of: codes)
    }

    /// Neighbours of every query among the rows of `base`; equal rows are neighbours too.
    package func join(_ queries: Matrix, base: Matrix) throws(LikenessError) -> Result {
        try join(
            PackedRows(queries, kind: kind, right: false, level: level, threads: threads),
            base: PackedRows(base, kind: kind, left: false, level: level, threads: threads))
    }

    /// As ``join(_:base:)`` with rows that were packed before; both of the same kind and level.
    package func join(_ queries: PackedRows, base: PackedRows) throws(LikenessError) -> Result {
        let (n, columns) = (queries.count, base.count)
        guard n == 0 || columns == 0 || queries.matrix.columns == base.matrix.columns else {
            throw LikenessError(
                .dimensionMismatch, "queries have \(queries.matrix.columns) values, vectors \(base.matrix.columns)")
        }
        guard k > 0, n > 0, columns > 0 else { return empty(n) }
        // few queries: every thread searches a part of the base for all of them
        let block = blockSize(n)
        let blocks = (n + block - 1) / block
        let wide = PackedRows.largestBlock
        let parts = min((columns + wide - 1) / wide, max(1, threads / blocks))
        let candidates = (0..<parts).map { _ in
            CandidateLists(queries, against: base, k: min(k, columns), floor: floor, allowed: allowed)
        }
        try parallelFor(blocks * parts, threads: threads, cancellation: cancellation) { (t) throws(LikenessError) in
            let (a, part) = (t / parts, t % parts)
            let m = min(block, n - a * block)
            for b in stride(from: part * wide, to: columns, by: parts * wide) {
                let w = min(wide, columns - b)
                join(queries, a * block, m, base, b, w, candidates[part], nil, isSelf: false)
                progress?.advance(by: m * w)
                try cancellation?.check()
            }
        }
        var result = try rank(queries, base, candidates[0])
        for part in candidates.dropFirst() { merge(&result, try rank(queries, base, part)) }
        return result
    }

    /// Joins lists of the same queries in disjoint parts of the base.
    private func merge(_ a: inout Result, _ b: Result) {
        a.products += b.products
        for first in stride(from: 0, to: a.indices.count, by: k) {
            var both: [(similarity: Float, index: Int32)] = []
            for place in first..<first + k {
                both.append((a.similarities[place], a.indices[place]))
                both.append((b.similarities[place], b.indices[place]))
            }
            both.removeAll { $0.index < 0 }
            both.sort { $0.similarity != $1.similarity ? $0.similarity > $1.similarity : $0.index < $1.index }
            for (place, entry) in both.prefix(k).enumerated() {
                a.similarities[first + place] = entry.similarity
                a.indices[first + place] = entry.index
            }
        }
    }

    /// Rows a block: large enough to reuse a panel, small enough that every thread has blocks of its own.
    private func blockSize(_ n: Int) -> Int {
        let share = n / (4 * max(1, threads))
        return min(PackedRows.largestBlock, max(48, (share + 47) / 48 * 48))
    }

    private func join(
        _ a: PackedRows, _ a0: Int, _ m: Int, _ b: PackedRows, _ b0: Int, _ n: Int, _ rows: CandidateLists,
        _ columns: CandidateLists?, isSelf: Bool
    ) {
        var (left, right, own) = (a.operand, b.operand, rows.lists)
        if let columns {
            var other = columns.lists
            ck_join(&left, a0, m, &right, b0, n, &own, &other, isSelf)
        } else {
            ck_join(&left, a0, m, &right, b0, n, &own, nil, isSelf)
        }
    }

    private func empty(_ n: Int) -> Result {
        Result(
            indices: [Int32](repeating: -1, count: n * max(0, k)),
            similarities: [Float](repeating: -.infinity, count: n * max(0, k)))
    }

    /// The k best of every list; `sequence` tells in which order rows are handled that share neighbours.
    func rank(
        _ rows: PackedRows, _ others: PackedRows, _ candidates: CandidateLists, sequence: [UInt32] = []
    ) throws(LikenessError) -> Result {
        let n = rows.count
        var result = empty(n)
        let products = Atomic<Int>(0)
        try result.indices.withUnsafeMutableBufferPointer { (i) throws(LikenessError) in
            try result.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                nonisolated(unsafe) let (indices, similarities) = (i.baseAddress!, s.baseAddress!)
                try parallelFor(n, threads: threads, grain: 256, cancellation: cancellation) {
                    (t) throws(LikenessError) in
                    var (lists, left, right) = (candidates.lists, rows.operand, others.operand)
                    let place = sequence.isEmpty ? t : Int(sequence[t])
                    let row = rows.order.isEmpty ? place : Int(rows.order[place])
                    ck_rank(&lists, &left, place, &right, k, indices + row * k, similarities + row * k)
                    products.wrappingAdd(lists.products, ordering: .relaxed)
                }
            }
        }
        result.products = products.load(ordering: .relaxed)
        return result
    }
}

/// Owns the lists of one block of rows while a tile writes them.
private final class BlockLock: Sendable {
    let mutex = Mutex(())
}
