public import FaceCore

/// What the pipeline found in one photo, or why it found nothing.
public struct PhotoResult: Sendable {
    /// One face with what later steps need of its pixels.
    public struct FoundFace: Sendable {
        /// Boxes and points in pixels of the upright photo at full size; `row` is not set here.
        public var face: Face
        /// The vector, of unit length where the space is normalised; nil when no embedder was asked for.
        public var embedding: [Float]?
        /// A square JPEG picture of the face, when the options ask for one.
        public var crop: [UInt8]?
    }

    /// The place of the photo in the list that was given.
    public var index: Int
    public var path: String
    /// SHA-256 of the file's bytes; nil when it could not be read.
    public var contentHash: String?
    /// The earlier photo with the same bytes; it is not decoded again and its faces are not repeated here.
    public var duplicateOf: String?
    /// Size of the upright photo in pixels; 0 when it could not be decoded.
    public var width = 0
    public var height = 0
    public var captureDate: String?
    public var faces: [FoundFace] = []
    public var warnings: [DecodedPhoto.Warning] = []
    public var error: LikenessError?

    package init(index: Int, path: String) {
        self.index = index
        self.path = path
    }
}
