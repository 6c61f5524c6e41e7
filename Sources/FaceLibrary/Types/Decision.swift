/// One entry of the journal: what somebody decided, when, and whether it was taken back.
public struct Decision: Codable, Sendable, Hashable, Identifiable {
    /// What can be decided.
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        case name, rename, same, different, unsure, assign, reject, ignore, unignore, box, unbox, hide, favourite
        case avatar, birthDate, merge, split, forget, undo, settings
    }

    public var id: String
    public var seq: Int
    public var kind: Kind
    /// A sentence for people.
    public var summary: String
    public var actor: String
    public var at: String
    public var undoable: Bool
    @Nullable public var undoneBy: String?
    @Nullable public var undoes: String?
    public var subjects: [String]
}

/// Who decides, and the key that makes a repeated request one decision.
public struct Author: Sendable {
    public var actor: String
    /// The same key again gives the first decision again, without a second effect.
    public var requestKey: String?
    /// What is kept of the request beside the decision, made from what it led to. What it throws takes the decision back.
    public var record: (@Sendable (PersonChange) throws -> RequestRecord)?

    public init(
        _ actor: String, requestKey: String? = nil,
        record: (@Sendable (PersonChange) throws -> RequestRecord)? = nil
    ) {
        self.actor = actor
        self.requestKey = requestKey
        self.record = record
    }
}

/// What a decision about people led to.
public struct PersonChange: Codable, Sendable, Hashable {
    public var decision: Decision
    @Nullable public var person: Person?
    /// The person that a split made.
    public var created: Person?
    /// The face of a drawn box.
    public var face: LibraryFace?
}
