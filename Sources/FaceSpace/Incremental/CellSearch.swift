import FaceCore

/// The search of one row: cells, the nearest first, then the lists of the nearest rows that were found.
struct CellSearch: Sendable {
    typealias Neighbour = GrowingVectors.Neighbour

    let view: RowBlocks.View
    let dimension: Int
    let book: PairedCodebook?
    let cells: [[Int32]]
    /// Rows in reach of each row, of those that have a list.
    let lists: [[Neighbour]]
    /// From here on two rows are in reach of each other.
    let closeness: Float
    /// From here on a row is worth remembering, and its list worth reading.
    let floor: Float
    /// Rows of cells that may be compared.
    let budget: Int

    /// Lists that a search reads at most, and lists without a new row after which it ends.
    static let mostLists = 32
    private static let fruitless = 6

    struct Finds: Sendable {
        /// Of at least ``floor``, by rising row.
        var rows: [Neighbour] = []
        var work = SearchWork()
    }

    /// Rows near a query; `except` is its own number, or −1, `order` the cells near it where they are known.
    func find(_ x: UnsafePointer<Float>, order: CellOrder? = nil, except own: Int32) -> Finds {
        var out = Finds()
        var seen = RowNumbers(own)
        probe(x, order, &seen, &out)
        if !lists.isEmpty { descend(x, &seen, &out) }
        out.rows.sort { $0.row < $1.row }
        return out
    }

    private func probe(
        _ x: UnsafePointer<Float>, _ order: CellOrder?, _ seen: inout RowNumbers, _ out: inout Finds
    ) {
        var left = budget
        func meet(_ cell: [Int32]) -> Bool {
            for row in cell.prefix(left) { compare(x, row, &seen, &out) }
            left -= min(left, cell.count)
            return left > 0
        }
        guard let book else {
            _ = meet(cells[0])
            return
        }
        if order == nil { out.work.centres += book.cost }
        (order ?? book.order(near: x)).visit { meet(cells[Int($0)]) }
    }

    /// Compares a row that was not seen, and keeps it when it is worth remembering.
    func compare(_ x: UnsafePointer<Float>, _ row: Int32, _ seen: inout RowNumbers, _ out: inout Finds) {
        guard seen.insert(row) else { return }
        out.work.rows += 1
        let s = RowKernels.dot(x, view.address(row), dimension)
        if s >= floor { out.rows.append(Neighbour(row: row, closeness: s)) }
    }

    /// Reads the lists of the nearest rows so far, until nothing new comes of it.
    private func descend(_ x: UnsafePointer<Float>, _ seen: inout RowNumbers, _ out: inout Finds) {
        var open = NearestFirst()
        var (taken, idle) = (0, 0)
        for _ in 0..<Self.mostLists {
            while taken < out.rows.count {
                if Int(out.rows[taken].row) < lists.count { open.push(out.rows[taken]) }
                taken += 1
            }
            guard let next = open.pop(), idle < Self.fruitless else { return }
            let before = out.work.rows
            for n in lists[Int(next.row)] { compare(x, n.row, &seen, &out) }
            idle = out.work.rows > before ? 0 : idle + 1
        }
    }
}

/// Neighbours that wait, the nearest first, of equally near ones the lower row: a binary heap.
struct NearestFirst {
    private var heap: [GrowingVectors.Neighbour] = []

    private static func precedes(_ a: GrowingVectors.Neighbour, _ b: GrowingVectors.Neighbour) -> Bool {
        a.closeness != b.closeness ? a.closeness > b.closeness : a.row < b.row
    }

    mutating func push(_ n: GrowingVectors.Neighbour) {
        heap.append(n)
        var at = heap.count - 1
        while at > 0, Self.precedes(heap[at], heap[(at - 1) / 2]) {
            heap.swapAt(at, (at - 1) / 2)
            at = (at - 1) / 2
        }
    }

    mutating func pop() -> GrowingVectors.Neighbour? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var at = 0
        while true {
            var best = at
            for child in [2 * at + 1, 2 * at + 2] where child < heap.count {
                if Self.precedes(heap[child], heap[best]) { best = child }
            }
            if best == at { return first }
            heap.swapAt(at, best)
            at = best
        }
    }
}

/// A set of row numbers that only grows, in one open table.
struct RowNumbers {
    /// −1: free.
    private var table: [Int32]
    private var count = 0

    init(_ first: Int32) {
        table = [Int32](repeating: -1, count: 1024)
        _ = insert(first)
    }

    /// False when it was there; −1 always is.
    mutating func insert(_ row: Int32) -> Bool {
        if row < 0 { return false }
        if 2 * count >= table.count { grow() }
        let at = slot(row)
        if table[at] == row { return false }
        table[at] = row
        count += 1
        return true
    }

    /// Where a row is, or the free place that is its own.
    private func slot(_ row: Int32) -> Int {
        let mask = table.count - 1
        var at = Int(truncatingIfNeeded: (UInt64(UInt32(bitPattern: row)) &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while table[at] >= 0, table[at] != row { at = (at + 1) & mask }
        return at
    }

    private mutating func grow() {
        let old = table
        table = [Int32](repeating: -1, count: 2 * old.count)
        for row in old where row >= 0 { table[slot(row)] = row }
    }
}
