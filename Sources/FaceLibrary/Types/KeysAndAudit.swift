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

/// What the audit log says of a request. Names and vectors do not belong in it.
public struct AuditRecord: Sendable, Hashable {
    public var actor: String
    /// The id of the access key that was used.
    public var key: String?
    public var action: String
    /// Ids, of which the first hundred are kept.
    public var objects: [String]
    public var status: Int

    public init(actor: String, key: String? = nil, action: String, objects: [String], status: Int = 200) {
        (self.actor, self.key, self.action, self.objects, self.status) = (actor, key, action, objects, status)
    }
}

/// The answer to a request that may be repeated.
public struct StoredAnswer: Sendable, Hashable {
    public var route: String
    public var key: String
    public var bodyHash: String
    public var status: Int
    public var body: [UInt8]

    public init(route: String, key: String, bodyHash: String, status: Int, body: [UInt8]) {
        (self.route, self.key, self.bodyHash, self.status, self.body) = (route, key, bodyHash, status, body)
    }
}

/// What is kept of a request that decides something: written in one transaction with the decision, so that neither is there
/// without the other.
public struct RequestRecord: Sendable, Hashable {
    public var audit: AuditRecord
    public var answer: StoredAnswer?

    public init(audit: AuditRecord, answer: StoredAnswer? = nil) { (self.audit, self.answer) = (audit, answer) }
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
