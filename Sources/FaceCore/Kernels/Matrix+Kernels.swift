import CKernels
import Synchronization

extension Matrix {
    /// The rows that could not be scaled to unit length.
    public struct Unusable: Sendable, Equatable {
        /// Rows of zeros.
        public var zero: [Int]
        /// Rows with a value that is not finite.
        public var nonFinite: [Int]
        public var isEmpty: Bool { zero.isEmpty && nonFinite.isEmpty }

        public init(zero: [Int] = [], nonFinite: [Int] = []) {
            self.zero = zero
            self.nonFinite = nonFinite
        }
    }

    /// Scales every row to unit length; rows of zeros and rows that are not finite are left as they are and reported.
    @discardableResult
    public mutating func normaliseRows(threads: Int = availableThreads()) -> Unusable {
        let (n, d, stride) = (rows, columns, stride)
        let found = Mutex(Unusable())
        withUnsafeMutableRows { base in
            nonisolated(unsafe) let base = base
            parallelFor(n, threads: threads, grain: 512) { i in
                let status = ck_normalise(base + i * stride, d)
                guard status != 0, d > 0 else { return }
                found.withLock { if status == 1 { $0.zero.append(i) } else { $0.nonFinite.append(i) } }
            }
        }
        var report = found.withLock { $0 }
        report.zero.sort()
        report.nonFinite.sort()
        return report
    }

    /// Throws `non-finite`, naming the first row that holds a value that is not finite or, with `nonZero`, only zeros.
    public func requireFinite(nonZero: Bool = false) throws(LikenessError) {
        for i in 0..<rows {
            let length = withRow(i) { ck_length($0.baseAddress!, $0.count) }
            guard length.isFinite else {
                throw LikenessError(.nonFinite, subject: "row \(i)", "the vector holds a value that is not a number")
            }
            guard length > 0 || !nonZero else {
                throw LikenessError(.nonFinite, subject: "row \(i)", "the vector is zero: it has no direction")
            }
        }
    }

    /// Inner product of row `i` with row `j` of another matrix of as many columns; (i, j) and (j, i) give the same bits.
    public func dot(_ i: Int, _ other: Matrix, _ j: Int) -> Float {
        withPair(i, other, j) { ck_dot($0, $1, columns, ck_detect()) }
    }

    /// Squared Euclidean distance of row `i` to row `j` of another matrix of as many columns.
    public func squaredDistance(_ i: Int, _ other: Matrix, _ j: Int) -> Float {
        withPair(i, other, j) { ck_squared_distance($0, $1, columns, ck_detect()) }
    }

    private func withPair(
        _ i: Int, _ other: Matrix, _ j: Int, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Float
    ) -> Float {
        precondition(columns == other.columns, "rows of \(columns) and \(other.columns) values")
        precondition(i >= 0 && i < rows && j >= 0 && j < other.rows, "row outside the matrix")
        return withUnsafeRows { a in
            other.withUnsafeRows { b in body(a + i * stride, b + j * other.stride) }
        }
    }

    /// All inner products: element (i, j) is row i of this matrix times row j of `other`; rows×other.rows in memory.
    /// Throws `dimension-mismatch` or `non-finite`.
    public func similarities(
        to other: Matrix, level: KernelLevel = .current, threads: Int = availableThreads()
    ) throws(LikenessError) -> Matrix {
        guard columns == other.columns else {
            throw LikenessError(.dimensionMismatch, "rows of \(columns) values were compared with \(other.columns)")
        }
        var out = Matrix(rows: rows, columns: other.rows)
        let a = try PackedRows(self, kind: .float32, right: false, level: level, threads: threads)
        let b = try PackedRows(other, kind: .float32, left: false, level: level, threads: threads)
        let (stride, block) = (out.stride, 192)
        out.withUnsafeMutableRows { base in
            nonisolated(unsafe) let base = base
            parallelFor((rows + block - 1) / block, threads: threads) { t in
                var (left, right) = (a.operand, b.operand)
                let first = t * block
                ck_products(
                    &left, first, min(block, rows - first), &right, 0, other.rows, base + first * stride, stride)
            }
        }
        return out
    }
}

extension PackedRows {
    /// Products of all pairs of codes, rows×rows of `other`.
    package func codeProducts(with other: PackedRows) -> [Int32] {
        var (left, right) = (operand, other.operand)
        let (m, n) = (count, other.count)
        var out = [Int32](repeating: 0, count: m * n)
        out.withUnsafeMutableBufferPointer { ck_products(&left, 0, m, &right, 0, n, $0.baseAddress, n) }
        return out
    }

    /// What the codes say that row `i` times row `j` of `other` is.
    package func approximateProduct(_ i: Int, _ other: PackedRows, _ j: Int) -> Float {
        let product = codeProducts(with: other)[i * other.count + j]
        return Float(product) * other.operand.scale[j] * operand.scale[i]
    }
}
