public import FaceCore

/// Groups that follow their rows without ever absorbing one: new rows join the density graph, the groups are updated where it
/// changed, and merges, cuts and ids lie above as separate layers.
///
/// The groups depend on the live rows and the wishes alone: rows in any order and in any batches give the same partition
/// as all at once. Only ids have a history: they stay with the rows that carry them.
public struct IncrementalGrouping: Sendable {
    public let space: EmbeddingSpace
    public let options: IncrementalOptions
    var density: DensityRows
    var visible: VisibleGroups
    var constraints = GroupConstraints()
    var quality: [Float] = []

    /// Throws `space-mismatch` unless the space is one of unit vectors compared by cosine, `usage` for thresholds that
    /// make no sense.
    public init(space: EmbeddingSpace, options: IncrementalOptions = .init()) throws(LikenessError) {
        try options.check(space)
        self.space = space
        self.options = options
        density = DensityRows(
            dimension: space.dimension, minimumPoints: options.minimumPoints, recall: options.recall)
        visible = VisibleGroups(dimension: space.dimension, recall: options.recall)
    }

    /// Rows ever inserted; removed ones keep their numbers.
    public var count: Int { density.count }
    /// Whether each row is there.
    public var isLive: [Bool] { density.isLive }
    /// The group of each row by its lasting id, −1 for nobody and for removed rows.
    public var groups: [Int64] { visible.ids }
    /// Whether each row is a core: it found its group, the others only joined. O(n).
    public var isCore: [Bool] { (0..<count).map { density.isCore($0) } }
    /// The density group of each row below the merges and constraints, −1 for nobody. O(n).
    public var densityGroups: [Int] { (0..<count).map { Int(density.group(of: $0)) } }
    /// Pairs of distinct rows in reach of each other that were found.
    public var edgeCount: Int { density.core.lists.reduce(0) { $0 + $1.count } / 2 }
    /// Of the rows in reach of a sample, the share that a search finds, as measured when the library had doubled last; nil
    /// while the search is exact.
    public var measuredRecall: Double? {
        guard let c = density.vectors.cells?.calibration, c.expected > 0 else { return nil }
        return Double(c.found) / Double(c.expected)
    }

    /// Appends n×d rows of unit length; `quality` and `photos` are empty or one a row (photo −1: none in particular).
    ///
    /// All rows enter the graph, then the groups are updated once. One search of the rows among all; beside it the work
    /// is that of the rows in reach and of the groups that change. Throws `dimension-mismatch`, `non-finite`, `bad-data`;
    /// then nothing has changed.
    @discardableResult
    public mutating func insert(
        _ rows: Matrix, quality: [Float] = [], photos: [Int] = [], threads: Int = availableThreads()
    ) throws(LikenessError) -> GroupingChange {
        try Self.check(rows, space, quality, photos)
        guard rows.rows > 0 else { return GroupingChange(rows: count..<count) }
        let first = count
        let own = quality.isEmpty ? [Float](repeating: 1, count: rows.rows) : quality
        let change = try density.insert(
            rows, mayFound: own.map { $0 >= options.qualityFloor }, within: options.similarity, floor: options.confirm,
            threads: threads)
        self.quality += own
        constraints.append(photos: photos.isEmpty ? [Int](repeating: -1, count: rows.rows) : photos)
        return try settle(change, first..<count, threads)
    }

    /// Removes rows: their vectors are overwritten and their edges forgotten. Throws `row-missing` for a row that is not
    /// there; then nothing has changed.
    @discardableResult
    public mutating func remove(_ rows: [Int], threads: Int = availableThreads()) throws(LikenessError)
        -> GroupingChange
    {
        let gone = Array(Set(rows)).sorted()
        try requireLive(gone)
        let bound = Set(gone.flatMap { constraints.linked(to: Int32($0)) }).subtracting(gone)
        constraints.remove(Set(gone.map(Int32.init)))
        var change = density.remove(gone)
        change.rows.formUnion(bound)
        change.groups.formUnion(bound.map { density.group(of: $0) }.filter { $0 >= 0 })
        return try settle(change, count..<count, threads)
    }

    /// Says that two rows are one person. The newest wish wins. Throws `row-missing`.
    @discardableResult
    public mutating func join(_ a: Int, _ b: Int, threads: Int = availableThreads()) throws(LikenessError)
        -> GroupingChange
    {
        try wish(.same(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: b)), [a, b], threads)
    }

    /// Says that two rows are two people. The newest wish wins. Throws `row-missing`.
    @discardableResult
    public mutating func separate(
        _ a: Int, _ b: Int, threads: Int = availableThreads()
    ) throws(LikenessError) -> GroupingChange {
        try wish(.different(Int32(truncatingIfNeeded: a), Int32(truncatingIfNeeded: b)), [a, b], threads)
    }

    /// Confirms rows as members of their group: its id and these rows stay by themselves from now on, and no other pinned
    /// group merges with it. Throws `row-missing`, or `usage` when the rows are not of one group.
    @discardableResult
    public mutating func pin(_ rows: [Int], threads: Int = availableThreads()) throws(LikenessError) -> GroupingChange {
        let id = try commonGroup(of: rows)
        return try wish(.pin(id, rows.map { Int32($0) }), rows, threads)
    }

    /// Wishes that newer ones contradict, by their place in the order in which they were said.
    public var overriddenWishes: [Int] { constraints.overridden }

    private mutating func wish(
        _ wish: GroupConstraints.Wish, _ rows: [Int], _ threads: Int
    ) throws(LikenessError) -> GroupingChange {
        try requireLive(rows)
        var concerned = Set(rows)
        for row in rows { concerned.formUnion(constraints.linked(to: Int32(row))) }
        constraints.add(wish)
        for row in rows { concerned.formUnion(constraints.linked(to: Int32(row))) }
        var change = DensityCore.Change()
        change.rows = concerned
        change.groups = Set(concerned.map { density.group(of: $0) }.filter { $0 >= 0 })
        return try settle(change, count..<count, threads)
    }

    private mutating func settle(
        _ change: DensityCore.Change, _ new: Range<Int>, _ threads: Int
    ) throws(LikenessError) -> GroupingChange {
        let cutter = PieceCutter(density: density, constraints: constraints, options: options)
        try visible.update(change, cutter, threads: threads)
        var report = GroupingChange(rows: new)
        report.touchedRows = density.takeTouched() + visible.takeTouched() + constraints.takeTouched()
        var work = density.takeWork()
        work += visible.takeWork()
        (report.comparedRows, report.comparedCentres) = (work.rows, work.centres)
        report.calibrationRows = work.calibration
        report.movedRows = visible.takeMoved(before: new.lowerBound, isLive: density.isLive)
        return report
    }

    func commonGroup(of rows: [Int]) throws(LikenessError) -> Int64 {
        try requireLive(rows)
        let named = Set(rows.map { visible.ids[$0] })
        guard let id = named.first, named.count == 1, id >= 0 else {
            throw LikenessError(.usage, subject: "pin", "the rows are of \(named.count) groups or of nobody")
        }
        return id
    }

    func requireLive(_ rows: [Int]) throws(LikenessError) {
        for row in rows where row < 0 || row >= count || !density.isLive[row] {
            throw LikenessError(.rowMissing, subject: "row \(row)", "there is no such row in the grouping")
        }
    }

    static func check(
        _ rows: Matrix, _ space: EmbeddingSpace, _ quality: [Float], _ photos: [Int]
    ) throws(LikenessError) {
        // the same demands as grouping at once
        _ = try ClusteringInput(vectors: rows, space: space, quality: quality, photos: photos)
        try rows.requireFinite(nonZero: true)
    }
}

/// What an operation did.
public struct GroupingChange: Sendable, Hashable, Codable {
    /// The numbers of the new rows.
    public var rows: Range<Int>
    /// Older rows that are still there and whose group has another id now.
    public var movedRows = 0
    /// Rows that were read or written beside the search for neighbours.
    public var touchedRows = 0
    /// Rows that the search for neighbours compared with the new ones.
    public var comparedRows = 0
    /// Centres of groups, and of an approximate search code words of its cells, that were compared with others.
    public var comparedCentres = 0
    /// Rows that an approximate search compared with a sample, to set and to measure its recall.
    public var calibrationRows = 0

    public init(rows: Range<Int>) { self.rows = rows }
}

extension IncrementalOptions {
    /// Throws `space-mismatch` or `usage`.
    func check(_ space: EmbeddingSpace) throws(LikenessError) {
        guard space.metric == .cosine, space.normalised else {
            throw LikenessError(
                .spaceMismatch, subject: space.id,
                "faces are grouped by cosine, and this space is not one of unit vectors")
        }
        guard similarity > 0, similarity < 1, merge > 0, merge <= 1, confirm >= -1, confirm <= 1, minimumPoints >= 1,
            releaseSize >= 1, releaseVariance > 0, qualityFloor.isFinite, recall > 0, recall <= 1
        else {
            throw LikenessError(
                .usage, subject: "thresholds",
                "similarities and the recall lie in 0…1, counts and the variance are positive")
        }
    }
}
