import FaceCore
import FaceSpace

/// What the commands of a lasting grouping print.
struct IncrementalOutput: Encodable {
    /// One operation.
    struct Step: Encodable {
        /// The first new row, and how many.
        let first: Int
        let rows: Int
        /// Older rows that are still there and have another group now.
        let moved: Int
        /// Rows read or written beside the search for neighbours.
        let touched: Int
        /// Rows, and code words and centres, that the search compared, and rows that it compared with a sample.
        let compared: Int
        let comparedCentres: Int
        let calibration: Int
        let seconds: Double

        init(_ change: GroupingChange, _ seconds: Double) {
            (first, rows) = (change.rows.lowerBound, change.rows.count)
            (moved, touched, compared) = (change.movedRows, change.touchedRows, change.comparedRows)
            (comparedCentres, calibration) = (change.comparedCentres, change.calibrationRows)
            self.seconds = seconds
        }
    }

    let state: String
    let space: String
    let dimension: Int
    /// Rows ever added, and those that are still there.
    let rows: Int
    let live: Int
    let groups: Int
    let singletons: Int
    let largest: Int
    let unassigned: Int
    let operations: Int
    let thresholds: IncrementalOptions
    /// Of an approximate search: the share of rows in reach that it was measured to find, on a sample.
    let measuredRecall: Double?
    private(set) var added: [Step]?
    private(set) var removed: Int?
    private(set) var moved: Int?
    /// Why no snapshot could be written, where that failed.
    let snapshotFailure: String?

    init(_ store: GroupingStore) {
        let g = store.grouping
        var sizes: [Int64: Int] = [:]
        for id in g.groups where id >= 0 { sizes[id, default: 0] += 1 }
        (state, space, dimension) = (store.folder, g.space.id, g.space.dimension)
        (rows, live) = (g.count, g.isLive.count { $0 })
        (groups, singletons) = (sizes.count, sizes.values.count { $0 == 1 })
        largest = sizes.values.max() ?? 0
        unassigned = live - sizes.values.reduce(0, +)
        operations = store.operations
        thresholds = g.options
        measuredRecall = g.measuredRecall
        snapshotFailure = store.checkpointFailure.map { "\($0.message) (\($0.code))" }
    }

    init(_ store: GroupingStore, added steps: [Step]) {
        self.init(store)
        added = steps
        moved = steps.reduce(0) { $0 + $1.moved }
    }

    init(_ store: GroupingStore, removed count: Int, _ change: GroupingChange) {
        self.init(store)
        removed = count
        moved = change.movedRows
    }

    func print(_ common: CommonOptions) throws {
        if let snapshotFailure {
            common.console.warning(
                "no snapshot could be written: \(snapshotFailure); the operation is safe in the journal, but vectors "
                    + "that were removed are still on disk; the next operation tries again")
        }
        if common.json { return try common.console.json(self) }
        if let first = added?.first, let last = added?.last {
            let end = last.first + last.rows
            common.console.result("added \(end - first.first) rows, numbers \(first.first)…\(end - 1)")
        } else if added != nil {
            common.console.result("added no rows: the file has none")
        }
        if let removed { common.console.result("removed \(removed) rows") }
        if let moved { common.console.result("\(moved) older rows have another group now") }
        common.console.result(
            "\(live) rows of space \(space) in \(groups) groups (\(singletons) of one row, the largest of "
                + "\(largest)), \(unassigned) with nobody; version \(operations)")
    }
}
