import FaceCore

/// Unit rows in cells of at most 512 that split as they grow, searched by the cells whose centres are nearest.
///
/// A row goes to the cell with the nearest centre; a cell that grows too large is parted in two (2-means), and its rows may
/// move to other cells then. A query meets the rows of all cells that are less near than the nearest by no more than a
/// difference. That is read off a sample whose rows in reach are known exactly, each time the library has doubled; how much
/// is compared still grows with the library (KNOWN_ISSUES). The same for every number of threads. One copy of the rows, and
/// their codes.
struct GrowingCells: Sendable {
    let dimension: Int
    /// The share of rows in reach that a search must find.
    let recall: Double
    private var cells: [Cell] = []
    private var directory: CellDirectory
    /// The cell of each row, −1 for erased ones, and its place there.
    private var home: [Int32] = []
    private var place: [Int32] = []
    private var live = 0
    private(set) var calibration = Calibration()
    private var compared = 0

    /// More rows are too many for a cell: a few cells then hold the rows of a person and of those most like her.
    static let largestCell = 512
    /// Below, all cells are searched.
    static let fewestRows = 4096
    /// Rows of which one half chooses the cells to be searched, and the other measures the recall.
    private static let sample = 512
    private static let chunk = 1 << 16

    /// How far from the nearest cell a search goes.
    struct Calibration: Sendable, Codable, Equatable {
        /// Rows when it was made; 0: never, all cells are searched.
        var rows = 0
        var difference: Float = 0
        var parents = 0
        /// Rows in reach of those that measured, and how many of them were found.
        var expected = 0
        var found = 0
    }

    private struct Cell: Sendable {
        var rows: [Int32] = []
        /// At least as many rows as there are.
        var matrix: Matrix
        var packed: PackedRows?
    }

    init(dimension: Int, recall: Double) {
        self.dimension = dimension
        self.recall = recall
        directory = CellDirectory(dimension: dimension)
    }

    mutating func takeCompared() -> Int {
        defer { compared = 0 }
        return compared
    }

    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        let cell = Int(home[row])
        precondition(cell >= 0, "row \(row) was erased")
        return cells[cell].matrix.withRow(Int(place[row]), body)
    }

    // MARK: Changes

    mutating func append(_ rows: Matrix, threads: Int) {
        let first = home.count
        home += [Int32](repeating: -1, count: rows.rows)
        place += [Int32](repeating: -1, count: rows.rows)
        live += rows.rows
        var targets = [Int32](repeating: 0, count: rows.rows)
        if directory.isEmpty {
            cells.append(Cell(matrix: Matrix(rows: 0, columns: dimension)))
            directory.add(0, centre: rows.row(0))
        } else {
            targets = nearest(rows.rows, threads) { [rows] k, body in rows.withRow(k, body) }
        }
        var arriving: [Int32: [Int]] = [:]
        for (k, cell) in targets.enumerated() { arriving[cell, default: []].append(k) }
        for (cell, places) in arriving {
            reserve(Int(cell), cells[Int(cell)].rows.count + places.count)
            for k in places { rows.withRow(k) { put($0, Int32(first + k), in: Int(cell)) } }
        }
        let parted = split(arriving.keys.sorted(), threads)
        guard !parted.isEmpty else { return }
        // the rows of cells that are new may be nearer to others: once, so that the work ends
        _ = split(settle(parted, threads), threads)
    }

    /// The nearest cell of each of some rows.
    private mutating func nearest(
        _ count: Int, _ threads: Int, _ row: @Sendable (Int, (UnsafeBufferPointer<Float>) -> Int32) -> Int32
    ) -> [Int32] {
        let directory = directory
        compared += count * directory.cost(parents: CellDirectory.parentsOfRow)
        return parallelMap(count, threads: threads, grain: 64) { k in
            row(k) { directory.ranked($0, parents: CellDirectory.parentsOfRow).first?.cell ?? 0 }
        }
    }

    private mutating func reserve(_ cell: Int, _ count: Int) {
        cells[cell].packed = nil
        guard count > cells[cell].matrix.rows else { return }
        let own = cells[cell].rows.count
        var grown = Matrix(rows: (count + 63) / 64 * 64, columns: dimension)
        let old = cells[cell].matrix
        grown.withUnsafeMutableRows { to in
            old.withUnsafeRows { to.update(from: $0, count: own * old.stride) }
        }
        cells[cell].matrix = grown
    }

    private mutating func put(_ x: UnsafeBufferPointer<Float>, _ row: Int32, in cell: Int) {
        cells[cell].packed = nil
        let at = cells[cell].rows.count
        cells[cell].matrix.setRow(at, x)
        cells[cell].rows.append(row)
        (home[Int(row)], place[Int(row)]) = (Int32(cell), Int32(at))
    }

    /// Takes a row out of its cell; its bytes are overwritten.
    private mutating func take(_ row: Int) {
        let (cell, at) = (Int(home[row]), Int(place[row]))
        cells[cell].packed = nil
        let last = cells[cell].rows.count - 1
        if at < last {
            let moved = cells[cell].matrix.row(last)
            cells[cell].matrix.setRow(at, moved)
            let other = cells[cell].rows[last]
            cells[cell].rows[at] = other
            place[Int(other)] = Int32(at)
        }
        cells[cell].matrix.setRow(last, repeatElement(0, count: dimension))
        cells[cell].rows.removeLast()
        (home[row], place[row]) = (-1, -1)
    }

    mutating func erase(_ rows: some Sequence<Int>) {
        for row in rows where home[row] >= 0 {
            let cell = Int(home[row])
            take(row)
            live -= 1
            if cells[cell].rows.isEmpty, directory.count > 1 { drop(cell) }
        }
    }

    private mutating func drop(_ cell: Int) {
        directory.remove(cell)
        cells[cell] = Cell(matrix: Matrix(rows: 0, columns: dimension))
    }

    /// Parts cells until none is too large. Returns those that are new or smaller.
    private mutating func split(_ start: [Int32], _ threads: Int) -> [Int32] {
        var open = start
        var parted: Set<Int32> = []
        while let cell = open.popLast() {
            guard cells[Int(cell)].rows.count > GrowingCells.largestCell else { continue }
            let fresh = part(Int(cell))
            parted.formUnion([cell, fresh])
            open += [fresh, cell]
        }
        return parted.sorted()
    }

    /// Parts a cell in two; returns the new one.
    private mutating func part(_ cell: Int) -> Int32 {
        let old = cells[cell]
        // in order of the rows, so that the parts do not depend on the places
        let order = old.rows.indices.sorted { old.rows[$0] < old.rows[$1] }
        let halves = TwoMeans(old.matrix, order)
        compared += halves.compared
        let fresh = directory.fresh
        if fresh == cells.count { cells.append(Cell(matrix: Matrix(rows: 0, columns: dimension))) }
        directory.move(cell, to: halves.centres.0)
        directory.add(fresh, centre: halves.centres.1, beside: cell)
        for (target, places) in [(cell, halves.places.0), (fresh, halves.places.1)] {
            cells[target] = Cell(matrix: Matrix(rows: 0, columns: dimension))
            reserve(target, places.count)
            for at in places { old.matrix.withRow(at) { put($0, old.rows[at], in: target) } }
        }
        return Int32(fresh)
    }

    /// Moves the rows of cells to those that are nearest now; returns the cells that grew.
    private mutating func settle(_ parted: [Int32], _ threads: Int) -> [Int32] {
        let rows = parted.flatMap { cells[Int($0)].rows }.sorted()
        return move(rows, to: targets(of: rows, threads))
    }

    private mutating func targets(of rows: [Int32], _ threads: Int) -> [Int32] {
        let own = self
        return nearest(rows.count, threads) { k, body in own.withRow(Int(rows[k]), body) }
    }

    private mutating func move(_ rows: [Int32], to targets: [Int32]) -> [Int32] {
        var grown: Set<Int32> = []
        for (row, target) in zip(rows, targets) where home[Int(row)] != target {
            let cell = Int(home[Int(row)])
            guard cells[cell].rows.count > 1 else { continue }
            let x = withRow(Int(row)) { Array($0) }
            take(Int(row))
            reserve(Int(target), cells[Int(target)].rows.count + 1)
            x.withUnsafeBufferPointer { put($0, row, in: Int(target)) }
            grown.insert(target)
        }
        return grown.sorted()
    }

    // MARK: Search

    /// For each query the rows of at least this closeness that its cells hold, by rising row.
    mutating func within(
        _ closeness: Float, of queries: Matrix, threads: Int
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        try pack(threads)
        if live >= GrowingCells.fewestRows, live >= 2 * calibration.rows { try calibrate(closeness, threads) }
        var found: [[GrowingVectors.Neighbour]] = []
        found.reserveCapacity(queries.rows)
        for start in stride(from: 0, to: queries.rows, by: GrowingCells.chunk) {
            let range = start..<min(queries.rows, start + GrowingCells.chunk)
            let part = range.count == queries.rows ? queries : queries.rows(at: range)
            found += try scan(part, visits(part, threads), closeness, threads)
        }
        return found
    }

    /// The cells that each query visits.
    private mutating func visits(_ queries: Matrix, _ threads: Int) -> [[Int32]] {
        let (directory, calibration) = (directory, calibration)
        guard calibration.rows > 0 else {
            let all = directory.members
            return [[Int32]](repeating: all, count: queries.rows)
        }
        compared += queries.rows * directory.cost(parents: calibration.parents)
        return parallelMap(queries.rows, threads: threads, grain: 64) { q in
            queries.withRow(q) { x in
                let ranked = directory.ranked(x, parents: calibration.parents)
                let least = (ranked.first?.similarity ?? 0) - calibration.difference
                return ranked.prefix { $0.similarity >= least }.map(\.cell)
            }
        }
    }

    private mutating func pack(_ threads: Int) throws(LikenessError) {
        let open = cells.indices.filter { cells[$0].packed == nil && !cells[$0].rows.isEmpty }
        guard !open.isEmpty else { return }
        try cells.withUnsafeMutableBufferPointer { (buffer) throws(LikenessError) in
            nonisolated(unsafe) let buffer = buffer
            try parallelFor(open.count, threads: threads, cancellation: nil) { (k) throws(LikenessError) in
                let own = buffer[open[k]]
                buffer[open[k]].packed = try PackedRows(
                    own.matrix.prefix(own.rows.count), kind: .int8, left: false, threads: 1)
            }
        }
    }

    private struct Find: Sendable {
        var query: UInt32
        var neighbour: GrowingVectors.Neighbour
    }

    /// Compares queries with the rows of their cells; `visits` names each cell of a query once.
    private mutating func scan(
        _ queries: Matrix, _ visits: [[Int32]], _ closeness: Float, _ threads: Int
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        var visitors = [[UInt32]](repeating: [], count: cells.count)
        for (q, list) in visits.enumerated() { for cell in list { visitors[Int(cell)].append(UInt32(q)) } }
        let open = cells.indices.filter { !visitors[$0].isEmpty && !cells[$0].rows.isEmpty }
        compared += open.reduce(0) { $0 + visitors[$1].count * cells[$1].rows.count }
        var finds = [[Find]](repeating: [], count: open.count)
        let (all, asking) = (cells, visitors)
        try finds.withUnsafeMutableBufferPointer { (buffer) throws(LikenessError) in
            nonisolated(unsafe) let buffer = buffer
            try parallelFor(open.count, threads: threads, cancellation: nil) { (k) throws(LikenessError) in
                buffer[k] = try Self.finds(all[open[k]], asking[open[k]], queries, closeness)
            }
        }
        var found = [[GrowingVectors.Neighbour]](repeating: [], count: queries.rows)
        for list in finds { for find in list { found[Int(find.query)].append(find.neighbour) } }
        for q in found.indices { found[q].sort { $0.row < $1.row } }
        return found
    }

    /// What the rows of a cell are to those that visit it. A list that is full is made again with room for all.
    private static func finds(
        _ cell: Cell, _ visitors: [UInt32], _ queries: Matrix, _ closeness: Float
    ) throws(LikenessError) -> [Find] {
        guard let packed = cell.packed else { return [] }
        var out: [Find] = []
        var open = visitors
        var k = min(64, cell.rows.count)
        while !open.isEmpty {
            var join = NeighbourJoin(k: k)
            (join.floor, join.threads) = (closeness, 1)
            let asking = queries.rows(at: open.map(Int.init))
            let result = try join.join(
                PackedRows(asking, kind: .int8, right: false, threads: 1), base: packed)
            var full: [UInt32] = []
            for (at, query) in open.enumerated() {
                let list = at * k..<(at + 1) * k
                if k < cell.rows.count, result.indices[list.upperBound - 1] >= 0 {
                    full.append(query)
                    continue
                }
                for e in list where result.indices[e] >= 0 {
                    let row = cell.rows[Int(result.indices[e])]
                    out.append(
                        Find(query: query, neighbour: .init(row: row, closeness: result.similarities[e])))
                }
            }
            open = full
            k = cell.rows.count
        }
        return out
    }

    // MARK: Calibration

    /// Reads off a sample which cells must be searched.
    private mutating func calibrate(_ closeness: Float, _ threads: Int) throws(LikenessError) {
        var random = SeededRandom(seed: UInt64(home.count))
        var chosen: Set<Int> = []
        while chosen.count < GrowingCells.sample {
            let row = Int.random(in: 0..<home.count, using: &random)
            if home[row] >= 0 { chosen.insert(row) }
        }
        let rows = chosen.sorted().shuffled(using: &random)
        let queries = Matrix(rows.map { row in withRow(row) { Array($0) } })
        let all = [[Int32]](repeating: directory.members, count: rows.count)
        let truth = try scan(queries, all, closeness, threads)
        let half = rows.count / 2
        calibration = Calibration(rows: live)
        (calibration.difference, calibration.parents) = reach(rows[..<half], truth)
        let measured = queries.rows(at: half..<rows.count)
        let found = try scan(measured, visits(measured, threads), closeness, threads)
        for (k, row) in rows[half...].enumerated() {
            calibration.expected += truth[half + k].count { Int($0.row) != row }
            calibration.found += found[k].count { Int($0.row) != row }
        }
    }

    /// The least difference, and the fewest parents, with which the rows in reach of these are found.
    private func reach(_ rows: ArraySlice<Int>, _ truth: [[GrowingVectors.Neighbour]]) -> (Float, Int) {
        // rows in reach come in persons, which are found or missed together
        let spare = 1.5 * (recall * (1 - recall) / Double(rows.count)).squareRoot()
        var parents = CellDirectory.parentsOfRow
        while true {
            var needed: [Float] = []
            for (k, row) in rows.enumerated() {
                let ranked = withRow(row) { directory.ranked($0, parents: parents) }
                let best = ranked.first?.similarity ?? 0
                let near = Dictionary(uniqueKeysWithValues: ranked.map { ($0.cell, best - $0.similarity) })
                needed += truth[k].filter { Int($0.row) != row }.map { near[home[Int($0.row)]] ?? .infinity }
            }
            guard !needed.isEmpty else { return (GrowingCells.standardDifference, parents) }
            needed.sort()
            let rank = Int((min(1, recall + spare) * Double(needed.count)).rounded(.up)) - 1
            let difference = needed[min(needed.count - 1, max(0, rank))]
            if difference.isFinite { return (difference, parents) }
            parents *= 2
        }
    }

    /// Where a sample has no rows in reach.
    private static let standardDifference: Float = 0.1
}

extension GrowingCells {
    /// What a file keeps beside the rows.
    struct Saved {
        /// The cell of each row, −1 for erased ones.
        var homes: [Int32]
        /// cells×d, and the parent of each cell, −1 for unused ones.
        var centres: [Float]
        var parents: [Int32]
        var calibration: Calibration
    }

    var saved: Saved {
        Saved(homes: home, centres: directory.centres, parents: directory.parentOf, calibration: calibration)
    }

    /// Nil for parts that contradict each other.
    init?(_ rows: Matrix, _ saved: Saved, recall: Double) {
        self.init(dimension: rows.columns, recall: recall)
        let count = saved.parents.count
        guard saved.homes.count == rows.rows, saved.centres.count == count * dimension,
            saved.homes.allSatisfy({ $0 >= -1 && $0 < count && ($0 < 0 || saved.parents[Int($0)] >= 0) }),
            let directory = CellDirectory(dimension: dimension, centres: saved.centres, parentOf: saved.parents)
        else { return nil }
        self.directory = directory
        calibration = saved.calibration
        home = [Int32](repeating: -1, count: rows.rows)
        place = home
        cells = [Cell](repeating: Cell(matrix: Matrix(rows: 0, columns: dimension)), count: count)
        var sizes = [Int](repeating: 0, count: count)
        for cell in saved.homes where cell >= 0 { sizes[Int(cell)] += 1 }
        for cell in 0..<count { reserve(cell, sizes[cell]) }
        for row in 0..<rows.rows where saved.homes[row] >= 0 {
            rows.withRow(row) { put($0, Int32(row), in: Int(saved.homes[row])) }
            live += 1
        }
    }
}
