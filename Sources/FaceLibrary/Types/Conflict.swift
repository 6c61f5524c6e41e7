/// Two things that were said, or are seen, and cannot both be true; listed until one of them goes.
public struct Conflict: Codable, Sendable, Hashable, Identifiable {
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// Two faces of one photo stand with one person.
        case samePhoto = "same-photo"
        /// Somebody called two people different who are one by other decisions.
        case different
        /// Somebody said that a face is not this person, with whom it stands by other decisions.
        case refused
        /// A grouping was not made, because this named person would have lost most of her faces.
        case grouping
    }

    public var id: String
    public var kind: Kind
    @Nullable public var person: Person?
    /// The faces concerned, as far as single ones are.
    public var faces: [LibraryFace]
    /// In a sentence, without names.
    public var reason: String
    public var since: String
}
