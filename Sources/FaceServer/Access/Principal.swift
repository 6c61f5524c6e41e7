/// Who makes a request.
package struct Principal: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// A page that was opened with a link; changes need its CSRF token.
        case session(csrf: String)
        /// A program with a key.
        case key
    }

    package let kind: Kind
    /// `usr_…` or `key_…`; never a name, so that it may stand in logs.
    package let id: String
    /// How decisions name their author.
    package let name: String
    package let role: Role
    package let scopes: Set<Scope>

    package init(kind: Kind, id: String, name: String, role: Role, scopes: Set<Scope>) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
        self.scopes = scopes
    }

    /// A program: its role is the least that has its rights to change.
    package init(keyID: String, scopes: Set<Scope>) {
        let role: Role = scopes.contains(.admin) ? .owner : scopes.contains(.personWrite) ? .editor : .viewer
        self.init(kind: .key, id: keyID, name: keyID, role: role, scopes: scopes)
    }

    package func may(_ scope: Scope) -> Bool { scope.isGranted(by: scopes) }
}
