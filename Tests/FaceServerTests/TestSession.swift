import FaceCore
import FaceLibrary
import FaceServer
import FaceTestSupport
import FaceVision
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

/// A server on a copy of the test library, and a client that knows how to sign in.
struct TestSession: Sendable {
    /// What the server answered.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        var json: StrictJSON { (try? StrictJSON(bytes)) ?? .null }
        var text: String { String(decoding: bytes, as: UTF8.self) }
        /// The slug of a problem.
        var slug: String? { json["type"]?.string?.split(separator: "/").last.map(String.init) }
        var items: [StrictJSON] { if case .array(let all)? = json["items"] { all } else { [] } }
    }

    let client: any TestClientProtocol
    let folder: TemporaryFolder
    let server: LikenessServer
    /// Headers of a signed-in page: its cookie and its CSRF token.
    var credentials: HTTPFields = [:]

    static let token = "the-owners-token"

    /// Runs `body` against a server; `live` listens on a real socket.
    static func run<R>(
        live: Bool = false, rates: Double = 0, options change: (inout ServerOptions) -> Void = { _ in },
        log: RequestLog = RequestLog(.off), networks: Bool = false,
        _ body: @Sendable (TestSession) async throws -> R
    ) async throws -> R {
        let folder = try TestLibrary.copy()
        let library = try PhotoLibrary.open(folder.file("library"))
        var options = ServerOptions(port: 0, roots: [folder.file("photos")], rateFactor: rates, log: "off")
        change(&options)
        let server = try LikenessServer(
            library: library, options: options, token: token, log: log, analyser: { NamedFaces() },
            vision: { () throws(LikenessError) in
                guard networks else { throw LikenessError(.modelMissing, "tests do without") }
                return try LibraryVision(
                    models: ModelCatalogue(folder: ModelCatalogue.defaultFolder()), detector: "mtcnn", threads: 1)
            })
        return try await server.application().test(live ? .live : .router) { client in
            var session = TestSession(client: client, folder: folder, server: server)
            session.credentials = try await session.signIn(Self.token)
            return try await body(session)
        }
    }

    /// Opens a link and asks for the CSRF token.
    func signIn(_ token: String) async throws -> HTTPFields {
        let opened = try await send(.get, "/?token=\(token)", as: [:])
        let cookie = try #require(opened.headers[.setCookie]?.split(separator: ";").first)
        var headers: HTTPFields = [.cookie: String(cookie)]
        let session = try await send(.get, "/v1/session", as: headers)
        headers[SecurityHeaders.field("X-CSRF-Token")] = try #require(session.json["csrf"]?.string)
        return headers
    }

    /// `as` nil: the owner's page.
    func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, bytes: [UInt8]? = nil,
        type: String? = nil, _ extra: HTTPFields = [:], as who: HTTPFields? = nil
    ) async throws -> Answer {
        var headers = who ?? credentials
        if json != nil { headers[.contentType] = "application/json" }
        if let type { headers[.contentType] = type }
        for field in extra { headers[field.name] = field.value }
        let body = (json.map { Array($0.utf8) } ?? bytes).map { ByteBuffer(bytes: $0) }
        let response = try await client.executeRequest(uri: path, method: method, headers: headers, body: body)
        return Answer(
            status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
    }

    func get(_ path: String, _ extra: HTTPFields = [:]) async throws -> Answer { try await send(.get, path, extra) }

    /// A key of these scopes, as the header of a program.
    func key(_ scopes: [Scope], expires: String? = nil) async throws -> HTTPFields {
        let listed = scopes.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        let end = expires.map { ",\"expiresAt\":\"\($0)\"" } ?? ""
        let made = try await send(.post, "/v1/keys", json: "{\"name\":\"test\",\"scopes\":[\(listed)]\(end)}")
        return [.authorization: "Bearer \(try #require(made.json["secret"]?.string))"]
    }

    /// A page of somebody with this role.
    func guest(_ role: Role) async throws -> HTTPFields {
        let made = try await send(.post, "/v1/users", json: "{\"name\":\"guest\",\"role\":\"\(role.rawValue)\"}")
        let path = try #require(made.json["path"]?.string)
        return try await signIn(String(path.dropFirst("/?token=".count)))
    }

    /// The largest groups, with their faces.
    func people(_ count: Int = 6) async throws -> [StrictJSON] {
        let page = try await get("/v1/people?filter=unnamed&limit=\(count)")
        return try (0..<count).map { k in try #require(page.items.indices.contains(k) ? page.items[k] : nil) }
    }

    func faces(of person: StrictJSON) async throws -> [String] {
        let id = try #require(person["id"]?.string)
        return try await get("/v1/people/\(id)/faces").items.compactMap { $0["id"]?.string }
    }
}

extension StrictJSON {
    /// The id of an object.
    var id: String { self["id"]?.string ?? "" }

    /// Its version as an `If-Match`.
    var match: HTTPFields { [.ifMatch: "\"\(self["version"]?.integer ?? -1)\""] }
}
