import CKernels
import Glibc

/// For each row its k best so far; filled tile by tile, ranked at the end.
final class CandidateLists: @unchecked Sendable {
    private(set) var lists: ck_lists
    private let margin: UnsafeMutablePointer<Float>

    /// Lists for the rows of `packed` against rows of `other`. Memory: 16k + 600 bytes a row.
    init(_ packed: PackedRows, against other: PackedRows, k: Int, floor: Float) {
        let rows = packed.matrix.rows
        let margins = packed.margins(to: other)
        margin = .allocate(capacity: rows + 64)
        lists = ck_lists()
        lists.k = k
        // a cut costs about as much for 2k as for k + 1 entries, and comes k + 64 times less often
        lists.capacity = 2 * k + 64
        lists.entries = .allocate(capacity: rows * lists.capacity)
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
    }

    deinit {
        lists.entries.deallocate()
        lists.count.deallocate()
        lists.worst.deallocate()
        lists.threshold.deallocate()
        margin.deallocate()
    }
}
