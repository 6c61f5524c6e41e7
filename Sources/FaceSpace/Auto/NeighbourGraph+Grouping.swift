public import FaceCore

extension NeighbourGraph {
    /// Rows up to which all pairs are compared: 200,000 × 256 take about 20 s of two cores, and four times that for each
    /// doubling.
    public static let exactRows = 200_000

    /// The lists on which rows are grouped: exact up to ``exactRows``, beyond with `recall` of the neighbours that are near
    /// enough to be linked.
    ///
    /// From where on that is (``LinkThreshold``, 0.05 less for safety) is read off the exact lists of sampled rows; less similar
    /// ones are listed as they are met. With a `floor` the recall is that of all neighbours above it. Euclidean graphs are
    /// exact. Throws as ``approximate(of:space:k:floor:recall:recallFrom:seed:threads:progress:cancellation:)``.
    public static func forGrouping(
        _ vectors: Matrix, space: EmbeddingSpace, k: Int, floor: Float = -.infinity, recall: Double = 0.99,
        seed: UInt64 = 1, threads: Int = availableThreads(), progress: ProgressMeter? = nil,
        cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        guard vectors.rows > exactRows, space.metric == .cosine else {
            return try exact(
                of: vectors, space: space, k: k, floor: floor, threads: threads, progress: progress,
                cancellation: cancellation)
        }
        try requireDimension(vectors, space)
        let from =
            floor.isFinite
            ? floor
            : try LinkThreshold.sampled(
                ClusteringInput(vectors: vectors, space: space), k: k, seed: seed, threads: threads,
                cancellation: cancellation
            ).value - 0.05
        return try approximate(
            of: vectors, space: space, k: k, floor: floor, recall: recall, recallFrom: from, seed: seed,
            threads: threads, progress: progress, cancellation: cancellation)
    }
}
