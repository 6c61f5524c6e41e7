public import FaceCore

/// One detection in pixels of the raster that was searched.
public struct Detection: Sendable, Hashable, Codable {
    public var box: Box
    public var landmarks: Landmarks?
    /// In 0…1; comparable within one detector only.
    public var score: Float

    public init(box: Box, landmarks: Landmarks?, score: Float) {
        self.box = box
        self.landmarks = landmarks
        self.score = score
    }
}

/// What every face detector offers, whatever its method.
///
/// A detector may be called from several threads at once; its results do not depend on what else is in the batch.
public protocol FaceDetector: Sendable {
    /// The id in the model catalogue.
    var id: String { get }
    /// Pictures that are searched together with the best throughput.
    var preferredBatch: Int { get }
    /// Faces of each picture, best score first, boxes clipped to the picture.
    func detect(_ pictures: [Raster]) throws(LikenessError) -> [[Detection]]
}

/// The options that all detectors understand; what is nil is taken from the detector's own measured default.
public struct DetectorOptions: Sendable, Hashable {
    /// Faces with a shorter side below this many pixels of the searched raster are not looked for.
    public var minimumFace: Float?
    /// The score below which a detection is dropped.
    public var threshold: Float?
    /// One-stage detectors of any size: pixels of the long side at which a picture is searched, unless a smallest face is
    /// given. Others do without.
    public var longSide: Int?

    public init(minimumFace: Float? = nil, threshold: Float? = nil, longSide: Int? = nil) {
        self.minimumFace = minimumFace
        self.threshold = threshold
        self.longSide = longSide
    }
}
