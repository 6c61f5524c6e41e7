import FaceCore
import FaceSpace

/// What a grouping is made with, beside faces and decisions.
public struct GroupingParameters: Codable, Sendable, Hashable {
    /// Similarity at which faces are in reach of each other; nil: what the model's calibration says.
    @Nullable public var threshold: Double?
    /// Faces of lower quality found no group.
    public var qualityFloor: Double

    public init(threshold: Double? = nil, qualityFloor: Double = 0.1) {
        self.threshold = threshold
        self.qualityFloor = qualityFloor
    }

    init(_ settings: LibrarySettings) {
        self.init(threshold: settings.threshold, qualityFloor: settings.qualityFloor)
    }

    /// The options of the density grouping in a space. A threshold of one's own moves the others along.
    func options(_ space: EmbeddingSpace) -> IncrementalOptions {
        var options = space.calibration.map { IncrementalOptions(calibration: $0) } ?? IncrementalOptions()
        if let threshold {
            let shift = Float(threshold) - options.similarity
            options.similarity = Float(threshold)
            options.merge = max(0.05, min(0.99, options.merge + shift))
            options.confirm = max(0, min(0.99, options.confirm + shift))
        }
        options.qualityFloor = Float(qualityFloor)
        return options
    }
}
