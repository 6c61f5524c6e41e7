import FaceCore
import FaceServer
import FaceTestSupport
import Foundation
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

/// What has to be refused, and that it changes nothing.
@Suite struct RefusalTests {
    /// A path of the route with ids that exist nowhere: rights are asked before objects.
    private static func path(_ route: Route) -> String {
        var path = route.path
        for name in route.pathParameters {
            let schema = RouteTable.schema(ofParameter: name, in: route.path)
            guard case .string(.id(let prefix)) = schema.kind else {
                path = path.replacingOccurrences(of: "{\(name)}", with: "unknown")
                continue
            }
            path = path.replacingOccurrences(of: "{\(name)}", with: "\(prefix)_unknown")
        }
        return path
    }

    @Test func nobodyGetsInWithoutARight() async throws {
        try await TestSession.run { session in
            let viewer = try await session.guest(.viewer)
            let editor = try await session.guest(.editor)
            let narrow = try await session.key([.metrics])
            for route in session.server.table.routes where route.access != .open {
                let (name, path) = ("\(route.method) \(route.path)", Self.path(route))
                #expect(try await session.send(route.method, path, as: [:]).slug == "unauthenticated", "\(name)")
                let unknown: HTTPFields = [.authorization: "Bearer lk_nobody_nothing"]
                #expect(try await session.send(route.method, path, as: unknown).slug == "unauthenticated", "\(name)")
                guard case .scope(let scope) = route.access else { continue }
                if scope != .metrics {
                    #expect(try await session.send(route.method, path, as: narrow).slug == "forbidden", "\(name)")
                }
                for (role, who) in [(Role.viewer, viewer), (.editor, editor)] where !scope.isGranted(by: role.scopes) {
                    #expect(try await session.send(route.method, path, as: who).slug == "forbidden", "\(name) \(role)")
                }
                let granted = try await session.key([scope])
                if route.operation != "followAll" {
                    #expect(
                        ![401, 403].contains(try await session.send(route.method, path, as: granted).status), "\(name)")
                }
            }
        }
    }

    @Test func changesNeedTheTokenOfOurOwnPage() async throws {
        try await TestSession.run { session in
            let csrf = SecurityHeaders.field("X-CSRF-Token")
            let other = try await session.signIn(TestSession.token)
            for route in session.server.table.routes where route.method != .get {
                let (name, path) = ("\(route.method) \(route.path)", Self.path(route))
                var without = session.credentials
                without[csrf] = nil
                #expect(try await session.send(route.method, path, as: without).slug == "csrf", "\(name)")
                #expect(
                    try await session.send(route.method, path, [csrf: other[csrf] ?? ""]).slug == "csrf", "\(name)")
                for (header, value) in [
                    ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
                    ("Origin", "http://evil.example"),
                    ("Origin", "null"),
                ] {
                    let from: HTTPFields = [SecurityHeaders.field(header): value]
                    #expect(
                        try await session.send(route.method, path, from).slug == "csrf", "\(name) \(header) \(value)")
                }
            }
            // a program with a key has no page that somebody else could use
            let key = try await session.key([.admin])
            #expect(
                try await session.send(.post, "/v1/users", json: #"{"name":"a","role":"viewer"}"#, as: key).status
                    == 201)
        }
    }

    @Test func keysEndAndGiveNoMoreThanTheyHave() async throws {
        try await TestSession.run { session in
            let soon = WireTime.text(Date().addingTimeInterval(8))
            let short = try await session.key([.personRead], expires: soon)
            #expect(try await session.send(.get, "/v1/people", as: short).status == 200)
            try await Task.sleep(for: .seconds(9))
            #expect(try await session.send(.get, "/v1/people", as: short).slug == "unauthenticated")
            let admin = try await session.key([.admin])
            let wish = #"{"name":"x","scopes":["embedding:read"]}"#
            #expect(try await session.send(.post, "/v1/keys", json: wish, as: admin).slug == "forbidden")
            #expect(
                try await session.send(.post, "/v1/embed", bytes: [1], type: "image/jpeg", as: admin).slug
                    == "forbidden")
            let past = #"{"name":"x","scopes":["search"],"expiresAt":"2001-01-01T00:00:00Z"}"#
            #expect(try await session.send(.post, "/v1/keys", json: past).slug == "invalid-input")
            let lost = try await session.key([.personRead])
            let id = try await session.get("/v1/keys").items.last?.id ?? ""
            #expect(try await session.send(.delete, "/v1/keys/\(id)").status == 204)
            #expect(try await session.send(.get, "/v1/people", as: lost).slug == "unauthenticated")
        }
    }

    @Test func staleVersionsAreShownAndChangeNothing() async throws {
        try await TestSession.run { session in
            let person = try await session.people(1)[0]
            let path = "/v1/people/\(person.id)"
            let missing = try await session.send(.patch, path, json: #"{"name":"A"}"#)
            #expect(missing.slug == "version-required" && missing.status == 428)
            let first = try await session.send(.patch, path, json: #"{"name":"First"}"#, person.match)
            #expect(first.status == 200)
            #expect(first.headers[.eTag] == "\"\(first.json["person"]?["version"]?.integer ?? -1)\"")
            for (method, verb, body) in [
                (HTTPRequest.Method.patch, "", #"{"name":"Second"}"#), (.post, ":merge", #"{"from":["per_x"]}"#),
                (.post, ":split", #"{"faces":["fac_x"]}"#),
            ] {
                let stale = try await session.send(method, path + verb, json: body, person.match)
                #expect(stale.status == 412 && stale.slug == "stale-version", "\(verb) \(stale.text)")
                #expect(stale.json["current"]?["name"]?.string == "First")
                #expect(stale.json["current"]?["version"] == first.json["person"]?["version"])
            }
            #expect(try await session.get(path).json["name"]?.string == "First")
            let settings = try await session.get("/v1/settings").json
            #expect(
                try await session.send(.patch, "/v1/settings", json: #"{"minFacesShown":4}"#, settings.match).status
                    == 200)
            let stale = try await session.send(.patch, "/v1/settings", json: #"{"minFacesShown":5}"#, settings.match)
            #expect(stale.status == 412 && stale.json["current"]?["minFacesShown"]?.integer == 4)
        }
    }

    @Test func repeatedRequestsHaveOneEffect() async throws {
        try await TestSession.run { session in
            let key: HTTPFields = [SecurityHeaders.field("Idempotency-Key"): "once"]
            let faces = try await session.faces(of: try await session.people(1)[0])
            let body = "{\"faces\":[\"\(faces[0])\"],\"name\":\"New\"}"
            let first = try await session.send(.post, "/v1/faces:assign", json: body, key)
            let second = try await session.send(.post, "/v1/faces:assign", json: body, key)
            #expect(first.status == 200 && first.bytes == second.bytes)
            #expect(second.headers[SecurityHeaders.field("Idempotency-Replayed")] == "true")
            #expect(try await session.get("/v1/people?q=New").items.count == 1)
            let other = "{\"faces\":[\"\(faces[1])\"],\"name\":\"New\"}"
            #expect(try await session.send(.post, "/v1/faces:assign", json: other, key).slug == "idempotency-mismatch")
            // somebody else's key of the same name is another key
            let editor = try await session.guest(.editor)
            let theirs = try await session.send(.post, "/v1/faces:assign", json: other, key, as: editor)
            #expect(theirs.status == 200 && theirs.bytes != first.bytes)
            // what failed is not kept
            let wrong = "{\"faces\":[\"fac_nowhere\"],\"name\":\"New\"}"
            let again: HTTPFields = [SecurityHeaders.field("Idempotency-Key"): "again"]
            #expect(try await session.send(.post, "/v1/faces:assign", json: wrong, again).status == 404)
            #expect(try await session.send(.post, "/v1/faces:assign", json: body, again).status == 200)
            let made = try await session.send(.post, "/v1/keys", json: #"{"name":"k","scopes":["search"]}"#, key)
            let same = try await session.send(.post, "/v1/keys", json: #"{"name":"k","scopes":["search"]}"#, key)
            #expect(made.bytes == same.bytes)
            let files = try FileManager.default.subpathsOfDirectory(atPath: session.folder.file("library"))
            let secret = made.json["secret"]?.string ?? "?_?"
            let hidden = Data(String(secret.split(separator: "_").last ?? "?").utf8)
            for file in files {
                guard let data = FileManager.default.contents(atPath: session.folder.file("library/\(file)")) else {
                    continue
                }
                #expect(data.range(of: hidden) == nil, "\(file)")
            }
        }
    }

    @Test func otherNamesOfTheServerAreRefusedBeforeAnythingElse() async throws {
        try await TestSession.run(live: true) { session in
            for authority in [
                "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "",
            ] {
                for path in ["/", "/v1/people", "/health/live", "/nowhere", "/?token=\(TestSession.token)"] {
                    let answer = try await RawClient(port: session.client.port ?? 0).send(
                        "GET \(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n\r\n")
                    #expect(answer.hasPrefix("HTTP/1.1 421 "), "\(authority) \(path)")
                    #expect(!answer.lowercased().contains("set-cookie"))
                }
            }
        }
    }

    @Test func everyErrorIsAProblem() async throws {
        try await TestSession.run { session in
            let cases: [(HTTPRequest.Method, String, String?, String)] = [
                (.get, "/v1/nothing", nil, "not-found"), (.get, "/v1/people/per_none", nil, "not-found"),
                (.get, "/v1/people/..%2f..%2fetc", nil, "not-found"),
                (.get, "/%2e%2e/%2e%2e/etc/passwd", nil, "not-found"),
                (.get, "/app/..%2f..%2fPackage.swift", nil, "not-found"),
                (.get, "/app/../index.html", nil, "not-found"),
                (.put, "/v1/people", "{}", "method-not-allowed"), (.delete, "/v1/overview", nil, "method-not-allowed"),
                (.post, "/v1/faces:assign", "{", "invalid-json"), (.post, "/v1/faces:assign", "", "invalid-input"),
                (.post, "/v1/faces:assign", "[]", "invalid-input"), (.post, "/v1/faces:assign", "{}", "invalid-input"),
                (.post, "/v1/faces:assign", #"{"faces":["fac_1"],"faces":["fac_1"]}"#, "invalid-json"),
                (.post, "/v1/faces:assign", String(repeating: "[", count: 100_000), "invalid-json"),
                (.post, "/v1/faces:assign", String(repeating: " ", count: 2 << 20), "too-large"),
                (.post, "/v1/faces:assign", #"{"faces":["fac_1"],"name":"  "}"#, "invalid-input"),
                (.get, "/v1/people?limit=0", nil, "invalid-input"), (.get, "/v1/people?limit=x", nil, "invalid-input"),
                (.get, "/v1/people?limit=501", nil, "invalid-input"),
                (.get, "/v1/people?limit=1&limit=2", nil, "invalid-input"),
                (.get, "/v1/people?nonsense=1", nil, "invalid-input"), (.get, "/v1/people?q=%ff", nil, "invalid-input"),
                (.get, "/v1/people?cursor=abc", nil, "invalid-input"),
                (.get, "/v1/photos/pho_none/image", nil, "not-found"),
                (.post, "/v1/imports", #"{"paths":["/etc"]}"#, "forbidden"),
                (.post, "/v1/imports", #"{"paths":["../photos"]}"#, "invalid-input"),
                (.post, "/v1/decisions/dec_none:undo", nil, "not-found"),
                (.get, "/?token=wrong", nil, "unauthenticated"),
            ]
            for (method, path, body, slug) in cases {
                let answer = try await session.send(method, path, json: body)
                #expect(answer.slug == slug, "\(method) \(path) \(body?.prefix(60) ?? "") \(answer.text.prefix(200))")
                #expect(answer.headers[.contentType] == "application/problem+json")
                #expect(answer.json["status"]?.integer == answer.status)
                #expect(answer.json["instance"]?.string == answer.headers[SecurityHeaders.field("X-Request-Id")])
                #expect(Components.all["Problem"]?.faults(in: answer.json, components: Components.all) == [], "\(path)")
            }
            let wrong = try await session.send(.put, "/v1/people", json: "{}")
            #expect(wrong.headers[.allow] == "GET, HEAD")
            let form = try await session.send(.post, "/v1/faces:assign", bytes: Array("a=b".utf8), type: "text/plain")
            #expect(form.slug == "unsupported-media-type")
        }
    }

    @Test func everyAnswerHasTheHeadersThatProtectIt() async throws {
        try await TestSession.run { session in
            for path in ["/", "/v1/people", "/v1/nothing", "/health/live", "/v1/openapi.json"] {
                let headers = try await session.get(path).headers
                let policy = headers[.contentSecurityPolicy] ?? ""
                #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[SecurityHeaders.field("Cross-Origin-Resource-Policy")] == "same-origin")
                #expect(headers[.cacheControl] != nil)
                #expect(headers[SecurityHeaders.field("Access-Control-Allow-Origin")] == nil)
            }
            let opened = try await session.send(.get, "/?token=\(TestSession.token)", as: [:])
            let cookie = opened.headers[.setCookie] ?? ""
            #expect(opened.status == 303 && opened.headers[.location] == "/")
            for part in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(part)) }
        }
    }

    @Test func tooManyRequestsAreTurnedAwayWithATime() async throws {
        try await TestSession.run(rates: 1) { session in
            var refused: TestSession.Answer?
            for _ in 0..<15 where refused == nil {
                let answer = try await session.send(.get, "/?token=guess", as: [:])
                if answer.status == 429 { refused = answer }
            }
            #expect(refused?.slug == "rate-limited")
            #expect(Int(refused?.headers[.retryAfter] ?? "0") ?? 0 > 0)
            let read = try await session.get("/v1/people")
            #expect(read.headers[SecurityHeaders.field("RateLimit-Limit")] == "1200")
        }
    }

    @Test func logsAndMetricsNameNobody() async throws {
        let lines = Mutex<[String]>([])
        let log = RequestLog(.text) { line in lines.withLock { $0.append(line) } }
        try await TestSession.run(log: log) { session in
            let person = try await session.people(1)[0]
            _ = try await session.send(.patch, "/v1/people/\(person.id)", json: #"{"name":"Xanthippe"}"#, person.match)
            _ = try await session.get("/v1/people?q=Xanthippe")
            _ = try await session.get("/v1/Xanthippe")
            let figures = try await session.get("/metrics").text
            for name in [
                "http_requests_total", "http_request_duration_seconds", "likeness_photos", "likeness_faces",
                "likeness_grouping_groups", "likeness_queue_oldest_seconds", "process_resident_memory_bytes",
                "process_open_fds", "likeness_vector_bytes",
            ] { #expect(figures.contains(name), "\(name)") }
            let all = lines.withLock { $0.joined(separator: "\n") } + figures
            #expect(!all.contains("Xanthippe") && !all.contains(person.id) && !all.contains(TestSession.token))
            #expect(!all.contains(session.folder.path))
        }
    }
}
