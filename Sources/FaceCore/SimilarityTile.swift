import CKernels

/// Inner products of a range of rows of one matrix with a range of rows of another.
package struct SimilarityTile: Sendable {
    private let left: Matrix
    private let right: Matrix
    private let depth: Int

    /// Both matrices have as many columns; throws `dimension-mismatch`.
    package init(_ left: Matrix, _ right: Matrix) throws(LikenessError) {
        guard left.columns == right.columns else {
            throw LikenessError(
                .dimensionMismatch, "rows of \(left.columns) values cannot be compared with rows of \(right.columns)")
        }
        // the kernel wants rows one after the other: padding is zero and changes no product
        let packed = left.stride == right.stride
        self.left = packed ? left : Self.padded(left)
        self.right = packed ? right : Self.padded(right)
        depth = self.left.stride
    }

    private static func padded(_ m: Matrix) -> Matrix { m.rows(at: 0..<m.rows) }

    /// Writes `rows.count`×`columns.count` products, row-major with rows `columns.count` floats apart.
    package func products(_ rows: Range<Int>, _ columns: Range<Int>, into out: UnsafeMutablePointer<Float>) {
        left.withUnsafeRows { a in
            right.withUnsafeRows { b in
                ck_similarity(
                    a + rows.lowerBound * depth, rows.count, b + columns.lowerBound * depth, columns.count, depth, out,
                    columns.count, ck_detect())
            }
        }
    }
}
