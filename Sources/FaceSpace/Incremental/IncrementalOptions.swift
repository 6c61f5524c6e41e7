/// The thresholds of incremental grouping; part of its state. Similarities are cosines.
public struct IncrementalOptions: Sendable, Hashable, Codable {
    /// Rows at least this similar are in reach of each other (the density threshold, or what absorbs a row).
    public var similarity: Float
    /// Rows in reach, itself included, that make a row a core.
    public var minimumPoints: Int
    /// Centres at least this similar make two groups candidates for a merge; pinned groups ask for 0.03 more.
    public var merge: Float
    /// The mean similarity between the ten most central rows of either group that confirms a merge.
    public var confirm: Float
    /// A group of more rows is examined: cut once at a higher similarity, its parts merged again if they fit.
    public var releaseSize: Int
    /// A group with a larger variance 1 − |mean|² is cut until its parts are below.
    public var releaseVariance: Float
    /// Rows of lower quality found no group; they follow their nearest core.
    public var qualityFloor: Float

    /// The defaults were chosen on the CelebA vectors of mobilefacenet-y1 (docs/incremental.md).
    public init(
        similarity: Float = 0.6, minimumPoints: Int = 2, merge: Float = 0.5, confirm: Float = 0.4,
        releaseSize: Int = 1000, releaseVariance: Float = 0.6, qualityFloor: Float = 0
    ) {
        self.similarity = similarity
        self.minimumPoints = minimumPoints
        self.merge = merge
        self.confirm = confirm
        self.releaseSize = releaseSize
        self.releaseVariance = releaseVariance
        self.qualityFloor = qualityFloor
    }
}
