/// What ``PhotoLibrary/examine(replay:)`` found.
public struct DoctorReport: Codable, Sendable, Hashable {
    public struct Check: Codable, Sendable, Hashable {
        public var name: String
        public var ok: Bool
        public var detail: String
    }

    public var checks: [Check]
    public var counts: [String: Int]
    public var isHealthy: Bool { checks.allSatisfy(\.ok) }
}

/// What was forgotten, and the proof.
public struct ForgetReceipt: Codable, Sendable, Hashable {
    public var decision: String
    public var faces: Int
    public var vectors: Int
    public var crops: Int
    public var questions: Int
    public var links: Int
    /// Journal entries whose names were replaced by a keyed hash.
    public var journalEntries: Int
    /// Rows that the verification still found, by what was looked for; all 0.
    public var remaining: [String: Int]
    /// Backups made before, which still hold it.
    public var backups: [String]
}
