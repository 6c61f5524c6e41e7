import CKernels
import Glibc

/// For each row what may still belong to its k best; filled tile by tile, ranked at the end.
final class CandidateLists: @unchecked Sendable {
    private(set) var lists: ck_lists
    private let numbers: UnsafeMutablePointer<Float>
    private let allowed: RowSet?

    /// Lists for the rows of `packed` against rows of `other`; `reach` tells for each row below which similarity nothing
    /// is sought. Memory: about 24k + 400 bytes a row.
    init(
        _ packed: PackedRows, against other: PackedRows, k: Int, floor: Float, reach: [Float] = [],
        allowed: RowSet? = nil
    ) {
        self.allowed = allowed
        let rows = packed.matrix.rows
        let bounds = packed.bounds(to: other)
        numbers = .allocate(capacity: 5 * rows + 64)
        lists = ck_lists()
        lists.k = k
        lists.floor = floor
        lists.capacity = max(1, min(3 * k + 48, other.matrix.rows))
        lists.entries = .allocate(capacity: rows * lists.capacity)
        lists.count = .allocate(capacity: rows)
        lists.count.initialize(repeating: 0, count: rows)
        lists.settled = .allocate(capacity: rows)
        lists.settled.initialize(repeating: 0, count: rows)
        let (margin, rounding, step) = (numbers, numbers + rows, numbers + 2 * rows)
        lists.reach = numbers + 3 * rows
        lists.threshold = numbers + 4 * rows
        (lists.threshold + rows).initialize(repeating: .infinity, count: 64)
        for i in 0..<rows {
            (margin + i).initialize(to: bounds[i].margin)
            (rounding + i).initialize(to: bounds[i].rounding)
            (step + i).initialize(to: bounds[i].step)
            let least = reach.isEmpty ? floor : max(floor, reach[i])
            (lists.reach + i).initialize(to: least)
            (lists.threshold + i).initialize(to: least - bounds[i].margin)
        }
        (lists.margin, lists.rounding, lists.step) = (
            UnsafePointer(margin), UnsafePointer(rounding), UnsafePointer(step)
        )
        if let allowed { lists.allowed = UnsafePointer(allowed.words) }
    }

    /// Pairs of rows that are met in another join too are left to the first: `groups` holds `width` rising numbers a
    /// row, and a pair counts where the first number that both have is `group`. Call before the first join.
    func leave(to group: UInt32, groups: UnsafePointer<UInt32>, width: Int) {
        (lists.groups, lists.group_width, lists.group) = (groups, width, group)
    }

    deinit {
        lists.entries.deallocate()
        lists.count.deallocate()
        lists.settled.deallocate()
        numbers.deallocate()
    }
}
