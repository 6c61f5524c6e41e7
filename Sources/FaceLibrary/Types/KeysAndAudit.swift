/// A key for programs, without its secret.
public struct AccessKey: Codable, Sendable, Hashable, Identifiable {
    public var id: String
    public var name: String
    public var scopes: [String]
    public var createdAt: String
    @Nullable public var expiresAt: String?
    @Nullable public var lastUsedAt: String?
}

/// One row of the audit log; each carries the hash of the row before it.
public struct AuditEntry: Codable, Sendable, Hashable {
    public var seq: Int
    public var at: String
    public var actor: String
    @Nullable public var key: String?
    public var action: String
    public var objects: [String]
    /// What the request was answered with.
    public var status: Int
    public var hash: String
}

/// A folder that was imported, with the photos under it by state.
public struct ImportFolder: Codable, Sendable, Hashable {
    /// Photos that could not be looked at, by reason; `photos(state: .failed)` lists each.
    public struct Failure: Codable, Sendable, Hashable {
        public var code: String
        /// Of the first such photo.
        public var message: String
        public var count: Int
        /// Up to five files.
        public var paths: [String]
    }

    public var path: String
    @Nullable public var lastScan: String?
    public var photos: Overview.Photos
    public var duplicates: Int
    public var watching: Bool
    /// The import of this folder that waits or runs.
    @Nullable public var job: Job?
    public var failures: [Failure]
}

/// A model whose vectors the library holds.
public struct LibraryModel: Codable, Sendable, Hashable {
    public var id: String
    public var space: String
    public var dimension: Int
    /// `current`, `building` or `old`.
    public var state: String
    public var faces: Int
}
