/// A person of the library: named by someone, or a group that nobody has named yet.
public struct Person: Codable, Sendable, Hashable, Identifiable {
    public var id: String
    @Nullable public var name: String?
    /// `2001-05-04`.
    @Nullable public var birthDate: String?
    public var hidden: Bool
    public var favourite: Bool
    public var faces: Int
    public var photos: Int
    /// Capture times of the first and last photo, RFC 3339.
    @Nullable public var firstSeen: String?
    @Nullable public var lastSeen: String?
    /// The face that stands for the person.
    @Nullable public var avatar: String?
    /// Whether somebody chose ``avatar``.
    public var avatarChosen: Bool
    /// Faces that somebody spoke for one by one.
    public var confirmed: Int
    /// Grows with every decision about this person.
    public var version: Int
    /// Ids of people that were merged into this one; they still lead here.
    public var aliases: [String]
    /// Only when one person is asked for: how many faces each year has, the oldest first.
    public var years: [Year]?
    /// Only when one person without a name is asked for: the name that most photos' metadata give these faces.
    public var suggestion: Suggestion?
    /// Only in the answer to a former id: the id that survived.
    public var movedTo: String?

    /// The faces of one year.
    public struct Year: Codable, Sendable, Hashable {
        public var year: Int
        public var faces: Int
    }

    /// A name that other programs wrote into photos.
    public struct Suggestion: Codable, Sendable, Hashable {
        public var name: String
        /// Faces of the person that carry it.
        public var faces: Int
    }
}
