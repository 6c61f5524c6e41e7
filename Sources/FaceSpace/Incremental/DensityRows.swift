package import FaceCore

/// The density groups of rows: ``DensityCore`` over their distinct vectors. Equal rows are kept, searched and linked once and
/// count as often as they came, so that thousands of copies of a photo cost what one does.
package struct DensityRows: Sendable, RowReading {
    /// By entry, as ``core``.
    private(set) var vectors: GrowingVectors
    private(set) var core: DensityCore
    private(set) var distinct = DistinctRows()
    package private(set) var isLive: [Bool] = []

    package init(dimension: Int, metric: EmbeddingSpace.Metric = .cosine, minimumPoints: Int, recall: Double = 1) {
        vectors = GrowingVectors(dimension: dimension, metric: metric, recall: recall)
        core = DensityCore(minimumPoints: minimumPoints)
    }

    /// As saved. Nil for parts that contradict each other.
    init?(vectors: GrowingVectors, core: DensityCore, distinct: DistinctRows, isLive: [Bool]) {
        guard distinct.count == core.lists.count, vectors.count == core.lists.count,
            isLive.count == distinct.entries.count
        else { return nil }
        (self.vectors, self.core, self.distinct, self.isLive) = (vectors, core, distinct, isLive)
    }

    /// Rows ever inserted.
    package var count: Int { isLive.count }
    package var dimension: Int { vectors.dimension }

    /// The lowest of the rows of an entry.
    func lowestRow(like entry: Int) -> Int32 { distinct.lowest[entry] }

    func entry(of row: Int) -> Int { Int(distinct.entries[row]) }

    func mayFound(_ row: Int) -> Bool { core.mayFound[entry(of: row)] }

    package func isCore(_ row: Int) -> Bool { isLive[row] && core.isCore[entry(of: row)] }

    /// −1 for nobody and for removed rows.
    package func group(of row: Int) -> Int32 { isLive[row] ? core.group[entry(of: row)] : -1 }

    /// The rows of a density group, rising.
    func rows(of group: Int32) -> [Int32] {
        (core.members[group]?.rows ?? []).flatMap { distinct.rows(of: Int($0)) }.sorted()
    }

    func withRow<R>(_ row: Int, _ body: (UnsafeBufferPointer<Float>) -> R) -> R {
        vectors.withRow(entry(of: row), body)
    }

    /// Appends n×d rows and updates the groups. Of an approximate search the change names also the rows that are at least
    /// `floor` like new ones. Throws as ``GrowingVectors/append(_:)``; then nothing has changed.
    package mutating func insert(
        _ rows: Matrix, mayFound flags: [Bool], within closeness: Float, floor: Float = 1, threads: Int
    ) throws(LikenessError) -> DensityCore.Change {
        try vectors.require(rows)
        guard vectors.isApproximate else { return try add(rows, flags, closeness, floor, threads) }
        var change = DensityCore.Change()
        var start = 0
        while start < rows.rows {
            let range = start..<min(rows.rows, start + vectors.wave)
            let part = try add(rows.rows(at: range), Array(flags[range]), closeness, floor, threads)
            change.groups.formUnion(part.groups)
            change.rows.formUnion(part.rows)
            change.near += part.near
            start = range.upperBound
        }
        return change
    }

    private mutating func add(
        _ rows: Matrix, _ flags: [Bool], _ closeness: Float, _ floor: Float, _ threads: Int
    ) throws(LikenessError) -> DensityCore.Change {
        let first = count
        let addition = distinct.append(rows, mayFound: flags, known: vectors)
        isLive += [Bool](repeating: true, count: rows.rows)
        let fresh = addition.fresh.count == rows.rows ? rows : rows.rows(at: addition.fresh)
        let entries = vectors.count..<vectors.count + fresh.rows
        let found = try search(fresh, closeness, min(floor, closeness), threads)
        let reached = vectors.isApproximate ? found.map { $0.filter { $0.closeness >= closeness } } : found
        var change = core.insert(
            reached, mayFound: addition.fresh.map { flags[$0] }, weight: entries.map { distinct.weight($0) },
            lowest: entries.map { distinct.lowest[$0] }, equals: addition.equals)
        if vectors.isApproximate { change.near = near(entries, found) }
        return spread(change, with: Array(first..<count))
    }

    /// Removes live rows and overwrites the vectors that no other row has.
    package mutating func remove(_ rows: [Int]) -> DensityCore.Change {
        let leaving = distinct.remove(rows, known: vectors)
        for row in rows { isLive[row] = false }
        let change = core.remove(leaving.gone, equals: leaving.equals)
        vectors.erase(leaving.gone)
        return spread(change, with: rows)
    }

    /// Appends distinct rows and finds those like each.
    private mutating func search(
        _ fresh: Matrix, _ closeness: Float, _ floor: Float, _ threads: Int
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        guard vectors.isApproximate else {
            try vectors.append(fresh, threads: threads)
            return try vectors.within(closeness, of: fresh, threads: threads)
        }
        return try vectors.append(fresh, neighbours: closeness, floor: floor, lists: core.lists, threads: threads)
    }

    /// What entries have found outside of their groups, by rows.
    private func near(
        _ entries: Range<Int>, _ found: [[GrowingVectors.Neighbour]]
    ) -> [(row: Int32, others: [GrowingVectors.Neighbour])] {
        zip(entries, found).map { entry, list in
            let group = core.group[entry]
            let others = list.lazy.filter { [core] n in group < 0 || core.group[Int(n.row)] != group }.map {
                [distinct] n in
                GrowingVectors.Neighbour(row: distinct.lowest[Int(n.row)], closeness: n.closeness)
            }
            return (distinct.lowest[entry], Array(others))
        }
    }

    /// The change of entries as one of rows; `own` came or went.
    private func spread(_ change: DensityCore.Change, with own: [Int]) -> DensityCore.Change {
        var out = DensityCore.Change()
        (out.groups, out.near) = (change.groups, change.near)
        for entry in change.rows { out.rows.formUnion(distinct.rows(of: entry).lazy.map(Int.init)) }
        for row in own {
            out.rows.insert(row)
            let group = core.group[entry(of: row)]
            if group >= 0 { out.groups.insert(group) }
        }
        return out
    }

    mutating func takeTouched() -> Int { core.takeTouched() }

    mutating func takeWork() -> SearchWork { vectors.takeWork() }
}
