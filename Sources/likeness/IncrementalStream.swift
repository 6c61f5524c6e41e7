import FaceCore
import FaceEvaluation
import FaceSpace

/// A labelled stream of batches, grouped as it comes by both incremental methods and anew by all rows at once.
struct IncrementalStream {
    let vectors: Matrix
    let truth: [Int]
    let space: EmbeddingSpace
    let batches: [Range<Int>]
    let threads: Int

    /// What a method has made of the rows so far.
    struct Step: Encodable {
        let method: String
        let batch: Int
        let rows: Int
        let precision: Double
        let recall: Double
        let f: Double
        let bcubedPrecision: Double
        let bcubedRecall: Double
        let bcubedF: Double
        /// Mean number of groups of an identity with two or more rows.
        let expansion: Double
        let groups: Int
        /// Seconds of the batch, and rows read or written beside the search, a new row.
        let seconds: Double
        let touchedPerRow: Double
        /// Rows and centres that the search for neighbours compared with a new row; `absorb` does not count them.
        let comparedPerRow: Double
        /// Pairs of rows in reach that were found so far, and the share of those of a sample; nil where they are not kept.
        let edges: Int?
        let searchRecall: Double?
        /// Share of older rows whose group's id changed.
        let moved: Double
    }

    enum Method: String, CaseIterable {
        case absorb, density, full
    }

    /// Hands on a step a batch; `full` is made of the rows so far at once.
    func run(
        _ method: Method, _ options: IncrementalOptions, _ body: (Step) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        var absorbing = try AbsorbingGrouping(space: space, options: options)
        var density = try IncrementalGrouping(space: space, options: options)
        for (k, range) in batches.enumerated() {
            let rows = vectors.rows(at: range)
            let started = ContinuousClock.now
            let change: GroupingChange
            switch method {
            case .absorb: change = try absorbing.insert(rows, threads: threads)
            case .density: change = try density.insert(rows, threads: threads)
            case .full:
                density = try IncrementalGrouping(space: space, options: options)
                change = try density.insert(vectors.rows(at: 0..<range.upperBound), threads: threads)
            }
            let seconds = (ContinuousClock.now - started) / .seconds(1)
            let labels = method == .absorb ? absorbing.groups : density.groups
            let grouping = method == .absorb ? nil : density
            try body(step(method.rawValue, k, range, labels, change, seconds, grouping))
        }
    }

    private func step(
        _ name: String, _ batch: Int, _ range: Range<Int>, _ labels: [Int64], _ change: GroupingChange,
        _ seconds: Double, _ grouping: IncrementalGrouping?
    ) throws(LikenessError) -> Step {
        // nobody's rows count as groups of one
        let predicted = labels.enumerated().map { $1 >= 0 ? Int($1) : -1 - $0 }
        let m = try GroupingMetrics(truth: Array(truth[..<range.upperBound]), predicted: predicted)
        return Step(
            method: name, batch: batch + 1, rows: range.upperBound, precision: m.pairwise.precision,
            recall: m.pairwise.recall, f: m.pairwise.f, bcubedPrecision: m.bcubed.precision,
            bcubedRecall: m.bcubed.recall, bcubedF: m.bcubed.f, expansion: m.expansionOfSeveral, groups: m.clusters,
            seconds: seconds, touchedPerRow: Double(change.touchedRows) / Double(max(1, change.rows.count)),
            comparedPerRow: Double(change.comparedRows) / Double(max(1, change.rows.count)),
            edges: grouping?.edgeCount, searchRecall: grouping?.measuredRecall,
            moved: Double(change.movedRows) / Double(max(1, range.lowerBound)))
    }
}
