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
    /// The share of rows in reach that a search must find. 1: all of them, each new row is compared with all rows; below,
    /// with the rows of a few cells and those in reach of what it finds there, whose number does not grow with the library.
    public var recall: Double

    /// The defaults were chosen on the CelebA vectors of mobilefacenet-y1 (docs/incremental.md).
    public init(
        similarity: Float = 0.6, minimumPoints: Int = 2, merge: Float = 0.5, confirm: Float = 0.4,
        releaseSize: Int = 1000, releaseVariance: Float = 0.6, qualityFloor: Float = 0, recall: Double = 1
    ) {
        self.similarity = similarity
        self.minimumPoints = minimumPoints
        self.merge = merge
        self.confirm = confirm
        self.releaseSize = releaseSize
        self.releaseVariance = releaseVariance
        self.qualityFloor = qualityFloor
        self.recall = recall
    }

    /// States of version 1 had no recall: their search was exact.
    public init(from decoder: any Decoder) throws {
        let card = try decoder.container(keyedBy: CodingKeys.self)
        similarity = try card.decode(Float.self, forKey: .similarity)
        minimumPoints = try card.decode(Int.self, forKey: .minimumPoints)
        merge = try card.decode(Float.self, forKey: .merge)
        confirm = try card.decode(Float.self, forKey: .confirm)
        releaseSize = try card.decode(Int.self, forKey: .releaseSize)
        releaseVariance = try card.decode(Float.self, forKey: .releaseVariance)
        qualityFloor = try card.decode(Float.self, forKey: .qualityFloor)
        recall = try card.decodeIfPresent(Double.self, forKey: .recall) ?? 1
    }
}
