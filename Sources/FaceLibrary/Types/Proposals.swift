/// Sub-groups of one person, as the split assistant sees them.
public struct SplitProposal: Codable, Sendable, Hashable {
    public struct Part: Codable, Sendable, Hashable {
        /// Up to 12 to look at.
        public var faces: [LibraryFace]
        public var faceIds: [String]
        public var count: Int
        @Nullable public var from: String?
        @Nullable public var to: String?
    }

    /// The most similar pair between two parts.
    public struct Bridge: Codable, Sendable, Hashable {
        public var a: LibraryFace
        public var b: LibraryFace
        public var similarity: Double
    }

    public var parts: [Part]
    /// The weakest first.
    public var bridges: [Bridge]
}

/// What a merge or split would do.
public struct ChangePreview: Codable, Sendable, Hashable {
    public struct Conflict: Codable, Sendable, Hashable {
        public var faces: [LibraryFace]
        public var reason: String
    }

    public var facesAfter: Int
    public var photosAfter: Int
    public var conflicts: [Conflict]
    public var examples: [LibraryFace]
}

/// What other parameters would change.
public struct GroupingPreview: Codable, Sendable, Hashable {
    public struct Example: Codable, Sendable, Hashable {
        public var face: LibraryFace
        @Nullable public var from: Person?
        /// Nil: loose, or a person that is not there yet.
        @Nullable public var to: Person?
    }

    public struct Count: Codable, Sendable, Hashable {
        public var before: Int
        public var after: Int
    }

    /// Faces whose person would change.
    public var moves: Int
    public var people: Count
    public var examples: [Example]
}
