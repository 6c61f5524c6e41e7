import CKernels
import Glibc

/// For each row what may still belong to its k best; filled tile by tile, ranked at the end.
final class CandidateLists: @unchecked Sendable {
    private(set) var lists = ck_lists()
    private let rows: Int
    private let numbers: UnsafeMutablePointer<Float>
    private let allowed: RowSet?
    private var visits: UnsafeMutablePointer<UInt32>?

    /// Lists for the rows of `packed` against rows of `other`. Memory: about 24k + 400 bytes a row, of short lists
    /// 8k + 500: those are cut more often.
    init(
        _ packed: PackedRows, against other: PackedRows, k: Int, floor: Float, isShort: Bool = false,
        allowed: RowSet? = nil
    ) {
        self.allowed = allowed
        rows = packed.count
        numbers = .allocate(capacity: 5 * rows + 64)
        allocate(k: k, floor: floor, capacity: min(isShort ? k + 64 : 3 * k + 48, other.count))
        for (i, bound) in packed.bounds(to: other).enumerated() { set(i, bound, reach: floor) }
        if let allowed { lists.allowed = UnsafePointer(allowed.words) }
    }

    /// Empty lists for some rows of others, to be merged into those: for the join of a cell with rows that visit it.
    /// `reach` tells what a neighbour of a row must reach, `others` how many rows can be met.
    init(
        gathering own: [UInt32], of shared: CandidateLists, others: Int, reach: (Int) -> Float, cell: Int,
        visits cells: CellVisits
    ) {
        allowed = nil
        rows = own.count
        numbers = .allocate(capacity: 5 * rows + 64)
        let all = shared.lists
        allocate(k: all.k, floor: all.floor, capacity: min(3 * all.k + 48, others))
        let width = cells.width
        let visits = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, rows * width))
        for (i, row) in own.enumerated() {
            let r = Int(row)
            let bound = PackedRows.Bound(margin: all.margin[r], rounding: all.rounding[r], step: all.step[r])
            set(i, bound, reach: reach(r))
            cells.copy(r, to: visits + i * width)
        }
        (lists.visits, lists.visit_width, lists.cell) = (UnsafePointer(visits), width, UInt32(cell))
        self.visits = visits
    }

    private func allocate(k: Int, floor: Float, capacity: Int) {
        lists.k = k
        lists.floor = floor
        lists.capacity = max(1, capacity)
        lists.entries = .allocate(capacity: rows * lists.capacity)
        lists.count = .allocate(capacity: rows)
        lists.count.initialize(repeating: 0, count: rows)
        lists.settled = .allocate(capacity: rows)
        lists.settled.initialize(repeating: 0, count: rows)
        (lists.margin, lists.rounding) = (UnsafePointer(numbers), UnsafePointer(numbers + rows))
        lists.step = UnsafePointer(numbers + 2 * rows)
        (lists.reach, lists.threshold) = (numbers + 3 * rows, numbers + 4 * rows)
        (lists.threshold + rows).initialize(repeating: .infinity, count: 64)
    }

    private func set(_ i: Int, _ bound: PackedRows.Bound, reach: Float) {
        (numbers + i).initialize(to: bound.margin)
        (numbers + rows + i).initialize(to: bound.rounding)
        (numbers + 2 * rows + i).initialize(to: bound.step)
        (lists.reach + i).initialize(to: reach)
        (lists.threshold + i).initialize(to: reach - bound.margin)
    }

    deinit {
        lists.entries.deallocate()
        lists.count.deallocate()
        lists.settled.deallocate()
        visits?.deallocate()
        numbers.deallocate()
    }
}
