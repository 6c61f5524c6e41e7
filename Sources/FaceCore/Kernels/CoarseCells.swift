/// Directions that part the sphere into cells, each row in the cell of its nearest: spherical K-means (Lloyd 1982;
/// Dhillon, Modha 2001) on a sample, good enough to bring near rows together.
package struct CoarseCells: Sendable {
    /// cells×d, unit rows.
    package let centres: Matrix
    private let level: KernelLevel
    private let threads: Int
    private let cancellation: Cancellation?

    /// Finds `count` directions in `rounds` rounds on `sample` rows a cell. Throws `non-finite` or `cancelled`.
    package init(
        of matrix: Matrix, count: Int, sample: Int = 24, rounds: Int = 3, seed: UInt64 = 1,
        level: KernelLevel = .current, threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) {
        self.level = level
        self.threads = threads
        self.cancellation = cancellation
        var random = SeededRandom(seed: seed)
        let picked = (0..<min(matrix.rows, sample * count)).map { _ in Int.random(in: 0..<matrix.rows, using: &random) }
        // in the order of the file: a mapped one is then read forwards
        var rows = matrix.rows(at: picked.sorted())
        rows.normaliseRows(threads: threads)
        var means = rows.rows(at: (0..<count).map { $0 * (rows.rows / count) })
        for _ in 0..<rounds {
            let cell = try CoarseCells.nearest(rows, means, 1, level, threads, cancellation)
            means = CoarseCells.average(
                rows, (0..<UInt32(rows.rows)).map { $0 }, cell.map(Int.init), means, threads)
        }
        centres = means
    }

    package init(centres: Matrix, threads: Int = availableThreads()) {
        self.centres = centres
        level = .current
        self.threads = threads
        cancellation = nil
    }

    /// The `count` nearest cells of each row, nearest first: rows×count.
    package func nearest(_ rows: Matrix, count: Int = 1) throws(LikenessError) -> [Int32] {
        try CoarseCells.nearest(rows, centres, count, level, threads, cancellation)
    }

    private static func nearest(
        _ rows: Matrix, _ means: Matrix, _ count: Int, _ level: KernelLevel, _ threads: Int,
        _ cancellation: Cancellation?
    ) throws(LikenessError) -> [Int32] {
        var join = NeighbourJoin(k: count)
        join.level = level
        join.threads = threads
        join.cancellation = cancellation
        return try join.join(rows, base: means).indices
    }

    /// The directions of the named rows of each cell; an empty cell keeps its centre.
    static func average(
        _ matrix: Matrix, _ rows: [UInt32], _ cell: [Int], _ old: Matrix, _ threads: Int
    ) -> Matrix {
        var sums = Matrix(rows: old.rows, columns: matrix.columns)
        let (d, stride) = (matrix.columns, sums.stride)
        sums.withUnsafeMutableRows { base in
            for (row, c) in zip(rows, cell) {
                let out = base + c * stride
                matrix.withRow(Int(row)) { x in for t in 0..<d { out[t] += x[t] } }
            }
        }
        for c in sums.normaliseRows(threads: threads).zero { sums.setRow(c, old.row(c)) }
        return sums
    }
}
