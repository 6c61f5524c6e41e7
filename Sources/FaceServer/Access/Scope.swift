/// What a key or a role may do.
package enum Scope: String, Sendable, Hashable, CaseIterable, Codable {
    case photoRead = "photo:read"
    case faceRead = "face:read"
    case faceWrite = "face:write"
    case personRead = "person:read"
    case personWrite = "person:write"
    /// Vectors leave the server only with this one.
    case embeddingRead = "embedding:read"
    case search
    case jobRead = "job:read"
    case job
    case metrics
    case admin

    /// Whether a holder of `granted` may do what needs this scope. A right to change includes the right to look;
    /// `admin` includes everything but the vectors, which have to be granted by name.
    package func isGranted(by granted: Set<Scope>) -> Bool {
        if granted.contains(self) { return true }
        if self != .embeddingRead, granted.contains(.admin) { return true }
        switch self {
        case .faceRead: return granted.contains(.faceWrite)
        case .personRead: return granted.contains(.personWrite)
        case .jobRead: return granted.contains(.job)
        default: return false
        }
    }
}

/// What a person may do who opened a page.
package enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    case owner
    case editor
    case viewer

    package var scopes: Set<Scope> {
        switch self {
        case .owner: Set(Scope.allCases)
        case .editor: [.photoRead, .faceRead, .faceWrite, .personRead, .personWrite, .search, .jobRead, .job]
        case .viewer: [.photoRead, .faceRead, .personRead, .search, .jobRead]
        }
    }
}
