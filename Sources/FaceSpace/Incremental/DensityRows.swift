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

    /// Appends n×d rows and updates the groups once. Throws as ``GrowingVectors/append(_:)``; then nothing has changed.
    package mutating func insert(
        _ rows: Matrix, mayFound flags: [Bool], within closeness: Float, threads: Int
    ) throws(LikenessError) -> DensityCore.Change {
        try vectors.require(rows)
        let first = count
        let addition = distinct.append(rows, mayFound: flags, known: vectors)
        isLive += [Bool](repeating: true, count: rows.rows)
        let fresh = addition.fresh.count == rows.rows ? rows : rows.rows(at: addition.fresh)
        let entries = vectors.count..<vectors.count + fresh.rows
        try vectors.append(fresh, threads: threads)
        var found = try vectors.within(closeness, of: fresh, threads: threads)
        if vectors.isApproximate { Self.balance(&found, from: entries.lowerBound) }
        let change = core.insert(
            found, mayFound: addition.fresh.map { flags[$0] }, weight: entries.map { distinct.weight($0) },
            lowest: entries.map { distinct.lowest[$0] }, equals: addition.equals)
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

    /// A pair of new rows of which one was found from the other only is found from both.
    private static func balance(_ found: inout [[GrowingVectors.Neighbour]], from first: Int) {
        for q in found.indices {
            for n in found[q] where Int(n.row) >= first {
                let other = Int(n.row) - first
                let own = Int32(first + q)
                if !found[other].contains(where: { $0.row == own }) {
                    found[other].append(.init(row: own, closeness: n.closeness))
                }
            }
        }
    }

    /// The change of entries as one of rows; `own` came or went.
    private func spread(_ change: DensityCore.Change, with own: [Int]) -> DensityCore.Change {
        var out = DensityCore.Change()
        out.groups = change.groups
        for entry in change.rows { out.rows.formUnion(distinct.rows(of: entry).lazy.map(Int.init)) }
        for row in own {
            out.rows.insert(row)
            let group = core.group[entry(of: row)]
            if group >= 0 { out.groups.insert(group) }
        }
        return out
    }

    mutating func takeTouched() -> Int { core.takeTouched() }

    mutating func takeCompared() -> Int { vectors.takeCompared() }
}
