import CKernels
import Glibc

/// For each row the entries that may be among its k best; filled tile by tile, ranked at the end.
final class CandidateLists: @unchecked Sendable {
    private(set) var lists: ck_lists
    private let margin: UnsafeMutablePointer<Float>
    private let rows: Int

    /// Lists for the rows of `packed` against rows of `other`. Memory: 16k + 512 bytes a row, touched as it fills.
    init(_ packed: PackedRows, against other: PackedRows, k: Int, floor: Float) {
        rows = packed.matrix.rows
        let margins = packed.margins(to: other)
        margin = .allocate(capacity: rows + 64)
        lists = ck_lists()
        lists.k = k
        lists.capacity = 2 * k + 64
        lists.entries = .allocate(capacity: rows * lists.capacity)
        lists.count = .allocate(capacity: rows)
        lists.count.initialize(repeating: 0, count: rows)
        lists.threshold = .allocate(capacity: rows + 64)
        lists.threshold.initialize(repeating: .infinity, count: rows + 64)
        for i in 0..<rows {
            margin[i] = margins[i]
            lists.threshold[i] = floor - margins[i] / 2
        }
        lists.margin = UnsafePointer(margin)
    }

    deinit {
        lists.entries.deallocate()
        lists.count.deallocate()
        lists.threshold.deallocate()
        margin.deallocate()
    }
}
