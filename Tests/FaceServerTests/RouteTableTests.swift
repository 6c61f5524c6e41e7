import FaceCore
import FaceServer
import HTTPTypes
import Testing

@Suite struct RouteTableTests {
    @Test func pathsWithVerbsAndParametersAreToldApart() throws {
        let table = RouteTable([
            Self.route(.get, "/v1/people/{id}"), Self.route(.patch, "/v1/people/{id}"),
            Self.route(.post, "/v1/people/{id}:merge"), Self.route(.post, "/v1/people:preview"),
            Self.route(.get, "/v1/people/{id}/faces"), Self.route(.get, "/"),
        ])
        func found(_ method: HTTPRequest.Method, _ path: String) -> String {
            switch table.match(method, path: path) {
            case .route(let route, let parameters):
                route.path + parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            case .otherMethods(let methods): methods.map(\.rawValue).sorted().joined(separator: ",")
            case .none: "-"
            }
        }
        #expect(found(.get, "/v1/people/per_1") == "/v1/people/{id} id=per_1")
        #expect(found(.head, "/v1/people/per_1") == "/v1/people/{id} id=per_1")
        #expect(found(.post, "/v1/people/per_1:merge") == "/v1/people/{id}:merge id=per_1")
        #expect(found(.post, "/v1/people/per_1%3Amerge") == "/v1/people/{id}:merge id=per_1")
        #expect(found(.post, "/v1/people:preview") == "/v1/people:preview")
        #expect(found(.get, "/") == "/")
        #expect(found(.delete, "/v1/people/per_1") == "GET,HEAD,PATCH")
        #expect(found(.get, "/v1/people:preview") == "POST")
        for path in [
            "/v1/people/", "/v1//people", "/v1/people/..", "/v1/people/%2e%2e", "/v1/people/a%2Fb", "/v1/people/%00",
            "/v1/people/%zz", "/v1/people/a:b", "/v1/people/:merge", "", "v1", "/v1/people/per_1/faces/x", "//",
        ] { #expect(found(.get, path) == "-", "\(path)") }
    }

    private static func route(_ method: HTTPRequest.Method, _ path: String) -> Route {
        Route(
            method, path, "\(method) \(path)", "x", access: .open, limits: .free, audit: .none, idempotency: .safe,
            answers: []
        ) { _ in Reply() }
    }

    @Test func eachRouteHasAllItsClasses() async throws {
        try await TestSession.run { session in
            let routes = session.server.table.routes
            #expect(Set(routes.map(\.operation)).count == routes.count)
            for route in routes {
                let name = "\(route.method) \(route.path)"
                #expect(!route.summary.isEmpty && !route.answers.isEmpty, "\(name)")
                if route.method == .get {
                    #expect(route.idempotency == .safe, "\(name)")
                } else {
                    #expect(route.access != .open, "\(name) must ask who calls")
                    #expect(route.limits != .free && route.limits != .read, "\(name) has the limits of a reading")
                    #expect(route.idempotency != .safe, "\(name)")
                    #expect(
                        route.audit != .none || route.idempotency == .repeatable, "\(name) changes something unseen")
                    #expect(
                        route.method != .post || [.keyed, .keyedInMemory, .repeatable].contains(route.idempotency)
                            || (route.operation == "uploadPhotos" && route.idempotency == .natural),
                        "\(name)")
                }
                if OpenAPI.isDocumented(route), route.access == .open {
                    #expect(["/v1/openapi.json", "/health/live", "/health/ready"].contains(route.path), "\(name)")
                }
                if route.needsVersion { #expect(route.method != .get, "\(name)") }
                if case .scope(let scope) = route.access, route.method != .get, route.idempotency != .repeatable {
                    #expect(
                        [.personWrite, .faceWrite, .job, .admin].contains(scope),
                        "\(name) changes with a reader's right")
                }
            }
        }
    }

    @Test func theDocumentHasTheRoutesAndNoOthers() async throws {
        try await TestSession.run { session in
            let document = try await session.send(.get, "/v1/openapi.json", as: [:]).json
            guard case .object(let paths)? = document["paths"] else { return #expect(Bool(false), "no paths") }
            var documented: Set<String> = []
            for path in paths {
                guard case .object(let operations) = path.value else { continue }
                for operation in operations {
                    documented.insert("\(operation.key.uppercased()) \(path.key)")
                    for key in ["operationId", "responses", "x-limits", "x-audit", "x-idempotency", "security"] {
                        #expect(operation.value[key] != nil, "\(operation.key) \(path.key) has no \(key)")
                    }
                }
            }
            let routes = session.server.table.routes.filter(OpenAPI.isDocumented)
            #expect(documented == Set(routes.map { "\($0.method.rawValue) \($0.path)" }))
            let known = Set(Components.all.keys)
            let text = String(decoding: document.utf8, as: UTF8.self)
            for part in text.split(separator: "#/components/schemas/").dropFirst() {
                #expect(known.contains(String(part.prefix { $0.isLetter })))
            }
        }
    }

    /// The contract that the pages were written against.
    @Test func theContractIsKept() async throws {
        let contract = """
            GET /v1/session|GET /v1/overview|GET /v1/people|GET /v1/people/{id}|GET /v1/people/{id}/faces|GET /v1/people/{id}/photos\
            |GET /v1/people/{id}/similar|GET /v1/people/{id}/split|PATCH /v1/people/{id}|POST /v1/people/{id}:merge\
            |POST /v1/people/{id}:split|POST /v1/people/{id}:forget|POST /v1/people:preview|GET /v1/faces/{id}\
            |GET /v1/faces/{id}/crop|GET /v1/faces/{id}/neighbours|POST /v1/faces:assign|POST /v1/faces:reject\
            |POST /v1/faces:ignore|POST /v1/faces:unignore|POST /v1/faces:not-a-face|GET /v1/loose|GET /v1/photos\
            |GET /v1/photos/{id}|GET /v1/photos/{id}/image|POST /v1/photos/{id}:box|POST /v1/faces/{id}:unbox\
            |GET /v1/questions|POST /v1/questions/{id}:answer|GET /v1/decisions|POST /v1/decisions/{id}:undo\
            |POST /v1/searches|POST /v1/detect|POST /v1/embed|POST /v1/verify|POST /v1/identify|POST /v1/imports\
            |GET /v1/imports|GET /v1/jobs|GET /v1/jobs/{id}|GET /v1/jobs/{id}/events|GET /v1/events\
            |POST /v1/jobs/{id}:pause|POST /v1/jobs/{id}:resume|POST /v1/jobs/{id}:retry|DELETE /v1/jobs/{id}\
            |POST /v1/groupings|GET /v1/settings|PATCH /v1/settings|GET /v1/keys|POST /v1/keys|DELETE /v1/keys/{id}\
            |POST /v1/uploads|POST /v1/people:update|POST /v1/faces:decide|GET /v1/audit|GET /v1/exports/people|GET /v1/exports/decisions|GET /v1/models|GET /v1/openapi.json\
            |GET /health/live|GET /health/ready|GET /metrics|GET /|GET /people|GET /people/{id}|GET /people/{id}/split\
            |GET /review|GET /loose|GET /photos/{id}|GET /photos|GET /search|GET /imports|GET /jobs|GET /settings|GET /journal
            """
        try await TestSession.run { session in
            let there = Set(session.server.table.routes.map { "\($0.method.rawValue) \($0.path)" })
            for route in contract.split(separator: "|") { #expect(there.contains(String(route)), "\(route)") }
        }
    }
}
