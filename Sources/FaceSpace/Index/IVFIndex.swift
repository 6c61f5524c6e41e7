public import FaceCore

/// Vectors of one space with ids in the cells of an inverted file: a search looks into those cells only that lie nearest
/// to a query, as many as the wanted recall needs.
///
/// What is found is exact within those cells. A value type: a copy is a snapshot that other threads search while this
/// one changes. Removed vectors are gone: their cells are copied without them.
public struct IVFIndex: Sendable {
    public let space: EmbeddingSpace
    /// The id that the next vector gets; ids are never given twice.
    public private(set) var nextID: Int64
    /// Cells that a search looks into.
    public let probes: Int
    /// The share of true neighbours found when the index was made, by queries with vectors of its own.
    public let exactness: NeighbourGraph.Exactness
    let cells: CoarseCells
    private(set) var lists: [List]

    /// The vectors of one cell.
    struct List: Sendable {
        var ids: [Int64]
        var vectors: Matrix
        var packed: PackedRows?
    }

    /// Number of vectors.
    public var count: Int { lists.reduce(0) { $0 + $1.ids.count } }

    init(
        space: EmbeddingSpace, nextID: Int64, probes: Int, exactness: NeighbourGraph.Exactness, centres: Matrix,
        lists: [List]
    ) {
        self.space = space
        self.nextID = nextID
        self.probes = probes
        self.exactness = exactness
        cells = CoarseCells(centres: centres)
        self.lists = lists
    }

    /// Parts the vectors of `flat` into cells and chooses how many must be searched to find a share `recall` of the `k`
    /// nearest of a query; a recall of 1 searches all of them. Throws `usage`, `bad-data` for an index without a vector, `cancelled`.
    public init(
        _ flat: FlatIndex, recall: Double = 0.99, k: Int = 10, seed: UInt64 = 1, threads: Int = availableThreads(),
        cancellation: Cancellation? = nil
    ) throws(LikenessError) {
        guard recall > 0, recall <= 1, k > 0 else {
            throw LikenessError(.usage, subject: "recall", "a share of \(recall) of \(k) neighbours cannot be found")
        }
        try flat.space.requireCosine()
        guard flat.count > 0 else {
            throw LikenessError(.badData, subject: flat.space.id, "without a vector there are no cells")
        }
        // lists of √n/4 vectors: finding cells then costs as much as searching sixteen
        let number = max(1, min(flat.count, Int(4 * Double(flat.count).squareRoot())))
        let cells = try CoarseCells(
            of: flat.vectors, count: number, seed: seed, threads: threads, cancellation: cancellation)
        let nearest = try cells.nearest(flat.vectors)
        var rows = [[Int]](repeating: [], count: number)
        for (row, cell) in nearest.enumerated() { rows[Int(cell)].append(row) }
        let choice = try ProbeChoice(
            flat, cells, nearest, recall: recall, k: k, seed: seed, threads: threads, cancellation: cancellation)
        self.init(
            space: flat.space, nextID: flat.nextID, probes: choice.probes, exactness: choice.exactness,
            centres: cells.centres,
            lists: rows.map { List(ids: $0.map { flat.ids[$0] }, vectors: flat.vectors.rows(at: $0), packed: nil) })
        try prepare(threads: threads)
    }

    /// Adds vectors and returns their ids. O(m·d·√n + what the touched cells hold).
    /// Throws `dimension-mismatch`, or `non-finite` with the row; then nothing was added.
    @discardableResult
    public mutating func add(_ rows: Matrix) throws(LikenessError) -> Range<Int64> {
        try requireDimension(rows)
        try rows.requireFinite()
        let nearest = try cells.nearest(rows)
        let added = nextID..<nextID + Int64(rows.rows)
        for (cell, new) in Dictionary(grouping: rows.rows == 0 ? [] : Array(0..<rows.rows), by: { Int(nearest[$0]) }) {
            var list = lists[cell]
            var all = Matrix(rows: list.ids.count + new.count, columns: space.dimension)
            for i in list.ids.indices { list.vectors.withRow(i) { all.setRow(i, $0) } }
            for (t, i) in new.enumerated() { rows.withRow(i) { all.setRow(list.ids.count + t, $0) } }
            list.ids += new.map { added.lowerBound + Int64($0) }
            list.vectors = all
            list.packed = try IVFIndex.pack(all)
            lists[cell] = list
        }
        nextID = added.upperBound
        return added
    }

    /// Removes vectors; ids that are not there are passed over. Returns how many went.
    @discardableResult
    public mutating func remove(_ gone: Set<Int64>) throws(LikenessError) -> Int {
        var removed = 0
        for c in lists.indices {
            let kept = lists[c].ids.indices.filter { !gone.contains(lists[c].ids[$0]) }
            guard kept.count < lists[c].ids.count else { continue }
            removed += lists[c].ids.count - kept.count
            let vectors = lists[c].vectors.rows(at: kept)
            lists[c] = List(
                ids: kept.map { lists[c].ids[$0] }, vectors: vectors, packed: try IVFIndex.pack(vectors))
        }
        return removed
    }

    /// The k nearest vectors of each query in the cells that are searched, of those that `filter` lets through, none
    /// below `floor`. Throws `dimension-mismatch`, `non-finite` or `cancelled`.
    public func search(
        _ queries: Matrix, k: Int, floor: Float = -.infinity, filter: ((Int64) -> Bool)? = nil,
        threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> [[FlatIndex.Hit]] {
        guard k >= 0 else { throw LikenessError(.usage, subject: "k", "\(k) neighbours cannot be found") }
        try requireDimension(queries)
        try queries.requireFinite()
        var found = [[FlatIndex.Hit]](repeating: [], count: queries.rows)
        guard k > 0, queries.rows > 0 else { return found }
        let nearest = try cells.nearest(queries, count: probes)
        var asked = [[Int]](repeating: [], count: lists.count)
        for q in 0..<queries.rows {
            for cell in nearest[q * probes..<(q + 1) * probes] where cell >= 0 { asked[Int(cell)].append(q) }
        }
        for (list, own) in zip(lists, asked) where !own.isEmpty && !list.ids.isEmpty {
            var join = NeighbourJoin(k: min(k, list.ids.count))
            join.floor = floor
            join.threads = own.count < 64 ? 1 : threads
            join.cancellation = cancellation
            join.allowed = filter.map { filter in RowSet(count: list.ids.count) { filter(list.ids[$0]) } }
            let left = try PackedRows(queries.rows(at: own), kind: .int8, right: false, threads: 1)
            let base = if let packed = list.packed { packed } else { try IVFIndex.pack(list.vectors) }
            let result = try join.join(left, base: base)
            for (place, q) in own.enumerated() {
                for e in place * join.k..<(place + 1) * join.k where result.indices[e] >= 0 {
                    found[q].append(.init(id: list.ids[Int(result.indices[e])], similarity: result.similarities[e]))
                }
            }
        }
        return found.map { hits in
            Array(
                hits.sorted { $0.similarity != $1.similarity ? $0.similarity > $1.similarity : $0.id < $1.id }
                    .prefix(k))
        }
    }

    /// All vectors of at least `similarity` to each query, of the cells that are searched.
    public func within(
        _ similarity: Float, of queries: Matrix, filter: ((Int64) -> Bool)? = nil, threads: Int = availableThreads()
    ) throws(LikenessError) -> [[FlatIndex.Hit]] {
        try search(queries, k: max(1, count), floor: similarity, filter: filter, threads: threads)
    }

    mutating func prepare(threads: Int) throws(LikenessError) {
        for c in lists.indices where lists[c].packed == nil { lists[c].packed = try IVFIndex.pack(lists[c].vectors) }
    }

    private static func pack(_ vectors: Matrix) throws(LikenessError) -> PackedRows {
        try PackedRows(vectors, kind: .int8, left: false, threads: 1)
    }

    private func requireDimension(_ rows: Matrix) throws(LikenessError) {
        try space.requireCosine()
        guard rows.columns == space.dimension else {
            throw LikenessError(
                .dimensionMismatch, subject: space.id,
                "vectors of this space have \(space.dimension) values, these have \(rows.columns)")
        }
    }
}

/// How many cells a search must look into.
private struct ProbeChoice {
    let probes: Int
    let exactness: NeighbourGraph.Exactness

    /// Sampled vectors that choose, and as many that measure.
    private static let sample = 500

    init(
        _ flat: FlatIndex, _ cells: CoarseCells, _ nearest: [Int32], recall: Double, k: Int, seed: UInt64, threads: Int,
        cancellation: Cancellation?
    ) throws(LikenessError) {
        var random = SeededRandom(seed: seed &+ 1)
        let sampled = Array((0..<flat.count).shuffled(using: &random).prefix(2 * ProbeChoice.sample))
        let width = cells.centres.rows
        let queries = flat.vectors.rows(at: sampled)
        let ranked = try cells.nearest(queries, count: width)
        var join = NeighbourJoin(k: min(k + 1, flat.count))
        join.threads = threads
        join.cancellation = cancellation
        let truth = try join.join(queries, base: flat.vectors).indices
        // for each neighbour the place of its cell among the cells of the query
        var places = [[Int]]()
        for s in sampled.indices {
            var place = [Int](repeating: width, count: width)
            for (p, cell) in ranked[s * width..<(s + 1) * width].enumerated() { place[Int(cell)] = p }
            places.append(
                truth[s * join.k..<(s + 1) * join.k].filter { $0 >= 0 && Int($0) != sampled[s] }
                    .map { place[Int(nearest[Int($0)])] })
        }
        let half = (places.count + 1) / 2
        let spare = (recall * (1 - recall) / Double(max(1, half))).squareRoot()
        var probes = 1
        while probes < width, recall == 1 || ProbeChoice.share(places[..<half], probes) < min(1, recall + spare) {
            probes += 1
        }
        self.probes = probes
        let measured = places.count > half ? places[half...] : places[..<half]
        exactness = probes == width ? .exact : .measured(measured.map { ($0.count { $0 < probes }, $0.count) })
    }

    private static func share(_ places: ArraySlice<[Int]>, _ probes: Int) -> Double {
        let total = places.reduce(0) { $0 + $1.count }
        return total == 0 ? 1 : Double(places.reduce(0) { $0 + $1.count { $0 < probes } }) / Double(total)
    }
}
