package import FaceCore
import HTTPTypes

/// The document of the API (OpenAPI 3.1), made from the route table: it cannot name a route that does not exist, nor leave
/// one out.
package enum OpenAPI {
    package static func document(_ table: RouteTable, components: [String: Schema]) -> StrictJSON {
        var paths: [(String, [StrictJSON.Member])] = []
        for route in table.routes where isDocumented(route) {
            let member = StrictJSON.Member(route.method.rawValue.lowercased(), operation(route))
            if let index = paths.firstIndex(where: { $0.0 == route.path }) {
                paths[index].1.append(member)
            } else {
                paths.append((route.path, [member]))
            }
        }
        return .object([
            .init("openapi", .string("3.1.0")),
            .init(
                "info",
                .object([
                    .init("title", .string("likeness")), .init("version", .string("1.0.0")),
                    .init("description", .string(introduction)),
                ])),
            .init("servers", .array([.object([.init("url", .string("/"))])])),
            .init("paths", .object(paths.map { .init($0.0, .object($0.1)) })),
            .init("components", .object(parts(components))),
        ])
    }

    /// Pages and their files are no part of the API.
    package static func isDocumented(_ route: Route) -> Bool {
        route.path.hasPrefix("/v1/") || route.path.hasPrefix("/health/") || route.path == "/metrics"
    }

    private static let introduction = """
        The API of a photo library: people, faces, photos, decisions and jobs. Times are RFC 3339 in UTC, boxes fractions of \
        the upright picture, ids opaque. Errors are problem+json (RFC 9457). Lists go on where `next` leads.
        """

    private static func parts(_ components: [String: Schema]) -> [StrictJSON.Member] {
        let schemas = components.sorted { $0.key < $1.key }.map { StrictJSON.Member($0.key, $0.value.document) }
        return [
            .init("schemas", .object(schemas)),
            .init(
                "securitySchemes",
                .object([
                    .init(
                        "key",
                        .object([
                            .init("type", .string("http")), .init("scheme", .string("bearer")),
                            .init("description", .string("`lk_<id>_<secret>`, made by POST /v1/keys")),
                        ]))
                ])),
        ]
    }

    private static func operation(_ route: Route) -> StrictJSON {
        var members: [StrictJSON.Member] = [
            .init("operationId", .string(route.operation)), .init("summary", .string(route.summary)),
            .init("parameters", .array(parameters(route))),
        ]
        if let body = body(route.body) { members.append(.init("requestBody", body)) }
        members.append(.init("responses", .object(responses(route))))
        switch route.access {
        case .open: members.append(.init("security", .array([])))
        case .known: members.append(.init("security", .array([.object([.init("key", .array([]))])])))
        case .scope(let scope):
            members.append(.init("security", .array([.object([.init("key", .array([]))])])))
            members.append(.init("x-scope", .string(scope.rawValue)))
        }
        return .object(
            members + [
                .init("x-limits", .string(route.limits.rawValue)), .init("x-audit", .string(route.audit.rawValue)),
                .init("x-idempotency", .string(route.idempotency.rawValue)),
            ])
    }

    private static func parameters(_ route: Route) -> [StrictJSON] {
        var all = route.pathParameters.map { name in
            parameter(name, "path", required: true, RouteTable.schema(ofParameter: name, in: route.path))
        }
        all += route.query.map { parameter($0.name, "query", required: $0.isRequired, $0.schema) }
        if route.needsVersion {
            let tag = Schema.text(3...21).described("The version that is changed, as in the ETag: `\"7\"`")
            all.append(parameter("If-Match", "header", required: true, tag))
        }
        if route.idempotency == .keyed || route.idempotency == .keyedInMemory {
            let key = Schema.text(1...200).described("The same key again gives the same answer again")
            all.append(parameter("Idempotency-Key", "header", required: false, key))
        }
        return all
    }

    private static func parameter(_ name: String, _ place: String, required: Bool, _ schema: Schema) -> StrictJSON {
        .object([
            .init("name", .string(name)), .init("in", .string(place)), .init("required", .bool(required)),
            .init("schema", schema.document),
        ])
    }

    private static func body(_ body: Route.Body) -> StrictJSON? {
        switch body {
        case .none: return nil
        case .json(let schema):
            // an empty body counts as `{}`
            let isRequired = !schema.faults(in: .object([]), components: Components.all).isEmpty
            return content([("application/json", schema.document)], required: isRequired)
        case .files:
            let binary = StrictJSON.object([.init("type", .string("string")), .init("format", .string("binary"))])
            let form = StrictJSON.object([
                .init("type", .string("object")),
                .init(
                    "properties",
                    .object([
                        .init(
                            "photo",
                            .object([
                                .init("type", .string("array")), .init("items", binary),
                                .init("minItems", .integer(1)),
                            ]))
                    ])), .init("required", .array([.string("photo")])),
            ])
            return content([("multipart/form-data", form), ("application/octet-stream", binary)], required: true)
        case .image(let parts, let json):
            let binary = StrictJSON.object([.init("type", .string("string")), .init("format", .string("binary"))])
            let form = StrictJSON.object([
                .init("type", .string("object")), .init("properties", .object(parts.map { .init($0, binary) })),
                .init("required", .array(parts.map(StrictJSON.string))),
            ])
            var kinds = [("multipart/form-data", form)]
            if parts.count == 1 { kinds.append(("application/octet-stream", binary)) }
            if let json { kinds.append(("application/json", json.document)) }
            return content(kinds, required: true)
        }
    }

    private static func content(_ kinds: [(String, StrictJSON)], required: Bool) -> StrictJSON {
        .object([
            .init("required", .bool(required)),
            .init("content", .object(kinds.map { .init($0.0, .object([.init("schema", $0.1)])) })),
        ])
    }

    private static func responses(_ route: Route) -> [StrictJSON.Member] {
        let byStatus = Dictionary(grouping: problems(of: route), by: \.status)
        let statuses = Set(route.answers.map(\.status)).union(byStatus.keys).sorted()
        return statuses.map { status in
            let answers = route.answers.filter { $0.status == status }
            let kinds = byStatus[status] ?? []
            var summaries = answers.map(\.summary)
            if !kinds.isEmpty { summaries.append(kinds.map(\.slug).sorted().joined(separator: ", ")) }
            var content = answers.flatMap(\.content).map { type, schema in
                StrictJSON.Member(type, .object(schema.map { [.init("schema", $0.document)] } ?? []))
            }
            if !kinds.isEmpty {
                let schema = StrictJSON.Member("schema", Schema.reference("Problem").document)
                content.append(.init("application/problem+json", .object([schema])))
            }
            var parts: [StrictJSON.Member] = [.init("description", .string(summaries.joined(separator: "; ")))]
            if !content.isEmpty { parts.append(.init("content", .object(content))) }
            return .init("\(status)", .object(parts))
        }
    }

    /// The types of error that a route may answer with: those of its classes and its own.
    package static func problems(of route: Route) -> [Problem.Kind] {
        var kinds: Set<Problem.Kind> = [.hostNotAllowed, .internalError, .invalidInput, .badRequest, .unavailable]
        kinds.formUnion(route.problems)
        if route.access != .open { kinds.formUnion([.unauthenticated, .busy]) } else { kinds.insert(.unauthenticated) }
        if case .scope = route.access { kinds.insert(.forbidden) }
        if route.limits != .free { kinds.insert(.rateLimited) }
        if route.method != .get { kinds.insert(.csrf) }
        if !route.pathParameters.isEmpty { kinds.insert(.notFound) }
        if route.needsVersion { kinds.formUnion([.versionRequired, .staleVersion]) }
        if route.idempotency == .keyed || route.idempotency == .keyedInMemory {
            kinds.formUnion([.idempotencyMismatch, .conflict])
        }
        switch route.body {
        case .none: break
        case .files: kinds.formUnion([.unsupportedMediaType, .tooLarge, .timeout, .unreadableImage])
        case .json: kinds.formUnion([.invalidJSON, .unsupportedMediaType, .tooLarge, .timeout])
        case .image:
            kinds.formUnion([
                .invalidJSON, .unsupportedMediaType, .tooLarge, .timeout, .unreadableImage, .modelMissing,
            ])
        }
        return kinds.sorted { ($0.status, $0.slug) < ($1.status, $1.slug) }
    }
}

extension RouteTable {
    /// The schema of a parameter of a path, by the collection that it stands in.
    package static func schema(ofParameter name: String, in path: String) -> Schema {
        let prefixes = [
            "people": "per", "faces": "fac", "photos": "pho", "questions": "que", "decisions": "dec", "jobs": "job",
            "users": "usr",
        ]
        let segments = path.split(separator: "/").map(String.init)
        let at = segments.firstIndex { $0.hasPrefix("{\(name)}") } ?? 0
        guard at > 0, let prefix = prefixes[segments[at - 1]] else { return .text(1...200) }
        return .id(prefix)
    }
}
