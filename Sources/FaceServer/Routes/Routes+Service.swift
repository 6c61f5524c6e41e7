import FaceCore
import FaceLibrary
import Foundation
import HTTPTypes
import Hummingbird

extension Routes {
    static func exports(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/v1/exports/people", "exportPeople",
                "All people and whose faces are whose; `form=lines`: a line a person, as it is read",
                access: .scope(.admin), limits: .search, audit: .sensitiveRead, idempotency: .safe,
                query: [.init("form", .oneOf("json", "lines"))],
                answers: [.init(200, "The people", [("application/json", .anything), ("application/jsonl", nil)])]
            ) { call in
                if call.query["form"] == "lines" {
                    return try services.lines("people.jsonl") { library, write in
                        try library.exportPeople { (entry) throws(LikenessError) in
                            try write(try Services.line(entry))
                        }
                    }
                }
                var reply = try Reply.json(try await services.ask { try $0.exportPeople() })
                reply.headers[.contentDisposition] = "attachment; filename=\"people.json\""
                return reply
            },
            Route(
                .get, "/v1/exports/decisions", "exportDecisions", "The whole journal, one line a decision",
                access: .scope(.admin), limits: .search, audit: .sensitiveRead, idempotency: .safe,
                answers: [.init(200, "JSON Lines", [("application/jsonl", nil)])]
            ) { _ in
                try services.lines("decisions.jsonl") { try $0.exportDecisions($1) }
            },
            Route(
                .get, "/v1/models", "listModels", "Models of the library's vectors, and those that look at photos now",
                access: .scope(.personRead),
                limits: .read, audit: .none, idempotency: .safe, answers: [.json(.page(.reference("Model")))]
            ) { _ in
                let known = try await services.ask { try $0.models() }
                return try .json(WholePage(services.describe(known)))
            },
        ]
    }

    static func service(_ services: Services) -> [Route] {
        [
            Route(
                .get, "/health/live", "getLive", "Whether the process answers", access: .open, limits: .free,
                audit: .none, idempotency: .safe, answers: [.json(.object(.required("status", .oneOf("ok"))))]
            ) { _ in try .json(["status": "ok"]) },
            Route(
                .get, "/health/ready", "getReady", "Whether it can do its work", access: .open, limits: .free,
                audit: .none, idempotency: .safe,
                answers: [.json(readiness), .init(503, "Not ready", [("application/json", readiness)])]
            ) { _ in try await ready(services) },
            Route(
                .get, "/metrics", "getMetrics", "Figures for Prometheus", access: .scope(.metrics), limits: .read,
                audit: .none, idempotency: .safe,
                answers: [.init(200, "Prometheus' text format", [("text/plain", nil)])]
            ) { _ in
                let gauges = try await services.ask { try services.gauges($0) }
                let text = services.metrics.text(gauges: gauges + ProcessFigures.gauges())
                return Reply(200, .bytes(Array(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8"))
            },
            Route(
                .get, "/v1/openapi.json", "getDocument", "This document", access: .open, limits: .free, audit: .none,
                idempotency: .safe, answers: [.json(.anything)]
            ) { _ in Reply(200, .bytes(services.document(), type: "application/json")) },
        ]
    }

    private static let readiness = Schema.object(
        .required("status", .oneOf("ok", "not-ready")), .required("checks", .dictionary(.text)))

    private static func ready(_ services: Services) async throws -> Reply {
        struct Answer: Encodable {
            let status: String
            let checks: [String: String]
        }
        var checks: [String: String] = [:]
        do {
            _ = try await services.ask { try $0.settings() }
            checks["database"] = "ok"
        } catch {
            checks["database"] = "not readable"
        }
        let free = ProcessFigures.freeBytes(services.library.folder) ?? 0
        checks["disk"] = free > 1_000_000_000 ? "ok" : "less than 1 GB is free"
        switch services.vision.state {
        case .loaded: checks["model"] = "ok"
        case .loading: checks["model"] = "loading"
        case .missing(let code): checks["model"] = code
        }
        let isReady = checks.values.allSatisfy { $0 == "ok" }
        return try .json(Answer(status: isReady ? "ok" : "not-ready", checks: checks), status: isReady ? 200 : 503)
    }

    /// `GET /?token=…` signs a browser in; the pages are one file, whose script asks the API for everything.
    static func pages(_ services: Services) -> [Route] {
        let paths = [
            "/people", "/people/{id}", "/people/{id}/split", "/review", "/loose", "/photos", "/photos/{id}", "/search",
            "/imports", "/jobs", "/settings", "/journal",
        ]
        let plain = paths.map { path in
            page(path, "page\(path.replacingOccurrences(of: "/", with: "_"))") { call in
                try await index(services, call)
            }
        }
        return plain + [
            Route(
                .get, "/", "pageOverview", "The first page; a token in the address signs in", access: .open,
                limits: .login, audit: .none, idempotency: .safe, query: [.init("token", .text(0...200))],
                answers: [html, .init(303, "Signed in")]
            ) { call in try await signIn(services, call) },
            file("/app/{file}", services) { $0.parameter("file") },
            file("/app/{release}/{file}", services) { call in
                let name = call.parameter("file")
                return call.parameter("release") == services.pages.release ? "\(services.pages.release)/\(name)" : name
            },
        ]
    }

    private static let html = Route.Answer(200, "A page", [("text/html", nil)])

    private static func page(_ path: String, _ operation: String, _ handler: @escaping Route.Handler) -> Route {
        Route(
            .get, path, operation, "A page", access: .open, limits: .free, audit: .none, idempotency: .safe,
            answers: [html], handler: handler)
    }

    private static func file(
        _ path: String, _ services: Services, _ name: @escaping @Sendable (Call) -> String
    ) -> Route {
        Route(
            .get, path, "file\(path.replacingOccurrences(of: "/", with: "_"))", "A file of the pages", access: .open,
            limits: .free, audit: .none, idempotency: .safe, query: [.init("v", .text(0...100))],
            answers: [.init(200, "The file"), .init(304, "Not changed")]
        ) { call in
            guard let reply = services.pages.reply(name(call), call.request.headers) else {
                throw Problem.notFound("file of this name")
            }
            return reply
        }
    }

    private static func index(_ services: Services, _ call: Call) async throws -> Reply {
        let view = await services.firstView(call)
        let reply = view.map { services.pages.index(showing: $0) } ?? services.pages.index(call.request.headers)
        guard let reply else {
            throw Problem.notFound("page: the program was installed without its pages")
        }
        return reply
    }

    private static func signIn(_ services: Services, _ call: Call) async throws -> Reply {
        guard let token = call.query["token"] else { return try await index(services, call) }
        guard let cookie = try services.accounts.signIn(token: token) else {
            throw Problem(
                .unauthenticated, "the link is not valid (any more): open the one that the program printed last")
        }
        let proto = call.request.headers[SecurityHeaders.field("X-Forwarded-Proto")]
        let secure = services.options.behindProxy && proto == "https" ? "; Secure" : ""
        let age = Int(Accounts.lifetime)
        return Reply(
            303,
            headers: [
                .location: "/",
                .setCookie:
                    "\(services.cookieName)=\(cookie); Path=/; Max-Age=\(age); HttpOnly; SameSite=Strict\(secure)",
            ])
    }
}
