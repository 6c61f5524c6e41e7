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
        /// Seconds of the batch by the clock and of all threads together, and rows read or written beside the search, a new row.
        let seconds: Double
        let processorSeconds: Double
        let touchedPerRow: Double
        /// A new row: rows that the search compared, code words and centres of groups, and rows compared with a sample.
        let comparedPerRow: Double
        let centresPerRow: Double
        let calibrationPerRow: Double
        /// The most memory that the process held until now.
        let peakBytes: Int?
        /// Pairs of rows in reach that were found so far, and the share of those of a sample; nil where they are not kept.
        let edges: Int?
        let searchRecall: Double?
        /// Share of older rows whose group's id changed.
        let moved: Double
    }

    enum Method: String, CaseIterable {
        case absorb, density, full
    }

    /// Hands on a step a batch; `full` is made of the rows so far at once, at every `interval`th batch and the last.
    func run(
        _ method: Method, _ options: IncrementalOptions, interval: Int = 1, _ body: (Step) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        var absorbing = try AbsorbingGrouping(space: space, options: options)
        var density = try IncrementalGrouping(space: space, options: options)
        for (k, range) in batches.enumerated() {
            if method == .full, (k + 1) % interval != 0, k + 1 < batches.count { continue }
            let rows = vectors.rows(at: range)
            let watch = Throughput.Stopwatch()
            let change: GroupingChange
            switch method {
            case .absorb: change = try absorbing.insert(rows, threads: threads)
            case .density: change = try density.insert(rows, threads: threads)
            case .full:
                density = try IncrementalGrouping(space: space, options: options)
                change = try density.insert(vectors.rows(at: 0..<range.upperBound), threads: threads)
            }
            let took = watch.throughput(range.count, "faces", threads: threads)
            let labels = method == .absorb ? absorbing.groups : density.groups
            let grouping = method == .absorb ? nil : density
            try body(step(method.rawValue, k, range, labels, change, took, grouping))
        }
    }

    private func step(
        _ name: String, _ batch: Int, _ range: Range<Int>, _ labels: [Int64], _ change: GroupingChange,
        _ took: Throughput, _ grouping: IncrementalGrouping?
    ) throws(LikenessError) -> Step {
        // nobody's rows count as groups of one
        let predicted = labels.enumerated().map { $1 >= 0 ? Int($1) : -1 - $0 }
        func perRow(_ count: Int) -> Double { Double(count) / Double(max(1, change.rows.count)) }
        let m = try GroupingMetrics(truth: Array(truth[..<range.upperBound]), predicted: predicted)
        return Step(
            method: name, batch: batch + 1, rows: range.upperBound, precision: m.pairwise.precision,
            recall: m.pairwise.recall, f: m.pairwise.f, bcubedPrecision: m.bcubed.precision,
            bcubedRecall: m.bcubed.recall, bcubedF: m.bcubed.f, expansion: m.expansionOfSeveral, groups: m.clusters,
            seconds: took.seconds, processorSeconds: took.processorSeconds, touchedPerRow: perRow(change.touchedRows),
            comparedPerRow: perRow(change.comparedRows), centresPerRow: perRow(change.comparedCentres),
            calibrationPerRow: perRow(change.calibrationRows), peakBytes: PeakMemory.bytes,
            edges: grouping?.edgeCount, searchRecall: grouping?.measuredRecall,
            moved: Double(change.movedRows) / Double(max(1, range.lowerBound)))
    }
}
