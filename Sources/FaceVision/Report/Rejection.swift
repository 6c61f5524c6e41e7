public import FaceCore

/// Something that was looked at and not used, in `people.json`: a face that is too poor, or a whole photo.
public struct Rejection: Sendable, Hashable, Codable {
    /// The photo.
    public var source: String
    /// Machine-readable: reasons of ``FaceCore/Quality/Reason``, or the code of the error that ended the photo.
    public var reasons: [String]
    /// What is wrong, in a sentence; of photos.
    public var message: String?
    /// The face; nil when the photo could not be read.
    public var face: Face?

    private enum Key: String, CodingKey {
        case source
        case reasons
        case message
        case box
    }

    public init(source: String, reasons: [String], message: String? = nil, face: Face? = nil) {
        self.source = source
        self.reasons = reasons
        self.message = message
        self.face = face
    }

    public init(_ face: ReportFace) {
        self.init(
            source: face.face.source, reasons: (face.face.quality?.reasons ?? []).map(\.rawValue), face: face.face)
    }

    public init(_ failure: GroupReport.Failure) {
        self.init(source: failure.source, reasons: [failure.code], message: failure.message)
    }

    public init(from decoder: any Decoder) throws {
        let c = try decoder.container(keyedBy: Key.self)
        self.init(
            source: try c.decode(String.self, forKey: .source), reasons: try c.decode([String].self, forKey: .reasons),
            message: try c.decodeIfPresent(String.self, forKey: .message),
            face: c.contains(.box) ? try Face(from: decoder) : nil)
    }

    public func encode(to encoder: any Encoder) throws {
        try face?.encode(to: encoder)
        var c = encoder.container(keyedBy: Key.self)
        try c.encode(source, forKey: .source)
        try c.encode(reasons, forKey: .reasons)
        try c.encodeIfPresent(message, forKey: .message)
    }
}
