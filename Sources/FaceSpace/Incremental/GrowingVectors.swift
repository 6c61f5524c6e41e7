package import FaceCore

/// Rows that are appended and erased, searched by radius.
///
/// Searched exactly they are kept in segments whose sizes fall by halves, each packed for the kernels once: a row is copied
/// O(log n) times in its life, and a query is compared with all rows. With a recall below 1 they are kept in
/// ``GrowingCells``, and a query is compared with few rows.
package struct GrowingVectors: Sendable, RowReading {
    /// A row in reach: the cosine, or the negative squared Euclidean distance, so that larger is nearer.
    package struct Neighbour: Sendable, Hashable {
        package var row: Int32
        package var closeness: Float
    }

    package let dimension: Int
    package let metric: EmbeddingSpace.Metric
    package private(set) var count = 0
    private var segments: [Segment] = []
    private(set) var cells: GrowingCells?
    /// Of the exact search, since it was taken last.
    private var work = SearchWork()

    /// Rows of one matrix from `start`; packed when first searched.
    private struct Segment: Sendable {
        var start: Int
        var matrix: Matrix
        var packed: PackedRows?
    }

    /// A recall below 1, the share of rows in reach that a search must find, is for unit rows by cosine.
    package init(dimension: Int, metric: EmbeddingSpace.Metric, recall: Double = 1) {
        precondition(recall == 1 || metric == .cosine, "cells are for directions")
        self.dimension = dimension
        self.metric = metric
        if recall < 1 { cells = GrowingCells(dimension: dimension, recall: recall) }
    }

    /// Whether a search may miss rows.
    package var isApproximate: Bool { cells != nil }

    /// What was compared since this was asked last.
    package mutating func takeWork() -> SearchWork {
        var all = work.take()
        if let own = cells?.work.take() { all += own }
        return all
    }

    /// Throws `dimension-mismatch` or `non-finite` for rows that cannot be appended.
    func require(_ rows: Matrix) throws(LikenessError) {
        guard rows.columns == dimension || rows.rows == 0 else {
            throw LikenessError(
                .dimensionMismatch, "vectors of \(dimension) values cannot be joined by rows of \(rows.columns)")
        }
        try rows.requireFinite(nonZero: metric == .cosine)
    }

    /// Throws `dimension-mismatch` or `non-finite`; then nothing was appended.
    package mutating func append(_ rows: Matrix, threads: Int = 1) throws(LikenessError) {
        try require(rows)
        guard rows.rows > 0 else { return }
        if cells != nil {
            cells?.append(rows, threads: threads)
            count += rows.rows
            return
        }
        segments.append(Segment(start: count, matrix: rows, packed: nil))
        count += rows.rows
        while segments.count > 1,
            segments[segments.count - 2].matrix.rows < 2 * segments[segments.count - 1].matrix.rows
        {
            let last = segments.removeLast()
            let before = segments.removeLast()
            segments.append(Segment(start: before.start, matrix: before.matrix.followed(by: last.matrix), packed: nil))
        }
    }

    /// As saved, erased rows included; `saved` is what ``GrowingCells/saved`` was, nil where there were other cells or none.
    /// Throws `non-finite`, `file-format`.
    mutating func append(
        restored rows: Matrix, live: [Bool], _ saved: GrowingCells.Saved? = nil
    ) throws(LikenessError) {
        precondition(count == 0, "a state is restored before rows are added")
        try rows.requireFinite()
        if let recall = cells?.recall {
            if let saved, !zip(saved.homes, live).allSatisfy({ ($0 >= 0) == $1 }) {
                throw LikenessError(.fileFormat, "the cells of the vectors contradict them")
            }
            let restored =
                saved.map { GrowingCells(rows, $0, recall: recall) } ?? GrowingCells(rows, live: live, recall: recall)
            guard let restored else {
                throw LikenessError(.fileFormat, "the cells of the vectors contradict them")
            }
            (cells, count) = (restored, rows.rows)
        } else if rows.rows > 0 {
            segments = [Segment(start: 0, matrix: rows, packed: nil)]
            count = rows.rows
        }
    }

    /// Overwrites the bytes of rows with zeros.
    package mutating func erase(_ rows: some Sequence<Int>) {
        if cells != nil {
            cells?.erase(rows)
            return
        }
        let zero = [Float](repeating: 0, count: dimension)
        for row in rows {
            let s = segment(of: row)
            segments[s].packed = nil
            segments[s].matrix.setRow(row - segments[s].start, zero)
        }
    }

    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        if let value = cells?.withRow(row, body) { return value }
        let s = segments[segment(of: row)]
        return s.matrix.withRow(row - s.start, body)
    }

    private func segment(of row: Int) -> Int {
        precondition(row >= 0 && row < count, "row \(row) outside 0..<\(count)")
        var (low, high) = (0, segments.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if segments[middle].start <= row { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// For each query all rows of at least this closeness, by rising row; equal rows are found too. Exact unless a recall
    /// was asked for. Erased rows of a Euclidean space lie at the origin and must be passed over by the caller.
    package mutating func within(
        _ closeness: Float, of queries: Matrix, threads: Int
    ) throws(LikenessError) -> [[Neighbour]] {
        var found = [[Neighbour]](repeating: [], count: queries.rows)
        guard queries.rows > 0, count > 0 else { return found }
        if cells != nil { return try cells?.within(closeness, of: queries, threads: threads) ?? found }
        work.rows += queries.rows * count
        if metric == .euclidean {
            for segment in segments { scan(segment, closeness, queries, &found) }
        } else {
            let left = try PackedRows(queries, kind: .int8, right: false, threads: threads)
            for s in segments.indices { try search(s, closeness, queries, left, threads, &found) }
        }
        for q in found.indices { found[q].sort { $0.row < $1.row } }
        return found
    }

    /// Appends rows whose neighbours are wanted, and finds for each those of at least `floor`, by rising row and itself left
    /// out. `lists` are those of all rows before them, of at least `closeness`. Approximate search alone.
    mutating func append(
        _ rows: Matrix, neighbours closeness: Float, floor: Float, lists: [[Neighbour]], threads: Int
    ) throws(LikenessError) -> [[Neighbour]] {
        try require(rows)
        try cells?.prepare(closeness, floor, lists: lists, threads: threads)
        count += rows.rows
        return cells?.append(rows, neighbours: closeness, floor: floor, lists: lists, threads: threads) ?? []
    }

    /// How many rows are best appended next, so that most rows in reach of a new one have lists already.
    var wave: Int { min(1 << 16, max(GrowingCells.fewestRows, count)) }

    private func scan(_ segment: Segment, _ closeness: Float, _ queries: Matrix, _ found: inout [[Neighbour]]) {
        for q in 0..<queries.rows {
            for i in 0..<segment.matrix.rows {
                let c = -queries.squaredDistance(q, segment.matrix, i)
                if c >= closeness { found[q].append(.init(row: Int32(segment.start + i), closeness: c)) }
            }
        }
    }

    /// A full list may be cut short: those queries are asked again for more.
    private mutating func search(
        _ s: Int, _ closeness: Float, _ queries: Matrix, _ left: PackedRows, _ threads: Int,
        _ found: inout [[Neighbour]]
    ) throws(LikenessError) {
        if segments[s].packed == nil {
            segments[s].packed = try PackedRows(segments[s].matrix, kind: .int8, left: false, threads: threads)
        }
        guard let base = segments[s].packed else { return }
        let (rows, start) = (segments[s].matrix.rows, segments[s].start)
        var open = Array(0..<queries.rows)
        var k = min(128, rows)
        while !open.isEmpty {
            var join = NeighbourJoin(k: k)
            (join.floor, join.threads) = (closeness, threads)
            let part =
                open.count == queries.rows
                ? left : try PackedRows(queries.rows(at: open), kind: .int8, right: false, threads: threads)
            let result = try join.join(part, base: base)
            var full: [Int] = []
            for (place, query) in open.enumerated() {
                let list = place * k..<(place + 1) * k
                if k < rows, result.indices[list.upperBound - 1] >= 0 {
                    full.append(query)
                    continue
                }
                for e in list where result.indices[e] >= 0 {
                    found[query].append(
                        .init(row: Int32(start) + result.indices[e], closeness: result.similarities[e]))
                }
            }
            open = full
            k = min(rows, 8 * k)
        }
    }
}

extension Matrix {
    /// The rows of this matrix, then those of `other`.
    func followed(by other: Matrix) -> Matrix {
        var out = Matrix(rows: rows + other.rows, columns: columns)
        let (stride, columns) = (out.stride, columns)
        out.withUnsafeMutableRows { base in
            for i in 0..<rows { withRow(i) { (base + i * stride).update(from: $0.baseAddress!, count: columns) } }
            for i in 0..<other.rows {
                other.withRow(i) { (base + (rows + i) * stride).update(from: $0.baseAddress!, count: columns) }
            }
        }
        return out
    }
}
