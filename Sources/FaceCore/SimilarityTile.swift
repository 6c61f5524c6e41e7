import CKernels

/// Inner products of a range of rows of one matrix with a range of rows of another.
package struct SimilarityTile: Sendable {
    private let left: PackedRows
    private let right: PackedRows

    /// Ranges that begin at multiples of this are the fastest.
    package static let panel = 48

    /// Both matrices have as many columns; throws `dimension-mismatch` or `non-finite`.
    package init(
        _ left: Matrix, _ right: Matrix, threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard left.columns == right.columns else {
            throw LikenessError(
                .dimensionMismatch, "rows of \(left.columns) values cannot be compared with rows of \(right.columns)")
        }
        self.left = try PackedRows(left, kind: .float32, right: false, threads: threads)
        self.right = try PackedRows(right, kind: .float32, left: false, threads: threads)
    }

    /// Writes `rows.count`×`columns.count` products, row-major with rows `columns.count` floats apart.
    package func products(_ rows: Range<Int>, _ columns: Range<Int>, into out: UnsafeMutablePointer<Float>) {
        var (a, b) = (left.operand, right.operand)
        // Register tiles begin at panels: an odd start is computed from the panel's, and the rest copied.
        let panel = Self.panel
        let (r0, c0) = (rows.lowerBound / panel * panel, columns.lowerBound / panel * panel)
        if r0 == rows.lowerBound, c0 == columns.lowerBound {
            ck_products(&a, r0, rows.count, &b, c0, columns.count, out, columns.count)
            return
        }
        let width = columns.upperBound - c0
        withUnsafeTemporaryAllocation(of: Float.self, capacity: (rows.upperBound - r0) * width) { wide in
            ck_products(&a, r0, rows.upperBound - r0, &b, c0, width, wide.baseAddress, width)
            for (k, r) in rows.enumerated() {
                let from = wide.baseAddress! + (r - r0) * width + columns.lowerBound - c0
                (out + k * columns.count).update(from: from, count: columns.count)
            }
        }
    }
}
