import CKernels
import Synchronization

/// The exact k nearest rows by inner product: tiles of approximate products, fused with lists of candidates that
/// provably hold the k best, then Float32 similarities of the candidates.
package struct NeighbourJoin: Sendable {
    package struct Result: Sendable {
        /// rows×k: similarity descending, ties by lower index; −1 and −∞ where there are fewer.
        package var indices: [Int32]
        package var similarities: [Float]
        /// Float32 similarities that the last step computed, over all rows.
        package var ranked = 0

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
    /// Counts pairs of rows.
    package var progress: ProgressMeter?
    package var cancellation: Cancellation?

    package init(k: Int) { self.k = k }

    /// Neighbours of every row among the other rows of the same matrix. Each pair of blocks is multiplied once and
    /// updates the lists of both.
    package func selfJoin(_ matrix: Matrix) throws(LikenessError) -> Result {
        let n = matrix.rows
        guard k > 0, n > 1 else { return empty(n) }
        let packed = try PackedRows(matrix, kind: kind, level: level, threads: threads)
        let candidates = CandidateLists(packed, against: packed, k: min(k, n - 1), floor: floor)
        let block = blockSize(n)
        let plan = TournamentPlan(blocks: (n + block - 1) / block)
        let locks = (0..<plan.blocks).map { _ in BlockLock() }
        try parallelFor(plan.count, threads: threads, cancellation: cancellation) { (t) throws(LikenessError) in
            let (a, b) = plan[t]
            let (m, w) = (min(block, n - a * block), min(block, n - b * block))
            locks[a].mutex.withLock { _ in
                if a == b { return join(packed, a * block, m, packed, b * block, w, candidates, nil, isSelf: true) }
                locks[b].mutex.withLock { _ in
                    join(packed, a * block, m, packed, b * block, w, candidates, candidates, isSelf: true)
                }
            }
            progress?.advance(by: a == b ? m * (m - 1) / 2 : m * w)
        }
        return try rank(packed, packed, candidates)
    }

    /// Neighbours of every query among the rows of `base`; equal rows are neighbours too.
    package func join(_ queries: Matrix, base: Matrix) throws(LikenessError) -> Result {
        try join(
            PackedRows(queries, kind: kind, right: false, level: level, threads: threads),
            base: PackedRows(base, kind: kind, left: false, level: level, threads: threads))
    }

    /// As ``join(_:base:)`` with rows that were packed before; both of the same kind and level.
    package func join(_ queries: PackedRows, base: PackedRows) throws(LikenessError) -> Result {
        let (n, columns) = (queries.matrix.rows, base.matrix.rows)
        guard n == 0 || columns == 0 || queries.matrix.columns == base.matrix.columns else {
            throw LikenessError(
                .dimensionMismatch, "queries have \(queries.matrix.columns) values, vectors \(base.matrix.columns)")
        }
        guard k > 0, n > 0, columns > 0 else { return empty(n) }
        let candidates = CandidateLists(queries, against: base, k: min(k, columns), floor: floor)
        let (block, wide) = (blockSize(n), PackedRows.largestBlock)
        try parallelFor((n + block - 1) / block, threads: threads, cancellation: cancellation) {
            (a) throws(LikenessError) in
            let m = min(block, n - a * block)
            for b in stride(from: 0, to: columns, by: wide) {
                let w = min(wide, columns - b)
                join(queries, a * block, m, base, b, w, candidates, nil, isSelf: false)
                progress?.advance(by: m * w)
                try cancellation?.check()
            }
        }
        return try rank(queries, base, candidates)
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

    private func rank(_ a: PackedRows, _ b: PackedRows, _ candidates: CandidateLists) throws(LikenessError) -> Result {
        let n = a.matrix.rows
        var result = empty(n)
        let ranked = Atomic<Int>(0)
        try result.indices.withUnsafeMutableBufferPointer { (i) throws(LikenessError) in
            try result.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                nonisolated(unsafe) let (indices, similarities) = (i.baseAddress!, s.baseAddress!)
                let grain = 256
                try parallelFor((n + grain - 1) / grain, threads: threads, cancellation: cancellation) {
                    (g) throws(LikenessError) in
                    var (left, right, lists, count) = (a.operand, b.operand, candidates.lists, 0)
                    for row in g * grain..<min(n, (g + 1) * grain) {
                        count += ck_rank(&left, row, &right, &lists, floor, indices + row * k, similarities + row * k)
                    }
                    ranked.wrappingAdd(count, ordering: .relaxed)
                }
            }
        }
        result.ranked = ranked.load(ordering: .relaxed)
        return result
    }
}

/// Owns the lists of one block of rows while a tile writes them.
private final class BlockLock: Sendable {
    let mutex = Mutex(())
}
