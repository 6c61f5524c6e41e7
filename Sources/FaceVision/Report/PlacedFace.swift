public import FaceCore

/// A face in `people.json`: the fields of ``FaceCore/Face`` and, beside them, how well it fits where it is.
public struct PlacedFace: Sendable, Hashable, Codable {
    public var face: Face
    /// Mean similarity to the other faces of its person, or to the nearest person.
    public var similarity: Float?
    /// That similarity as a probability, at even odds.
    public var probability: Double?
    /// How sure the grouping is of this place.
    public var confidence: Float?

    private enum Key: String, CodingKey {
        case similarity
        case probability
        case confidence
    }

    public init(
        _ face: Face, similarity: Float? = nil, probability: Double? = nil, confidence: Float? = nil
    ) {
        self.face = face
        self.similarity = similarity
        self.probability = probability
        self.confidence = confidence
    }

    public init(_ face: ReportFace) {
        self.init(
            face.face, similarity: face.similarity, probability: face.probability, confidence: face.confidence)
    }

    public init(from decoder: any Decoder) throws {
        let c = try decoder.container(keyedBy: Key.self)
        self.init(
            try Face(from: decoder), similarity: try c.decodeIfPresent(Float.self, forKey: .similarity),
            probability: try c.decodeIfPresent(Double.self, forKey: .probability),
            confidence: try c.decodeIfPresent(Float.self, forKey: .confidence))
    }

    public func encode(to encoder: any Encoder) throws {
        try face.encode(to: encoder)
        var c = encoder.container(keyedBy: Key.self)
        try c.encodeIfPresent(similarity, forKey: .similarity)
        try c.encodeIfPresent(probability, forKey: .probability)
        try c.encodeIfPresent(confidence, forKey: .confidence)
    }
}
