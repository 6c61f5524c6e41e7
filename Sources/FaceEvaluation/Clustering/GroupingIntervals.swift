public import FaceCore

/// Intervals of clustering figures by resampling identities.
///
/// An identity drawn w times counts as w people who never met: its own pairs weigh w, pairs with identity j weigh w·w_j,
/// as for comparisons (``IdentityBootstrap``). Nobody's faces are clusters of their own.
public struct GroupingIntervals: Sendable, Hashable, Codable {
    public struct Triple: Sendable, Hashable, Codable {
        public let precision: Interval?
        public let recall: Interval?
        public let f: Interval?
    }

    public let pairwise: Triple
    public let bcubed: Triple
    public let resamples: Int
    public let seed: UInt64

    /// 95 % by percentiles. Throws `length-mismatch` and `empty`.
    public init(
        truth: [Int], predicted: [Int], resamples: Int = 1000, seed: UInt64 = 1
    ) throws(LikenessError) {
        guard truth.count == predicted.count else {
            throw LikenessError(
                .lengthMismatch, "\(truth.count) true labels come with \(predicted.count) predicted ones")
        }
        let known = truth.indices.filter { truth[$0] >= 0 }
        let table = try ContingencyTable(
            truth: known.map { truth[$0] }, predicted: GroupingReport.asSingletons(known.map { predicted[$0] }))
        let byCluster = ClusterCells(table)
        let slots = ParallelSlots<(PrecisionRecall, PrecisionRecall)>(resamples)
        parallelFor(resamples) { r in
            let draws = IdentityBootstrap.draws(table.identitySizes.count, seed: seed, resample: r)
            slots.set(r, byCluster.figures(draws, table))
        }
        let drawn = slots.values.compactMap { $0 }
        func triple(_ figure: ((PrecisionRecall, PrecisionRecall)) -> PrecisionRecall) -> Triple {
            let values = drawn.map(figure)
            return Triple(
                precision: Interval(resampled: values.map(\.precision)),
                recall: Interval(resampled: values.map(\.recall)),
                f: Interval(resampled: values.map(\.f)))
        }
        pairwise = triple { $0.0 }
        bcubed = triple { $0.1 }
        (self.resamples, self.seed) = (resamples, seed)
    }
}

/// The cells of a table, cluster after cluster.
private struct ClusterCells: Sendable {
    private let cells: [ContingencyTable.Cell]
    private let starts: [Int]

    init(_ table: ContingencyTable) {
        cells = table.cells.sorted { ($0.cluster, $0.identity) < ($1.cluster, $1.identity) }
        var starts = [0]
        for k in cells.indices where k > 0 && cells[k].cluster != cells[k - 1].cluster { starts.append(k) }
        self.starts = starts + [cells.count]
    }

    /// Pairwise and BCubed figures of a resample.
    func figures(_ draws: [Int], _ table: ContingencyTable) -> (PrecisionRecall, PrecisionRecall) {
        var (both, foreign, truth) = (0.0, 0.0, 0.0)
        var (precision, recall, items) = (0.0, 0.0, 0.0)
        for (size, w) in zip(table.identitySizes, draws) {
            truth += Double(w) * Double(size) * Double(size - 1) / 2
            items += Double(w) * Double(size)
        }
        for (start, end) in zip(starts, starts.dropFirst()) {
            var (sum, squares) = (0.0, 0.0)
            for cell in cells[start..<end] {
                let weighted = Double(draws[cell.identity]) * Double(cell.count)
                sum += weighted
                squares += weighted * weighted
                both += weighted * Double(cell.count - 1) / 2
            }
            foreign += (sum * sum - squares) / 2
            for cell in cells[start..<end] where draws[cell.identity] > 0 {
                let (w, c) = (Double(draws[cell.identity]), Double(cell.count))
                // its cluster without the other copies of its identity
                precision += w * c * c / (sum - (w - 1) * c)
                recall += w * c * c / Double(table.identitySizes[cell.identity])
            }
        }
        return (
            PrecisionRecall(
                precision: both + foreign == 0 ? 1 : both / (both + foreign), recall: truth == 0 ? 1 : both / truth),
            PrecisionRecall(precision: items == 0 ? 1 : precision / items, recall: items == 0 ? 1 : recall / items)
        )
    }
}
