/// One face of one picture: where it is, how sure the detector was, how usable it is, and its row of vectors.
public struct Face: Sendable, Hashable, Codable {
    /// The picture: its path as given.
    public var source: String
    /// Seconds from the start of a video; nil for a photo.
    public var time: Double?
    /// In pixels of the upright picture at full size.
    public var box: Box
    public var landmarks: Landmarks?
    /// The detector's own score, in 0…1.
    public var score: Float
    public var quality: Quality?
    /// The row of this face in the matrix of vectors made with it; nil when it has no vector.
    public var row: Int?

    public init(
        source: String, time: Double? = nil, box: Box, landmarks: Landmarks?, score: Float, quality: Quality? = nil,
        row: Int? = nil
    ) {
        self.source = source
        self.time = time
        self.box = box
        self.landmarks = landmarks
        self.score = score
        self.quality = quality
        self.row = row
    }
}

/// How usable a face is for recognition: one score and the reasons that lowered it.
public struct Quality: Sendable, Hashable, Codable {
    /// A machine-readable reason why a face is poor.
    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case blurry
        case tooSmall = "too-small"
        case profile
        case tilted
        case underexposed
        case overexposed
        case lowContrast = "low-contrast"
        case cutOff = "cut-off"
        case lowDetectorScore = "low-detector-score"
        case notAFace = "not-a-face"
    }

    /// Overall, in 0 (useless) … 1 (a passport photo).
    public var score: Float
    public var reasons: [Reason]
    /// The measurements behind the score by name (`sharpness`, `size`, `yaw`…), units in their documentation.
    public var measures: [String: Float]

    public init(score: Float, reasons: [Reason], measures: [String: Float] = [:]) {
        self.score = score
        self.reasons = reasons
        self.measures = measures
    }
}
