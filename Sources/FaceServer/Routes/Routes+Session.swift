import FaceLibrary
import HTTPTypes
import Hummingbird

extension Routes {
    static func session(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/session", "getSession", "Who asks, and the token that changes need", access: .known,
                limits: .read, audit: .none, idempotency: .safe, answers: [.json(.reference("Session"))]
            ) { call in
                guard let principal = call.principal else { throw Problem(.unauthenticated, "nobody asks") }
                return try .json(SessionAnswer(principal, library: services.library))
            },
            Route(
                .delete, "/v1/session", "deleteSession", "Signs this browser out", access: .known, limits: .write,
                audit: .change, idempotency: .natural, answers: [.init(204, "Signed out")]
            ) { call in
                if let cookie = call.request.cookies[services.cookieName]?.value {
                    try services.accounts.signOut(cookie: cookie)
                    // each browser has a CSRF token of its own
                    services.hub.end { $0.kind == call.principal?.kind }
                }
                return Reply(204)
            },
            Route(
                .get, "/v1/overview", "getOverview", "The library at a glance", access: .scope(.personRead),
                limits: .read, audit: .none, idempotency: .safe, answers: [.json(.reference("Overview"))]
            ) { _ in try .json(try await services.ask { try $0.overview() }) },
        ]
    }
}

/// The answer of `GET /v1/session`.
private struct SessionAnswer: Encodable {
    struct User: Encodable {
        let id: String
        let name: String
    }

    struct Library: Encodable {
        let id: String
        let name: String
    }

    let user: User
    let role: Role
    let scopes: [String]
    @Nullable var csrf: String?
    let version: String
    let library: Library

    init(_ principal: Principal, library: PhotoLibrary) {
        user = User(id: principal.id, name: principal.name)
        role = principal.role
        scopes = principal.scopes.map(\.rawValue).sorted()
        if case .session(let token) = principal.kind { csrf = token } else { csrf = nil }
        version = ServerVersion.text
        self.library = Library(id: library.id, name: library.name)
    }
}

/// The version of the program, as `likeness --version` says it.
enum ServerVersion {
    static let text = "0.1.0"
}
