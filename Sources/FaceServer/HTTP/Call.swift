package import FaceCore
import FaceLibrary
import Foundation
import HTTPTypes
package import Hummingbird

/// A request that passed all checks of its route, as its handler sees it.
package struct Call: Sendable {
    package let request: Request
    /// The id of the request, for logs and problems.
    package let id: String
    package let route: Route
    /// Decoded parameters of the path.
    package let parameters: [String: String]
    /// Checked parameters of the query, each at most once.
    package let query: [String: String]
    /// Nil on open routes.
    package let principal: Principal?
    /// The version in `If-Match`.
    package let version: Int?
    /// Of the client as far as it is known.
    package let address: String
    /// Whether it came over a socket.
    package let isConnected: Bool
    /// The checked body of a JSON route.
    package var json = StrictJSON.null
    /// The body as it came, on JSON routes.
    package var bytes: [UInt8] = []
    /// The images of an upload.
    package var upload = Upload()

    package init(
        request: Request, id: String, route: Route, parameters: [String: String], query: [String: String],
        principal: Principal?, version: Int?, address: String, isConnected: Bool = false
    ) {
        self.request = request
        self.id = id
        self.route = route
        self.parameters = parameters
        self.query = query
        self.principal = principal
        self.version = version
        self.address = address
        self.isConnected = isConnected
    }

    /// A parameter of the path.
    ///
    /// - Precondition: the route's path names it.
    package func parameter(_ name: String) -> String {
        guard let value = parameters[name] else { preconditionFailure("\(route.path) has no parameter \(name)") }
        return value
    }

    /// Does `body`, and calls `leave` when the client goes away meanwhile. The connection cannot be used again afterwards.
    func whileConnected<R: Sendable>(
        _ body: () async throws -> R, leave: @escaping @Sendable () -> Void
    ) async throws -> R {
        guard isConnected else { return try await body() }
        return try await request.body.consumeWithInboundCloseHandler { _ in
            try await body()
        } onInboundClosed: {
            leave()
        }
    }

    package func integer(_ name: String) -> Int? { query[name].flatMap { Int($0) } }
    package func number(_ name: String) -> Double? { query[name].flatMap { Double($0) } }

    /// The author of a decision.
    package var actor: String { principal?.name ?? "" }

    /// What the audit log says of it.
    func auditRecord(of reply: Reply) -> AuditRecord {
        let objects = Set(parameters.values).union(reply.subjects).sorted()
        let seen = version.map { ["if-match:\($0)"] } ?? []
        return AuditRecord(
            actor: principal?.id ?? "-", key: principal?.kind == .key ? principal?.id : nil, action: route.operation,
            objects: objects + seen + ["from:\(address)"], status: reply.status)
    }

    /// A body as a value; the schema was met before, so a failure is a difference between schema and type.
    package func body<Body: Decodable>(_ type: Body.Type = Body.self) throws -> Body {
        do { return try JSONDecoder().decode(Body.self, from: Data(json.utf8)) } catch let error as DecodingError {
            throw Problem(.invalidInput, "the body does not fit: \(Self.words(error))")
        }
    }

    private static func words(_ error: DecodingError) -> String {
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "/" + context.codingPath.map(\.stringValue).joined(separator: "/")
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        @unknown default: "unknown"
        }
    }
}

/// What came with an upload.
package struct Upload: Sendable {
    /// Bytes by the name of their part; raw bytes have the name of the route's first part.
    package var parts: [String: [UInt8]] = [:]
    /// The JSON that came instead.
    package var json: StrictJSON?

    package init(parts: [String: [UInt8]] = [:], json: StrictJSON? = nil) {
        self.parts = parts
        self.json = json
    }
}
