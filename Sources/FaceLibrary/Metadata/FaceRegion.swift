public import FaceCore

/// A face that some program wrote into a photo's metadata: evidence with its source, never a decision.
public struct FaceRegion: Sendable, Hashable, Codable {
    /// The schema that it was written in.
    public enum Schema: String, Sendable, Hashable, Codable {
        /// `mwg-rs:Regions` (digiKam, Lightroom, Picasa, Apple Photos exports).
        case metadataWorkingGroup = "mwg"
        /// `MP:RegionInfo` (Windows Photo Gallery, and digiKam beside the other).
        case microsoft
    }

    /// Nil for a face that nobody named.
    public var name: String?
    /// In fractions of the UPRIGHT picture; inside of it.
    public var box: Box
    public var schema: Schema
    /// The file that said so: the photo itself, or its sidecar.
    public var file: String

    public init(name: String?, box: Box, schema: Schema, file: String) {
        self.name = name
        self.box = box
        self.schema = schema
        self.file = file
    }
}
