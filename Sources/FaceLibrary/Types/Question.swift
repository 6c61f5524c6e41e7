/// "The same person?" – one question and what hangs on its answer.
public struct Question: Codable, Sendable, Hashable, Identifiable {
    /// Why it is asked.
    public enum Reason: String, Codable, Sendable, Hashable {
        case samePerson = "same-person"
        case sibling, split, loose
    }

    /// What can be said to it.
    public enum Answer: String, Codable, Sendable, Hashable, CaseIterable {
        case same, different, unsure
    }

    /// A person, or a loose face without one, and faces to look at.
    public struct Side: Codable, Sendable, Hashable {
        @Nullable public var person: Person?
        public var faces: [LibraryFace]
    }

    public var id: String
    public var left: Side
    public var right: Side
    public var similarity: Double
    public var probability: Double
    /// Faces that find their person with a yes.
    public var gain: Int
    public var reason: Reason
}

/// An answered question and the one to ask next.
public struct QuestionAnswered: Codable, Sendable, Hashable {
    public var decision: Decision
    @Nullable public var next: Question?
}
