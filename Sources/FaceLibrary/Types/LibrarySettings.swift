/// What the owner can set; changes go through the journal.
public struct LibrarySettings: Codable, Sendable, Hashable {
    /// Similarity at which faces are in reach of each other; nil: what the model's calibration says.
    @Nullable public var threshold: Double?
    /// Faces of lower quality found no group but may join one, 0…1.
    public var qualityFloor: Double
    /// Unnamed groups of fewer faces are not shown on the people page.
    public var minFacesShown: Int
    /// Loose faces are forgotten after so many days; nil: never.
    @Nullable public var looseRetentionDays: Int?
    public var version: Int

    public init(
        threshold: Double? = nil, qualityFloor: Double = 0.1, minFacesShown: Int = 2, looseRetentionDays: Int? = nil,
        version: Int = 1
    ) {
        self.threshold = threshold
        self.qualityFloor = qualityFloor
        self.minFacesShown = minFacesShown
        self.looseRetentionDays = looseRetentionDays
        self.version = version
    }
}
