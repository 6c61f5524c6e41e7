/// One face of a photo of the library, with where it stands.
public struct LibraryFace: Codable, Sendable, Hashable, Identifiable {
    /// How a face stands in the groups.
    public enum Role: String, Codable, Sendable, Hashable, CaseIterable {
        case core, border, loose, ignored, rejected
    }

    /// Who found the face.
    public enum Source: String, Codable, Sendable, Hashable {
        case detector, manual, imported
    }

    /// How usable the face is.
    public struct Quality: Codable, Sendable, Hashable {
        public var overall: Double
        public var sharpness: Double
        public var reasons: [String]
    }

    public var id: String
    public var photo: String
    /// x, y, width, height as fractions of the upright photo.
    public var box: [Double]
    /// Five points as fractions, or none.
    public var landmarks: [[Double]]
    public var score: Double
    public var quality: Quality
    public var source: Source
    @Nullable public var person: String?
    public var role: Role
    /// Cosine to the person's faces.
    @Nullable public var similarity: Double?
    /// The calibrated probability of the same.
    @Nullable public var confidence: Double?
    /// Whether somebody spoke for this face.
    public var decided: Bool
    @Nullable public var capturedAt: String?
    /// Where the server serves the crop; changes with its bytes.
    public var crop: String
}
