public import FaceCore

extension NeighbourGraph {
    /// The graph of unit vectors by cosine with at least a share `recall` of the true neighbours of at least `floor`, or,
    /// where only nearer ones matter, of at least `recallFrom`: what lies between is listed as it is met.
    ///
    /// Rows go to the cells of an inverted file, about a hundred to a cell, and are compared with the rows of their own
    /// cell and of those whose centres are nearly as near. How near is read off a sample whose true neighbours are found
    /// exactly; a second sample measures the recall of the result, which the graph carries with its 95 % interval. Where
    /// that would not be cheaper than all pairs, and for few rows, the graph is exact. O(n·d·(k + √n)) time where rows find
    /// their cells. The same for every number of threads.
    /// Throws `usage`, `non-finite` with the row, `dimension-mismatch` or `cancelled`.
    public static func approximate(
        of vectors: Matrix, space: EmbeddingSpace, k: Int, floor: Float = -.infinity, recall: Double = 0.99,
        recallFrom: Float = -.infinity, seed: UInt64 = 1, threads: Int = availableThreads(),
        progress: ProgressMeter? = nil,
        cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        guard recall > 0, recall <= 1 else {
            throw LikenessError(.usage, subject: "recall", "a share of \(recall) cannot be reached")
        }
        try requireDimension(vectors, space)
        let mayPay = recall < 1 && k > 0 && vectors.rows >= VisitPlan.fewestRows && space.metric == .cosine
        let plan =
            mayPay && vectors.columns <= PackedRows.mostColumns
            ? try VisitPlan.find(
                vectors, k: k, floor: max(floor, recallFrom), recall: recall, seed: seed, threads: threads,
                cancellation: cancellation)
            : nil
        guard let plan else {
            return try exact(
                of: vectors, space: space, k: k, floor: floor, threads: threads, progress: progress,
                cancellation: cancellation)
        }
        var join = CellJoin(k: min(k, vectors.rows - 1))
        join.floor = floor
        join.threads = threads
        join.progress = progress
        join.cancellation = cancellation
        let result = try join.run(plan.codes, cells: plan.cells, visits: plan.visits)
        progress?.finish()
        return NeighbourGraph(
            rows: vectors.rows, k: join.k, floor: floor, space: space.id,
            exactness: plan.truth.measured(result.indices, k: join.k), indices: result.indices,
            similarities: result.similarities)
    }

    /// The same graph with nearer neighbours where neighbours of neighbours are such (NN-descent), for a graph by cosine
    /// of any origin. What its recall then is, was not measured: the share that it states is that from before.
    /// Throws `usage` where the rows are others, or `cancelled`.
    public func refined(
        with vectors: Matrix, rounds: Int = 8, threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        guard vectors.rows == rows else {
            throw LikenessError(.usage, subject: "vectors", "a graph of \(rows) rows, but \(vectors.rows) vectors")
        }
        var lists = NeighbourJoin.Result(
            indices: [Int32](repeating: -1, count: rows * k),
            similarities: [Float](repeating: -.infinity, count: rows * k))
        for row in 0..<rows {
            withNeighbours(of: row) { indices, similarities in
                for t in indices.indices {
                    lists.indices[row * k + t] = indices[t]
                    lists.similarities[row * k + t] = similarities[t]
                }
            }
        }
        var descent = NeighbourDescent()
        descent.floor = floor
        descent.rounds = rounds
        descent.threads = threads
        descent.cancellation = cancellation
        let result = try descent.refine(vectors, lists, k: k)
        return NeighbourGraph(
            rows: rows, k: k, floor: floor, space: space, exactness: exactness, indices: result.indices,
            similarities: result.similarities)
    }
}
