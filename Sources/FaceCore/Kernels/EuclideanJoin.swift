import CKernels
import Glibc

/// The exact k nearest rows by Euclidean distance, for rows of any length.
///
/// Of rows with the same x, x·y − |y|²/2 rises as the distance to y falls: a join by inner product of rows with a few
/// values more finds candidates. Their distances are computed, and a bound on the rounding proves that no other row is
/// nearer; where it cannot (many copies of a row), all rows are looked at.
package struct EuclideanJoin: Sendable {
    package var k: Int
    /// Rows farther away are not listed.
    package var farthest: Float = .infinity
    package var threads: Int = availableThreads()
    package var progress: ProgressMeter?
    package var cancellation: Cancellation?

    package init(k: Int) { self.k = k }

    /// Values that carry the length: one of them alone would be far larger than the others and spoil their codes.
    private static let extra = 4
    /// Candidates beyond the k: a proof mostly needs one.
    private static let spare = 16

    /// For each row the other rows, nearest first, equal ones by rising index. `similarities` are distances, negated.
    /// Throws `non-finite` with the row, or `cancelled`.
    package func selfJoin(_ matrix: Matrix) throws(LikenessError) -> NeighbourJoin.Result {
        let n = matrix.rows
        var result = NeighbourJoin.Result(
            indices: [Int32](repeating: -1, count: n * max(0, k)),
            similarities: [Float](repeating: -.infinity, count: n * max(0, k)))
        guard k > 0, n > 1 else { return result }
        try matrix.requireFinite()
        let lifted = Lifted(matrix, extra: EuclideanJoin.extra)
        var join = NeighbourJoin(k: min(n, k + 1 + EuclideanJoin.spare))
        join.threads = threads
        join.progress = progress
        join.cancellation = cancellation
        let found = try join.join(lifted.queries, base: lifted.base)
        let length = join.k
        try result.indices.withUnsafeMutableBufferPointer { (i) throws(LikenessError) in
            try result.similarities.withUnsafeMutableBufferPointer { (s) throws(LikenessError) in
                nonisolated(unsafe) let (indices, distances) = (i.baseAddress!, s.baseAddress!)
                try parallelFor(n, threads: threads, grain: 64, cancellation: cancellation) {
                    (row) throws(LikenessError) in
                    let candidates = found.indices[row * length..<(row + 1) * length].map(Int.init)
                    let score = found.similarities[(row + 1) * length - 1]
                    var best = nearest(matrix, row, candidates)
                    let isProven =
                        length == n || (best.count == k && best[k - 1].distance < lifted.beyond(row, score))
                    if !isProven { best = nearest(matrix, row, Array(0..<n)) }
                    for (place, entry) in best.enumerated() where entry.distance <= farthest {
                        indices[row * k + place] = Int32(entry.index)
                        distances[row * k + place] = -entry.distance
                    }
                }
            }
        }
        return result
    }

    private func nearest(_ matrix: Matrix, _ row: Int, _ others: [Int]) -> [(distance: Float, index: Int)] {
        let all = others.filter { $0 != row }.map {
            (distance: matrix.squaredDistance(row, matrix, $0).squareRoot(), index: $0)
        }
        return Array(all.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(k))
    }
}

/// Rows with their lengths as further values, so that inner products rank distances.
private struct Lifted: Sendable {
    private(set) var queries: Matrix
    private(set) var base: Matrix
    private let middle: Double
    private let squares: [Double]
    private let longest: Double

    init(_ matrix: Matrix, extra: Int) {
        let (n, d) = (matrix.rows, matrix.columns)
        let centre = Lifted.mean(of: matrix)
        // distances stay: rows far from the origin would drown them in their common part
        var centred = Matrix(rows: n, columns: d)
        for i in 0..<n { matrix.withRow(i) { row in centred.setRow(i, zip(row, centre).map { $0 - $1 }) } }
        let squares = (0..<n).map { i in
            centred.withRow(i) { row in
                let length = ck_length(row.baseAddress!, d)
                return length * length
            }
        }
        // a common part of |y|² changes no order: what is left is small when rows are about equally long
        let middle = squares.reduce(0, +) / Double(n)
        let typical = max((middle / Double(max(1, d))).squareRoot(), 1e-15)
        var (left, right) = (Matrix(rows: n, columns: d + extra), Matrix(rows: n, columns: d + extra))
        for i in 0..<n {
            let row = centred.row(i)
            left.setRow(i, row + [Float](repeating: Float(typical), count: extra))
            let part = -(squares[i] - middle) / (2 * Double(Float(typical)) * Double(extra))
            right.setRow(i, row + [Float](repeating: Float(part), count: extra))
        }
        (queries, base) = (left, right)
        (self.middle, self.squares) = (middle, squares)
        longest = (0..<n).map { i in right.withRow(i) { ck_length($0.baseAddress!, $0.count) } }.max() ?? 0
    }

    private static func mean(of matrix: Matrix) -> [Float] {
        var sum = [Double](repeating: 0, count: matrix.columns)
        for i in 0..<matrix.rows { matrix.withRow(i) { row in for k in row.indices { sum[k] += Double(row[k]) } } }
        return sum.map { Float($0 / Double(max(1, matrix.rows))) }
    }

    /// Nearer than this no row lies whose score is at most `score`.
    func beyond(_ row: Int, _ score: Float) -> Float {
        let depth = Double(queries.columns)
        // m of ck_dot and ck_squared_distance, and what rounding the further values adds
        let steps = (depth / 64).rounded(.up) + 16
        let gamma = steps * 0x1p-24 / (1 - steps * 0x1p-24)
        let length = queries.withRow(row) { ck_length($0.baseAddress!, $0.count) }
        let highest = Double(score) + gamma * length * longest
        let square = max(0, squares[row] + middle - 2 * highest) * (1 - 2 * gamma)
        // each centred value is rounded once, by 2⁻²⁴ of itself
        let distance = square.squareRoot() - 0x1p-23 * (length + longest)
        return distance > 0 ? Float(distance).nextDown : 0
    }
}
