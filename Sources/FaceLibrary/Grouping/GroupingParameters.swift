import FaceCore
import FaceSpace
import GRDB

/// What a grouping is made with, beside faces and decisions.
public struct GroupingParameters: Codable, Sendable, Hashable {
    /// Similarity at which faces are in reach of each other; nil: what the model's calibration says.
    @Nullable public var threshold: Double?
    /// Faces of lower quality found no group.
    public var qualityFloor: Double
    /// Faces that the standard thresholds are meant for, a step of ``sized(_:)``; nil: some 20,000, as in older libraries.
    public private(set) var size: Int?

    public init(threshold: Double? = nil, qualityFloor: Double = 0.1) {
        self.threshold = threshold
        self.qualityFloor = qualityFloor
    }

    init(_ settings: LibrarySettings) {
        self.init(threshold: settings.threshold, qualityFloor: settings.qualityFloor)
    }

    /// For a library that has seen so many faces: the nearest of 125, 250, 500, …, so that thresholds, and with them all
    /// groups, change each time the library has doubled, and never between.
    package func sized(_ faces: Int) -> GroupingParameters {
        var (sized, size) = (self, 125)
        while Double(faces) > Double(size) * 2.0.squareRoot() { size *= 2 }
        sized.size = size
        return sized
    }

    /// For the library as it is. Faces that are gone count, so that the size never falls.
    func sized(_ db: Database) throws -> GroupingParameters {
        sized(try Int.fetchOne(db, sql: "SELECT MAX(no) FROM face") ?? 0)
    }

    /// The options of the density grouping in a space. A threshold of one's own moves the others along.
    func options(_ space: EmbeddingSpace) -> IncrementalOptions {
        var options = IncrementalOptions()
        if let calibration = space.calibration {
            options =
                size.map { IncrementalOptions(calibration: calibration, faces: $0) }
                ?? IncrementalOptions(calibration: calibration)
        }
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
