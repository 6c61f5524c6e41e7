extension Matrix {
    /// For each row the k other rows of largest inner product (the cosine, when rows are unit).
    ///
    /// Returns rows×k in row order: similarity descending, equal ones by rising index; the row itself is left out.
    /// Places that no row of at least `floor` fills hold −1 and −∞. Exact, and the same on every machine and for every
    /// number of threads. O(n²·d) time, O(n·(k + d)) memory; a mapped matrix is read in rows.
    /// Throws `non-finite` with the row.
    public func topNeighbours(
        k: Int, floor: Float = -.infinity, threads: Int = availableThreads()
    ) throws(LikenessError) -> (indices: [Int32], similarities: [Float]) {
        precondition(k >= 0, "k is a number of neighbours, not \(k)")
        var join = NeighbourJoin(k: k)
        join.floor = floor
        join.threads = threads
        let result = try join.selfJoin(self)
        return (result.indices, result.similarities)
    }

    /// For each row of `queries` the k rows of this matrix of largest inner product; otherwise as
    /// ``topNeighbours(k:floor:threads:)``. Throws `dimension-mismatch` too.
    public func topNeighbours(
        of queries: Matrix, k: Int, floor: Float = -.infinity, threads: Int = availableThreads()
    ) throws(LikenessError) -> (indices: [Int32], similarities: [Float]) {
        precondition(k >= 0, "k is a number of neighbours, not \(k)")
        var join = NeighbourJoin(k: k)
        join.floor = floor
        join.threads = threads
        let result = try join.join(queries, base: self)
        return (result.indices, result.similarities)
    }
}
