public import FaceCore

/// Vectors of one space with ids, searched exactly.
///
/// A value type: a copy is a snapshot that other threads search while this one changes. Removed vectors are gone: what
/// is left is copied together, and neither the index nor its file holds their bytes afterwards.
public struct FlatIndex: Sendable {
    /// What a search found: similarity descending, equal ones by rising id.
    public struct Hit: Sendable, Hashable {
        public var id: Int64
        public var similarity: Float

        public init(id: Int64, similarity: Float) {
            self.id = id
            self.similarity = similarity
        }
    }

    public let space: EmbeddingSpace
    /// Ids of the vectors, rising.
    public private(set) var ids: [Int64]
    public private(set) var vectors: Matrix
    /// The id that the next vector gets; ids are never given twice.
    public private(set) var nextID: Int64
    private var packed: PackedRows?

    public var count: Int { ids.count }

    /// An empty index.
    public init(space: EmbeddingSpace) {
        self.init(space: space, ids: [], vectors: Matrix(rows: 0, columns: space.dimension), nextID: 0)
    }

    /// An index of rows that are there already, in memory or mapped, without copying them; ids are row numbers.
    ///
    /// The rows must be finite and have the space's dimension.
    public init(_ vectors: Matrix, space: EmbeddingSpace) {
        precondition(vectors.columns == space.dimension || vectors.rows == 0, "vectors of another dimension")
        self.init(
            space: space, ids: (0..<Int64(vectors.rows)).map { $0 }, vectors: vectors, nextID: Int64(vectors.rows))
    }

    init(space: EmbeddingSpace, ids: [Int64], vectors: Matrix, nextID: Int64) {
        self.space = space
        self.ids = ids
        self.vectors = vectors
        self.nextID = nextID
    }

    /// Adds vectors and returns their ids. O((n + m)·d): add many at once.
    /// Throws `dimension-mismatch`, or `non-finite` with the row; then nothing was added.
    @discardableResult
    public mutating func add(_ rows: Matrix) throws(LikenessError) -> Range<Int64> {
        try requireDimension(rows)
        try rows.requireFinite()
        var all = Matrix(rows: count + rows.rows, columns: space.dimension)
        for i in 0..<count { vectors.withRow(i) { all.setRow(i, $0) } }
        for i in 0..<rows.rows { rows.withRow(i) { all.setRow(count + i, $0) } }
        let added = nextID..<nextID + Int64(rows.rows)
        vectors = all
        ids += added
        nextID = added.upperBound
        packed = nil
        return added
    }

    /// Removes vectors; ids that are not there are passed over. Returns how many went.
    @discardableResult
    public mutating func remove(_ gone: Set<Int64>) -> Int {
        let kept = ids.indices.filter { !gone.contains(ids[$0]) }
        let removed = count - kept.count
        guard removed > 0 else { return 0 }
        vectors = vectors.rows(at: kept)
        ids = kept.map { ids[$0] }
        packed = nil
        return removed
    }

    /// Prepares the search: later searches of this value and its copies begin at once. Otherwise each search does it.
    public mutating func prepare(threads: Int = availableThreads()) throws(LikenessError) {
        if packed == nil { packed = try pack(threads) }
    }

    /// The k nearest vectors of each query that `filter` lets through, none below `floor`. Exact.
    /// Throws `dimension-mismatch`, `non-finite` or `cancelled`.
    public func search(
        _ queries: Matrix, k: Int, floor: Float = -.infinity, filter: ((Int64) -> Bool)? = nil,
        threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> [[Hit]] {
        guard k >= 0 else { throw LikenessError(.usage, subject: "k", "\(k) neighbours cannot be found") }
        try requireDimension(queries)
        let length = min(k, count)
        guard length > 0, queries.rows > 0 else { return [[Hit]](repeating: [], count: queries.rows) }
        var join = NeighbourJoin(k: length)
        join.floor = floor
        join.threads = threads
        join.cancellation = cancellation
        let left = try PackedRows(queries, kind: .int8, right: false, threads: threads)
        var base = if let packed { packed } else { try pack(threads) }
        if let filter {
            let passing = ids.indices.filter { filter(ids[$0]) }.map(UInt32.init)
            if FlatIndex.gatheringPays(passing.count, of: count, queries: queries.rows), base.isGatherable {
                base = PackedRows(gathering: passing, of: base, left: false)
            } else {
                join.allowed = RowSet(count: count, rows: passing)
            }
        }
        let result = try join.join(left, base: base)
        return (0..<queries.rows).map { q in
            (q * length..<(q + 1) * length).filter { result.indices[$0] >= 0 }.map {
                Hit(id: ids[Int(result.indices[$0])], similarity: result.similarities[$0])
            }
        }
    }

    /// Whether to copy the codes that pass a filter together, instead of passing over the others: a copy costs about as
    /// much as comparing a vector with 150 queries, and one query, which has to wait for memory, as much as 16.
    private static func gatheringPays(_ passing: Int, of count: Int, queries: Int) -> Bool {
        passing * 150 < (count - passing) * max(16, queries)
    }

    /// All vectors of at least `similarity` to each query. Exact; lists are as long as they must be.
    public func within(
        _ similarity: Float, of queries: Matrix, filter: ((Int64) -> Bool)? = nil, threads: Int = availableThreads(),
        cancellation: Cancellation? = nil
    ) throws(LikenessError) -> [[Hit]] {
        var copy = self
        try copy.prepare(threads: threads)
        var found = [[Hit]](repeating: [], count: queries.rows)
        var open = Array(0..<queries.rows)
        var k = 256
        // a full list may be cut short: those queries are asked again for more
        while !open.isEmpty {
            let lists = try copy.search(
                queries.rows(at: open), k: k, floor: similarity, filter: filter, threads: threads,
                cancellation: cancellation)
            for (place, query) in open.enumerated() { found[query] = lists[place] }
            if k >= count { break }
            open = open.filter { found[$0].count == k }
            k *= 8
        }
        return found
    }

    private func pack(_ threads: Int) throws(LikenessError) -> PackedRows {
        try PackedRows(vectors, kind: .int8, left: false, threads: threads)
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
