/// What a backup holds: written last, so that a folder without one is no backup.
public struct BackupManifest: Sendable, Hashable, Codable {
    public struct File: Sendable, Hashable, Codable {
        /// Below the backup's folder, with "/" between its parts.
        public var path: String
        public var bytes: Int
        /// SHA-256 in hexadecimal.
        public var sha256: String

        public init(path: String, bytes: Int, sha256: String) {
            (self.path, self.bytes, self.sha256) = (path, bytes, sha256)
        }
    }

    /// Committed rows of the segments of one space.
    public struct Vectors: Sendable, Hashable, Codable {
        /// The folder below the backup's.
        public var path: String
        public var rows: [Int: Int]

        public init(path: String, rows: [Int: Int]) { (self.path, self.rows) = (path, rows) }
    }

    public var format = 1
    public var program: String
    /// RFC 3339.
    public var createdAt: String
    /// Rows of each table of the database.
    public var counts: [String: Int]
    public var vectors: [Vectors]
    /// Lines of `decisions.jsonl`.
    public var decisions: Int
    public var includesCrops: Bool
    /// By path.
    public var files: [File]

    public init(
        program: String, createdAt: String, counts: [String: Int], vectors: [Vectors], decisions: Int,
        includesCrops: Bool, files: [File]
    ) {
        (self.program, self.createdAt, self.counts, self.vectors) = (program, createdAt, counts, vectors)
        (self.decisions, self.includesCrops, self.files) = (decisions, includesCrops, files)
    }

    public var bytes: Int { files.reduce(0) { $0 + $1.bytes } }

    static let name = "manifest.json"
    /// The digest of the manifest itself.
    static let digestName = "manifest.sha256"
    static let databaseName = "likeness.sqlite"
    static let decisionsName = "decisions.jsonl"
    /// Written when everything in the manifest was found to be true.
    static let verifiedName = "verified.json"
}
