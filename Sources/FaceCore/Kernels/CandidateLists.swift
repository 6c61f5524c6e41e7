import CKernels
import Glibc

/// For each row its k best so far; filled tile by tile, ranked at the end.
final class CandidateLists: @unchecked Sendable {
    private(set) var lists: ck_lists
    private let margin: UnsafeMutablePointer<Float>
    private let allowed: RowSet?

    /// Lists for the rows of `packed` against rows of `other`. Memory: 8k + 20 bytes a row.
    init(_ packed: PackedRows, against other: PackedRows, k: Int, floor: Float, allowed: RowSet? = nil) {
        self.allowed = allowed
        let rows = packed.matrix.rows
        let margins = packed.margins(to: other)
        margin = .allocate(capacity: rows + 64)
        lists = ck_lists()
        lists.k = k
        lists.entries = .allocate(capacity: rows * k)
        lists.count = .allocate(capacity: rows)
        lists.count.initialize(repeating: 0, count: rows)
        lists.worst = .allocate(capacity: rows)
        lists.worst.initialize(repeating: ck_key(floor, .max), count: rows)
        lists.threshold = .allocate(capacity: rows + 64)
        lists.threshold.initialize(repeating: .infinity, count: rows + 64)
        for i in 0..<rows {
            margin[i] = margins[i]
            lists.threshold[i] = floor - margins[i]
        }
        lists.margin = UnsafePointer(margin)
        if let allowed { lists.allowed = UnsafePointer(allowed.words) }
    }

    deinit {
        lists.entries.deallocate()
        lists.count.deallocate()
        lists.worst.deallocate()
        lists.threshold.deallocate()
        margin.deallocate()
    }
}
