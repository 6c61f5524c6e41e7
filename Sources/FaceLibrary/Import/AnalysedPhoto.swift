public import FaceCore

/// What an analyser found in one photo.
public struct AnalysedPhoto: Sendable {
    public var path: String
    /// SHA-256 of the file's bytes; nil when it could not be read.
    public var contentHash: String?
    /// Pixels of the upright photo.
    public var width: Int
    public var height: Int
    /// ISO 8601, as the camera says.
    public var captureDate: String?
    public var faces: [AnalysedFace]
    public var error: LikenessError?

    public init(
        path: String, contentHash: String?, width: Int = 0, height: Int = 0, captureDate: String? = nil,
        faces: [AnalysedFace] = [], error: LikenessError? = nil
    ) {
        (self.path, self.contentHash, self.width, self.height) = (path, contentHash, width, height)
        (self.captureDate, self.faces, self.error) = (captureDate, faces, error)
    }
}

/// One face that an analyser found.
public struct AnalysedFace: Sendable {
    /// x, y, width, height as fractions of the upright photo.
    public var box: [Double]
    /// Five points as fractions, or none.
    public var landmarks: [[Double]]
    public var score: Double
    public var quality: Quality
    /// Of unit length.
    public var embedding: [Float]
    /// A square JPEG.
    public var crop: [UInt8]

    public init(
        box: [Double], landmarks: [[Double]], score: Double, quality: Quality, embedding: [Float], crop: [UInt8]
    ) {
        (self.box, self.landmarks, self.score) = (box, landmarks, score)
        (self.quality, self.embedding, self.crop) = (quality, embedding, crop)
    }
}

/// Finds the faces of photos: ``LibraryVision`` with networks; load tests and fault tests without.
public protocol PhotoAnalyser: Sendable {
    var space: EmbeddingSpace { get }
    /// Names the detector and its settings: photos are looked at again when it changes.
    var detector: String { get }
    /// Looks at files and hands the results on in order, on the calling thread.
    func analyse(
        _ paths: [String], cancellation: Cancellation, _ body: (AnalysedPhoto) throws(LikenessError) -> Void
    ) throws(LikenessError)
    /// The face in a box (fractions) of a photo: for boxes that people draw.
    func face(in box: [Double], of path: String) throws(LikenessError) -> AnalysedFace
}
