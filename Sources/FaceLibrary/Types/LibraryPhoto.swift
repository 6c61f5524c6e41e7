/// One photo of the library, by its content; copies share it.
public struct LibraryPhoto: Codable, Sendable, Hashable, Identifiable {
    /// How far a photo has come.
    public enum State: String, Codable, Sendable, Hashable, CaseIterable {
        case waiting, decoded, faces
        case noFaces = "no-faces"
        case failed, missing
    }

    /// Where a photo was taken, in degrees.
    public struct Place: Codable, Sendable, Hashable {
        public var latitude: Double
        public var longitude: Double
    }

    public var id: String
    public var path: String
    public var width: Int
    public var height: Int
    @Nullable public var capturedAt: String?
    @Nullable public var place: Place?
    public var state: State
    @Nullable public var error: Problem?
    public var image: String
    /// Further files with the same bytes.
    public var duplicates: Int
    /// Only when one photo is asked for.
    public var faces: [LibraryFace]?
}

/// Why something did not work, by the stable code of the error.
public struct Problem: Codable, Sendable, Hashable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
