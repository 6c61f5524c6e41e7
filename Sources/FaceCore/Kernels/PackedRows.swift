import CKernels
import Glibc
import Synchronization

/// The rows of a matrix interleaved for register tiles, as Float32 or as int8 codes with their proven errors.
package final class PackedRows: @unchecked Sendable {
    package enum Kind: Sendable {
        case float32
        case int8
    }

    /// Rows handled together: their codes lie in the second-level cache while they meet another block.
    /// A multiple of every panel's height (48).
    static let largestBlock = 480
    /// Beyond, a sum of products of codes could leave 32 bits.
    package static let mostColumns = 65536

    let matrix: Matrix
    /// Number of packed rows.
    package let count: Int
    /// What the panels are made for.
    let level: KernelLevel
    private(set) var operand: ck_operand
    /// Place in the panels → number of the row; empty: the same.
    let order: [UInt32]
    private var memory: [UnsafeMutableRawPointer] = []

    /// Packs all rows, or (`keepsCodes`) keeps their codes to gather panels from.
    ///
    /// Memory: 4nd bytes a side for Float32, nd for int8 (2nd without VNNI), nd for codes that are kept.
    /// Throws `non-finite` with the number of a row with a value that is not finite or longer than 10¹⁸.
    package init(
        _ matrix: Matrix, kind: Kind, left: Bool = true, right: Bool = true, order: [UInt32] = [],
        keepsCodes: Bool = false, level: KernelLevel = .current, threads: Int = availableThreads()
    ) throws(LikenessError) {
        precondition(matrix.rows < 1 << 31, "row numbers have 31 bits")
        precondition(order.isEmpty || order.count == matrix.rows, "an order names every row")
        self.matrix = matrix
        self.order = order
        count = matrix.rows
        self.level = level
        operand = ck_operand()
        operand.level = level.native
        operand.kind = kind == .int8 && matrix.columns <= PackedRows.mostColumns ? CK_INT8 : CK_FLOAT32
        operand.count = matrix.rows
        operand.depth = matrix.columns
        operand.stride = matrix.stride
        operand.rows = matrix.withUnsafeRows { $0 }
        ck_operand_shape(&operand)
        allocate(left: left, right: right)
        if keepsCodes && operand.kind == CK_INT8 {
            operand.codes = take(count * operand.code_bytes).bindMemory(
                to: Int8.self, capacity: count * operand.code_bytes)
        }
        try pack(threads)
    }

    /// Packs the named rows of others, which are a right factor in codes or keep their codes, in this order.
    package init(gathering rows: [UInt32], of other: PackedRows, left: Bool = true, right: Bool = true) {
        precondition(other.isGatherable, "rows are gathered from codes, by their numbers")
        matrix = other.matrix
        order = rows
        count = rows.count
        level = other.level
        operand = other.operand
        operand.count = rows.count
        (operand.left, operand.right, operand.codes) = (nil, nil, nil)
        allocate(left: left, right: right)
        var from = other.operand
        guard ck_operand_gather(&operand, &from, rows) else { preconditionFailure("no memory for packed rows") }
    }

    /// Whether rows can be gathered from here.
    package var isGatherable: Bool {
        order.isEmpty && operand.kind == CK_INT8 && (operand.codes != nil || operand.right != nil)
    }

    private func allocate(left: Bool, right: Bool) {
        let o = operand
        if left { operand.left = panels(o.left_rows, o.left_bytes) }
        if right { operand.right = panels(o.right_rows, o.right_bytes) }
        operand.norm = numbers(0)
        operand.error = numbers(0)
        if operand.kind == CK_INT8 {
            operand.scale = numbers(0)
            operand.bias = numbers(0)
        }
        operand.order = nil
        guard !order.isEmpty else { return }
        let copy = take(order.count * 4).bindMemory(to: UInt32.self, capacity: order.count)
        copy.update(from: order, count: order.count)
        operand.order = UnsafePointer(copy)
    }

    deinit { for p in memory { free(p) } }

    private func pack(_ threads: Int) throws(LikenessError) {
        let (n, block) = (count, PackedRows.largestBlock)
        nonisolated(unsafe) let shared = operand
        try parallelFor((n + block - 1) / block, threads: threads, cancellation: nil) { (b) throws(LikenessError) in
            var (o, bad) = (shared, 0)
            guard ck_operand_pack(&o, b * block, min(block, n - b * block), &bad) else {
                throw LikenessError(
                    .nonFinite, subject: "row \(bad)", "the vector holds a value that is no number, or is too long",
                    remedy: "remove the row, or embed its face again")
            }
        }
    }

    private func panels(_ rows: Int, _ bytes: Int) -> UnsafeMutablePointer<UInt8> {
        take((count + rows - 1) / rows * bytes).assumingMemoryBound(to: UInt8.self)
    }

    private func numbers<T: BitwiseCopyable>(_ value: T) -> UnsafeMutablePointer<T> {
        let n = count + 64
        let p = take(n * MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: n)
        p.initialize(repeating: value, count: n)
        return p
    }

    private func take(_ bytes: Int) -> UnsafeMutableRawPointer {
        let p = aligned_alloc(64, max(64, (bytes + 63) / 64 * 64))
        guard let p else { preconditionFailure("no memory for \(bytes) bytes of packed rows") }
        memory.append(p)
        return p
    }

    /// How far the approximate products of a row may be from Float32 similarities.
    package struct Bound: Sendable {
        /// Of any pair with the row: codes, and the rounding of both.
        package var margin: Float
        /// The part of it that is rounding: γ of the dot product, and of the tile (Float32) or of the scales (int8).
        package var rounding: Float
        /// The unit in which the kernels keep the width of an interval.
        var step: Float
    }

    /// The bounds of each row's products with any row of `other`.
    package func bounds(to other: PackedRows) -> [Bound] {
        let unit = 0x1p-24
        let depth = Double(matrix.columns)
        var (norm, error, length) = (0.0, 0.0, 0.0)
        for i in 0..<other.count {
            norm = max(norm, Double(other.operand.norm[i]))
            error = max(error, Double(other.operand.error[i]))
            length = max(length, Double(other.operand.norm[i]) + Double(other.operand.error[i]))
        }
        // m of ck_dot, the chain of a Float32 tile, and twelve for the sums and differences that bounds go through
        let steps = (depth / 64).rounded(.up) + 19 + (operand.kind == CK_INT8 ? 0 : depth)
        let gamma = steps * unit / (1 - steps * unit)
        return (0..<count).map { i in
            let (n, e) = (Double(operand.norm[i]), Double(operand.error[i]))
            let rounding = (4 * unit * n * norm + gamma * (n + e) * length) * (1 + 1e-6)
            let margin = (n * error + e * length + rounding) * (1 + 4e-6)
            let step = (2 * margin + 0x1p-14 * (n + e) * length) / 250 * (1 + 1e-5)
            return Bound(
                margin: Float(margin).nextUp, rounding: Float(rounding).nextUp, step: max(Float(step).nextUp, 1e-30))
        }
    }
}
