/// What resembles a vector, and how the whole library lies to it.
public struct SearchResults: Codable, Sendable, Hashable {
    public struct Hit: Codable, Sendable, Hashable {
        public var face: LibraryFace
        @Nullable public var person: Person?
        public var similarity: Double
    }

    /// Faces by similarity: `counts[i]` lie in `from + i·step ..< from + (i+1)·step`.
    public struct Histogram: Codable, Sendable, Hashable {
        public var from: Double
        public var step: Double
        public var counts: [Int]
    }

    public var results: [Hit]
    public var histogram: Histogram
    /// The similarity from which two faces count as one person.
    public var threshold: Double
    /// How often strangers reach ``threshold``.
    @Nullable public var falseAcceptRate: Double?
    /// The data on which that was measured.
    @Nullable public var calibration: String?
}

/// A person and how similar it is to the one asked about.
public struct SimilarPerson: Codable, Sendable, Hashable {
    public var person: Person
    public var similarity: Double
}

/// A face and how similar it is to the one asked about.
public struct SimilarFace: Codable, Sendable, Hashable {
    public var face: LibraryFace
    public var similarity: Double
}

/// A face without a person and who it may be.
public struct LooseFace: Codable, Sendable, Hashable {
    public var face: LibraryFace
    public var candidates: [SimilarPerson]
}
