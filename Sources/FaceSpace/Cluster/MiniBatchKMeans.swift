package import FaceCore

/// K-means from small random samples (Sculley 2010): each row of a batch pulls its centre by one over the rows that the
/// centre has seen. Centres that see hardly any are put on rows of the batch. O(batch·K·d) a step.
package struct MiniBatchKMeans: Sendable {
    private let options: KMeans.Options
    /// Batches without a better smoothed objective that end the run.
    private static let patience = 10
    private static let mostBatches = 1000

    package init(_ options: KMeans.Options) { self.options = options }

    package func run(_ rows: Matrix, threads: Int) throws(LikenessError) -> KMeans.Result {
        let n = rows.rows
        let count = min(options.clusters, n)
        guard n > 0, count > 0 else { return .init(labels: [], centres: Matrix(rows: 0, columns: 0), objectives: []) }
        let batch = min(n, max(1024, count))
        var random = SeededRandom(seed: options.seed)
        // seeds from a sample: all rows would cost more than the batches do
        let sample = Self.sample(min(n, 3 * max(batch, count)), of: n, &random)
        let seeds = try KMeansSeeding(rows.rows(at: sample), seed: options.seed, threads: threads).centres(count)
        var centres = KMeansCentres(rows.rows(at: seeds.map { sample[$0] }))
        var seen = [Double](repeating: 0, count: count)
        var (smoothed, best, worse) = (Double?.none, Double.infinity, 0)
        let share = min(1, 2 * Double(batch) / Double(n + 1))
        for step in 1...Self.mostBatches where worse < Self.patience {
            let part = rows.rows(at: Self.sample(batch, of: n, &random))
            let labels = try NearestCentres(part, centres, threads: threads).labels
            let objective = centres.distances(part, labels, threads: threads).reduce(0, +) / Double(batch)
            smoothed = smoothed.map { $0 * (1 - share) + objective * share } ?? objective
            worse = smoothed! < best ? 0 : worse + 1
            best = min(best, smoothed!)
            var matrix = centres.matrix
            for (row, label) in labels.enumerated() { pull(&matrix, Int(label), part, row, &seen) }
            // every tenth batch, as scikit-learn does about it
            if step % 10 == 0 { relocate(&matrix, part, &seen, &random) }
            if options.isSpherical { matrix.normaliseRows(threads: 1) }
            centres = KMeansCentres(matrix)
        }
        let labels = try NearestCentres(rows, centres, threads: threads).labels
        let objective = centres.distances(rows, labels, threads: threads).reduce(0, +)
        return .init(
            labels: labels, centres: centres.matrix, objectives: [objective * (options.isSpherical ? 0.5 : 1)])
    }

    private func pull(_ matrix: inout Matrix, _ centre: Int, _ rows: Matrix, _ row: Int, _ seen: inout [Double]) {
        seen[centre] += 1
        let rate = Float(1 / seen[centre])
        let (columns, stride) = (rows.columns, matrix.stride)
        matrix.withUnsafeMutableRows { base in
            rows.withRow(row) { x in
                let c = base + centre * stride
                for k in 0..<columns { c[k] += rate * (x[k] - c[k]) }
            }
        }
    }

    /// Centres that saw less than a hundredth of what the largest did begin again on a random row of the batch.
    private func relocate(
        _ matrix: inout Matrix, _ rows: Matrix, _ seen: inout [Double], _ random: inout SeededRandom
    ) {
        let least = 0.01 * (seen.max() ?? 0)
        let poor = seen.indices.filter { seen[$0] < least }.prefix(rows.rows / 2)
        guard !poor.isEmpty else { return }
        let from = Self.sample(poor.count, of: rows.rows, &random)
        // the least count of the others: they are pulled as strongly as those
        let start = seen.filter { $0 >= least }.min() ?? 0
        for (centre, row) in zip(poor, from) {
            matrix.setRow(centre, rows.row(row))
            seen[centre] = start
        }
    }

    /// Different numbers below n (Floyd 1987), rising.
    private static func sample(_ count: Int, of n: Int, _ random: inout SeededRandom) -> [Int] {
        var chosen: Set<Int> = []
        for j in n - count..<n {
            let t = Int(random.next() % UInt64(j + 1))
            chosen.insert(chosen.contains(t) ? j : t)
        }
        return chosen.sorted()
    }
}
