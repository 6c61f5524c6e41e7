/// The library at a glance: counters that add up, what is running, and what to do next.
public struct Overview: Codable, Sendable, Hashable {
    public struct About: Codable, Sendable, Hashable {
        public var id: String
        public var name: String
        public var root: String
    }

    /// ``total`` is the sum of the others.
    public struct Photos: Codable, Sendable, Hashable {
        public var total = 0
        public var withFaces = 0
        public var withoutFaces = 0
        public var failed = 0
        public var waiting = 0
        public var missing = 0
    }

    /// ``total`` is the sum of the others.
    public struct Faces: Codable, Sendable, Hashable {
        public var total = 0
        public var inPeople = 0
        public var loose = 0
        public var ignored = 0
        public var notConsidered = 0
    }

    public struct People: Codable, Sendable, Hashable {
        public var total = 0
        public var named = 0
        public var unnamed = 0
        public var hidden = 0
    }

    public struct GroupingState: Codable, Sendable, Hashable {
        public var id: String
        public var at: String
        public var model: String
        public var facesUpTo: Int
    }

    public struct NextStep: Codable, Sendable, Hashable {
        public enum Kind: String, Codable, Sendable, Hashable { case review, name, `import`, none }

        public var kind: Kind
        public var text: String
    }

    public var library: About
    public var photos: Photos
    public var faces: Faces
    public var people: People
    public var questions: Int
    @Nullable public var grouping: GroupingState?
    public var jobs: [Job]
    public var next: NextStep
}
