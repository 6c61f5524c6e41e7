import Glibc

/// An order of rows in which similar ones stand together.
///
/// A self-join that meets near rows first knows early what a neighbour must reach, and computes a fifth of the Float32
/// similarities of one in random order; its answer is the same. Rows go to the nearest of √n centres, found by a few
/// rounds of K-means (Lloyd 1982) on a sample; all of it costs about 1 % of the join.
struct SimilarityOrder {
    private let matrix: Matrix
    private let centres: Int
    private let level: KernelLevel
    private let threads: Int
    private let cancellation: Cancellation?

    /// Below, the whole join takes less than a second and the order does not pay.
    private static let fewest = 16384

    init(_ matrix: Matrix, level: KernelLevel, threads: Int, cancellation: Cancellation?) {
        self.matrix = matrix
        self.level = level
        self.threads = threads
        self.cancellation = cancellation
        centres = Int(Double(matrix.rows).squareRoot())
    }

    /// Place → row; empty (the order of the file) for few rows, and where the rows do not fit into half of the
    /// memory: then fetching them out of order would cost more than it saves.
    func find() throws(LikenessError) -> [UInt32] {
        do throws(LikenessError) {
            return try order()
        } catch  where error.code == .nonFinite {
            // a row of the sample: whoever packs all rows names it by its own number
            return []
        }
    }

    private func order() throws(LikenessError) -> [UInt32] {
        let bytes = matrix.rows * matrix.stride * 4
        guard matrix.rows >= SimilarityOrder.fewest, bytes < physicalMemory() / 2 else { return [] }
        var random = SeededRandom(seed: 1)
        // 24 rows a centre are enough: the cells only have to be better than chance
        let sample = matrix.rows(
            at: (0..<min(matrix.rows, 24 * centres)).map { _ in Int.random(in: 0..<matrix.rows, using: &random) })
        var means = sample.rows(at: (0..<centres).map { $0 * (sample.rows / centres) })
        for _ in 0..<3 { means = average(sample, try nearest(sample, means), means) }
        let cell = try nearest(matrix, means)
        var start = [Int](repeating: 0, count: centres + 1)
        for c in cell { start[Int(c) + 1] += 1 }
        for c in 0..<centres { start[c + 1] += start[c] }
        var order = [UInt32](repeating: 0, count: matrix.rows)
        for (row, c) in cell.enumerated() {
            order[start[Int(c)]] = UInt32(row)
            start[Int(c)] += 1
        }
        return order
    }

    private func nearest(_ rows: Matrix, _ means: Matrix) throws(LikenessError) -> [Int32] {
        var join = NeighbourJoin(k: 1)
        join.level = level
        join.threads = threads
        join.cancellation = cancellation
        return try join.join(rows, base: means).indices
    }

    /// The directions of the cells; an empty cell keeps its centre.
    private func average(_ rows: Matrix, _ cell: [Int32], _ old: Matrix) -> Matrix {
        var sums = Matrix(rows: centres, columns: matrix.columns)
        let stride = sums.stride
        sums.withUnsafeMutableRows { base in
            for i in 0..<rows.rows {
                let out = base + Int(cell[i]) * stride
                rows.withRow(i) { for (c, x) in $0.enumerated() { out[c] += x } }
            }
        }
        for c in sums.normaliseRows(threads: threads).zero { sums.setRow(c, old.row(c)) }
        return sums
    }

    private func physicalMemory() -> Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}
