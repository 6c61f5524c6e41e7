import FaceCore

/// Unit rows in many small cells, searched by the few cells that are nearest and then along the edges that are known.
///
/// A row lies in the cell that a ``PairedCodebook`` names. A query meets the rows of the nearest cells until its budget is
/// spent; who is like a row that it met is like the query too, so that it goes on through the lists of the nearest rows that
/// it found (``CellSearch``). Cells need to lead to one row of a person only, and the lists are as long as persons are, so
/// that neither part of the work grows with the library. The budget is read off a sample whose rows in reach are known
/// exactly, each time the library has doubled. The same for every number of threads.
struct GrowingCells: Sendable {
    let dimension: Int
    /// The share of rows in reach that a search must find.
    let recall: Double
    private(set) var rows: RowBlocks
    /// Nil while there are few rows: then all are searched.
    private(set) var book: PairedCodebook?
    /// The rows of each cell, rising.
    private(set) var cells: [[Int32]] = []
    /// The cell of each row, −1 for erased ones; 0 without a codebook.
    private(set) var home: [Int32] = []
    private(set) var live = 0
    /// Rows when the codebook learnt.
    private var learnt = 0
    var calibration = Calibration()
    var work = SearchWork()

    /// Below, all rows are compared.
    static let fewestRows = 4096

    /// How many rows a search may compare before it goes on through lists.
    struct Calibration: Sendable, Codable, Equatable {
        /// Rows when it was made; 0: never.
        var rows = 0
        var budget = 128
        /// Rows in reach of those that measured, and how many of them were found.
        var expected = 0
        var found = 0
    }

    init(dimension: Int, recall: Double) {
        self.dimension = dimension
        self.recall = recall
        rows = RowBlocks(dimension: dimension)
    }

    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        precondition(home[row] >= 0, "row \(row) was erased")
        return rows.withRow(row, body)
    }

    // MARK: Changes

    /// Returns the cells near each row; none while all rows are searched.
    @discardableResult
    mutating func append(_ more: Matrix, threads: Int) -> [CellOrder] {
        let first = home.count
        rows.append(more)
        live += more.rows
        guard let book else {
            home += [Int32](repeating: 0, count: more.rows)
            return []
        }
        let view = rows.view
        let orders = parallelMap(more.rows, threads: threads, grain: 64) { k in
            book.order(near: view.address(Int32(first + k)))
        }
        home += orders.map(\.cell)
        work.centres += more.rows * book.cost
        for row in first..<home.count { cells[Int(home[row])].append(Int32(row)) }
        return orders
    }

    /// Takes rows out; their bytes are overwritten.
    mutating func erase(_ gone: some Sequence<Int>) {
        for row in gone where home[row] >= 0 {
            if book != nil { cells[Int(home[row])].removeAll { $0 == Int32(row) } }
            rows.erase(row)
            home[row] = -1
            live -= 1
        }
    }

    /// The live rows, rising.
    var members: [Int32] { home.indices.filter { home[$0] >= 0 }.map(Int32.init) }

    // MARK: Search

    /// Learns the cells anew when the library is four times what it was, and sets the budget when it has doubled. `lists`
    /// are the rows in reach of each row, all of them; empty where they are not known.
    mutating func prepare(
        _ closeness: Float, _ floor: Float, lists: [[GrowingVectors.Neighbour]], threads: Int
    ) throws(LikenessError) {
        guard live >= Self.fewestRows, dimension > 1 else { return }
        if live >= 4 * learnt { learn(threads) }
        if live >= 2 * calibration.rows { try calibrate(closeness, floor, lists, threads) }
    }

    private mutating func learn(_ threads: Int) {
        let (known, view) = (members, rows.view)
        let book = PairedCodebook(view, known, dimension: dimension, seed: UInt64(home.count), threads: threads)
        self.book = book
        learnt = live
        place(
            known,
            parallelMap(known.count, threads: threads, grain: 64) { book.cell(of: view.address(known[$0])) })
        work.centres += known.count * book.cost
    }

    private mutating func place(_ known: [Int32], _ targets: [Int32]) {
        cells = [[Int32]](repeating: [], count: book?.cells ?? 0)
        for (row, cell) in zip(known, targets) {
            home[Int(row)] = cell
            cells[Int(cell)].append(row)
        }
    }

    /// The way from a query to the rows in reach, as it is now.
    func search(
        _ closeness: Float, _ floor: Float, lists: [[GrowingVectors.Neighbour]], budget: Int? = nil
    ) -> CellSearch {
        CellSearch(
            view: rows.view, dimension: dimension, book: book, cells: book == nil ? [members] : cells, lists: lists,
            closeness: closeness, floor: floor,
            budget: book == nil ? Int.max : budget ?? calibration.budget)
    }

    /// For each query the rows of at least this closeness that were found, by rising row; without lists.
    mutating func within(
        _ closeness: Float, of queries: Matrix, threads: Int
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        try prepare(closeness, closeness, lists: [], threads: threads)
        let search = search(closeness, closeness, lists: [])
        let found = parallelMap(queries.rows, threads: threads, grain: 16) { q in
            queries.withRow(q) { x in x.baseAddress.map { search.find($0, except: -1) } ?? CellSearch.Finds() }
        }
        for f in found { work += f.work }
        return found.map(\.rows)
    }

    /// Appends rows and finds for each the rows of at least `floor`, by rising row, itself left out. A pair of new rows that
    /// one of them found is found by both. `lists` are those of all rows before them.
    mutating func append(
        _ more: Matrix, neighbours closeness: Float, floor: Float, lists: [[GrowingVectors.Neighbour]], threads: Int
    ) -> [[GrowingVectors.Neighbour]] {
        let first = home.count
        let orders = append(more, threads: threads)
        let search = search(closeness, floor, lists: lists)
        let found = parallelMap(more.rows, threads: threads, grain: 16) { k in
            let row = Int32(first + k)
            return search.find(search.view.address(row), order: orders.isEmpty ? nil : orders[k], except: row)
        }
        for f in found { work += f.work }
        var following = NewNeighbours(found.map(\.rows), first: first)
        work += following.follow(search, threads: threads)
        return following.lists
    }
}

extension GrowingCells {
    /// What a file keeps beside the rows.
    struct Saved {
        /// The cell of each row, −1 for erased ones.
        var homes: [Int32]
        /// Code words of the even values and of the odd ones; none while all rows are searched.
        var words: [[Float]]
        var learnt: Int
        var calibration: Calibration
    }

    var saved: Saved {
        Saved(
            homes: home, words: book?.halves.map(\.words) ?? [[], []], learnt: learnt, calibration: calibration)
    }

    /// Nil for parts that contradict each other.
    init?(_ rows: Matrix, _ saved: Saved, recall: Double) {
        self.init(dimension: rows.columns, recall: recall)
        let widths = [(dimension + 1) / 2, dimension / 2]
        guard saved.homes.count == rows.rows, saved.words.count == 2, saved.calibration.budget > 0,
            zip(saved.words, widths).allSatisfy({ $0.count % max(1, $1) == 0 && $0.allSatisfy(\.isFinite) })
        else { return nil }
        let halves = zip(saved.words, widths).map { PairedCodebook.Half(width: $1, words: $0) }
        let hasBook = halves.allSatisfy { $0.count > 0 }
        let count = hasBook ? halves[0].count * halves[1].count : 1
        guard saved.homes.allSatisfy({ $0 >= -1 && $0 < count }) else { return nil }
        self.rows.append(rows)
        (home, live) = (saved.homes, saved.homes.count { $0 >= 0 })
        (learnt, calibration) = (saved.learnt, saved.calibration)
        guard hasBook else { return }
        book = PairedCodebook(dimension: dimension, halves: halves)
        let known = members
        place(known, known.map { saved.homes[Int($0)] })
    }

    /// Rows of a state that kept other cells: these are learnt with the next rows.
    init(_ rows: Matrix, live isLive: [Bool], recall: Double) {
        self.init(dimension: rows.columns, recall: recall)
        self.rows.append(rows)
        home = isLive.map { $0 ? 0 : -1 }
        live = isLive.count { $0 }
    }
}
