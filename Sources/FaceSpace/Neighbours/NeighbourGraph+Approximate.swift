public import FaceCore

extension NeighbourGraph {
    /// The graph of unit vectors by cosine with at least a share `recall` of the true neighbours of at least `floor`.
    ///
    /// Rows go to overlapping cells of an inverted file, and only pairs within a cell are compared. In how many cells a
    /// row must lie is read off a sample whose true neighbours are found exactly; a second sample measures the recall of
    /// the result, which the graph carries with its 95 % interval. Where no overlap would be cheaper than all pairs, and
    /// for few rows, the graph is exact. O(n^1.5·d) time where cells do their work. The same for every number of threads.
    /// Throws `usage`, `non-finite` with the row, `dimension-mismatch` or `cancelled`.
    public static func approximate(
        of vectors: Matrix, space: EmbeddingSpace, k: Int, floor: Float = -.infinity, recall: Double = 0.99,
        seed: UInt64 = 1, threads: Int = availableThreads(), progress: ProgressMeter? = nil,
        cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        guard recall > 0, recall <= 1 else {
            throw LikenessError(.usage, subject: "recall", "a share of \(recall) cannot be reached")
        }
        try requireDimension(vectors, space)
        let plan =
            recall < 1 && k > 0 && vectors.rows >= OverlapPlan.fewestRows && space.metric == .cosine
            ? try OverlapPlan(
                vectors, k: k, floor: floor, recall: recall, seed: seed, threads: threads, cancellation: cancellation)
            : nil
        guard let plan, let overlap = plan.overlap else {
            return try exact(
                of: vectors, space: space, k: k, floor: floor, threads: threads, progress: progress,
                cancellation: cancellation)
        }
        var join = OverlappingJoin(k: min(k, vectors.rows - 1))
        join.floor = floor
        join.threads = threads
        join.progress = progress
        join.cancellation = cancellation
        let result = try join.run(
            vectors, cells: plan.cells.centres.rows, nearest: plan.nearest, width: OverlapPlan.width, overlap: overlap)
        progress?.finish()
        return NeighbourGraph(
            rows: vectors.rows, k: join.k, floor: floor, space: space.id,
            exactness: plan.measured(result.indices, k: join.k), indices: result.indices,
            similarities: result.similarities)
    }
}

/// In how many cells each row must lie so that the wanted share of neighbours meet in one.
private struct OverlapPlan {
    /// Below, all pairs take seconds.
    static let fewestRows = 20_000
    /// Cells a row are found: more cost as much as comparing all pairs.
    static let width = 16
    /// Rows that choose, and as many that measure.
    private static let sample = 1000

    let cells: CoarseCells
    /// rows×width, nearest first.
    let nearest: [Int32]
    /// nil: all pairs are cheaper.
    private(set) var overlap: Int?
    private let sampled: [Int]
    /// The true neighbours of the sampled rows.
    private let truth: [[Int32]]

    init(
        _ vectors: Matrix, k: Int, floor: Float, recall: Double, seed: UInt64, threads: Int,
        cancellation: Cancellation?
    ) throws(LikenessError) {
        let n = vectors.rows
        // Assigning rows to c·√n cells costs c·n^1.5 products, joining them p²·n^1.5/2c: 4 balances both at an overlap
        // of 5 to 6.
        cells = try CoarseCells(
            of: vectors, count: Int(4 * Double(n).squareRoot()), seed: seed, threads: threads,
            cancellation: cancellation)
        nearest = try cells.nearest(vectors, count: OverlapPlan.width)
        var random = SeededRandom(seed: seed &+ 1)
        var chosen = Set<Int>()
        while chosen.count < 2 * OverlapPlan.sample { chosen.insert(Int.random(in: 0..<n, using: &random)) }
        sampled = chosen.sorted().shuffled(using: &random)
        var join = NeighbourJoin(k: min(k, n - 1) + 1)
        join.floor = floor
        join.threads = threads
        join.cancellation = cancellation
        let found = try join.join(vectors.rows(at: sampled), base: vectors).indices
        let length = join.k
        truth = sampled.indices.map { [sampled] s in
            let list = found[s * length..<(s + 1) * length]
            // the row itself, or among many copies the last of them, is one too many
            return Array(list.filter { $0 >= 0 && $0 != Int32(sampled[s]) }.prefix(length - 1))
        }
        overlap = choose(recall, rows: n)
    }

    /// The least overlap in which neighbours of the first sample meet often enough; nil when that is dearer than all pairs.
    private func choose(_ recall: Double, rows n: Int) -> Int? {
        // first overlap in which each sampled pair meets
        var meets = [Int](repeating: 0, count: OverlapPlan.width + 1)
        var edges = 0
        for s in 0..<OverlapPlan.sample {
            for j in truth[s] {
                if let p = meeting(sampled[s], Int(j)) { meets[p] += 1 }
                edges += 1
            }
        }
        guard edges > 0 else { return 1 }
        // the wanted recall must be met by the second sample too: two standard errors of the first, rows as units
        let spare = 2 * (recall * (1 - recall) / Double(OverlapPlan.sample)).squareRoot() / 2
        var met = 0
        for p in 1...OverlapPlan.width {
            met += meets[p]
            if Double(met) / Double(edges) >= min(1, recall + spare) {
                return pairs(p) < 0.25 * Double(n) * Double(n) / 2 ? p : nil
            }
        }
        return nil
    }

    /// The least p so that two rows share one of their p nearest cells.
    private func meeting(_ i: Int, _ j: Int) -> Int? {
        let w = OverlapPlan.width
        var least: Int?
        for a in 0..<w {
            for b in 0..<w where nearest[i * w + a] == nearest[j * w + b] { least = min(least ?? w + 1, max(a, b) + 1) }
        }
        return least
    }

    /// Pairs that are compared with this overlap.
    private func pairs(_ p: Int) -> Double {
        var sizes = [Double](repeating: 0, count: cells.centres.rows)
        for at in stride(from: 0, to: nearest.count, by: OverlapPlan.width) {
            for t in at..<at + p { sizes[Int(nearest[t])] += 1 }
        }
        return sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    }

    /// The share of true neighbours of the second sample that the lists hold.
    func measured(_ indices: [Int32], k: Int) -> NeighbourGraph.Exactness {
        .measured(
            (OverlapPlan.sample..<sampled.count).map { s in
                let list = Set(indices[sampled[s] * k..<(sampled[s] + 1) * k])
                return (truth[s].count { list.contains($0) }, truth[s].count)
            })
    }
}
