public import FaceCore

/// One face as people see it: the face, a small picture of it, and how well it fits where it is.
public struct ReportFace: Sendable, Hashable {
    public var face: Face
    /// A JPEG of the face, 128 pixels wide at best; empty when there is none.
    public var crop: [UInt8]
    /// Mean similarity to the other faces of its person; for a face without one, to the nearest person.
    public var similarity: Float?
    /// That similarity as the probability of one person, when it was an even bet before looking.
    public var probability: Double?
    /// How sure the grouping is of the place of this face, in 0…1.
    public var confidence: Float?

    public init(
        _ face: Face, crop: [UInt8] = [], similarity: Float? = nil, probability: Double? = nil,
        confidence: Float? = nil
    ) {
        self.face = face
        self.crop = crop
        self.similarity = similarity
        self.probability = probability
        self.confidence = confidence
    }
}
