import FaceCore
import FaceLibrary
import Foundation
import HTTPTypes
import Hummingbird

/// The checks between a request and its handler.
struct Gate: Sendable {
    let table: RouteTable
    let components: [String: Schema]
    let hosts: AllowedHosts
    let accounts: Accounts
    let limiter: RateLimiter
    let library: PhotoLibrary
    let repetition: Repetition
    /// For looking up keys, which must wait for nobody.
    let keys: WorkPool
    /// For the audit log.
    let records: WorkPool
    let cookieName: String
    let behindProxy: Bool
    let metrics: Metrics
    let log: RequestLog

    func answer(_ request: Request, _ trace: Trace) async throws -> Reply {
        guard hosts.allows(authority: request.head.authority) else {
            throw Problem(.hostNotAllowed, "open the address that the program printed")
        }
        let (route, parameters) = try match(request)
        trace.route = route.path
        // the page that signs in is also the first page: only a token makes it an attempt
        let isPage = route.limits == .login && request.uri.query == nil
        try limit(isPage ? .free : route.limits, trace, who: trace.address)
        let principal = try await identify(request, route)
        trace.principal = principal?.id
        try authorise(principal, route)
        if let principal {
            try requireOwnPage(request, route, principal)
            try limit(route.limits, trace, who: principal.id)
        }
        let call = try await makeCall(request, route, parameters, principal, trace)
        return try await repetition.answer(call) { try await perform(call) }
    }

    private func match(_ request: Request) throws(Problem) -> (Route, [String: String]) {
        switch table.match(request.method, path: request.uri.path) {
        case .route(let route, let parameters): return (route, parameters)
        case .otherMethods(let methods):
            let names = methods.map(\.rawValue).joined(separator: ", ")
            throw Problem(.methodNotAllowed, "this address has \(names)", headers: [.allow: names])
        case .none: throw Problem(.notFound, "there is no such address")
        }
    }

    private func limit(_ limits: Route.LimitClass, _ trace: Trace, who: String) throws(Problem) {
        guard let verdict = limiter.take(limits, who: who) else { return }
        trace.limit = verdict
        if !verdict.isAllowed { throw Problem(.rateLimited, "wait \(max(1, Int(verdict.wait.rounded(.up)))) s") }
    }

    /// Who asks; nil for a request without credentials. A key that is not valid is an error also on open routes.
    private func identify(_ request: Request, _ route: Route) async throws -> Principal? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw Problem(.unauthenticated, "the Authorization header must be `Bearer lk_…`")
            }
            let secret = String(parts[1])
            let library = library
            guard secret.utf8.count <= 200, let key = try await keys.run({ try library.authenticate(key: secret) })
            else { throw Problem(.unauthenticated, "the key is unknown, expired or withdrawn") }
            return Principal(keyID: key.id, scopes: Set(key.scopes.compactMap(Scope.init(rawValue:))))
        }
        guard route.access != .open, let cookie = request.cookies[cookieName]?.value else { return nil }
        return accounts.principal(cookie: cookie)
    }

    private func authorise(_ principal: Principal?, _ route: Route) throws(Problem) {
        switch route.access {
        case .open: return
        case .known:
            if principal == nil { throw Problem(.unauthenticated, "open the link that the program printed") }
        case .scope(let scope):
            guard let principal else {
                throw Problem(.unauthenticated, "open the link that the program printed, or send a key")
            }
            guard principal.may(scope) else {
                throw Problem(.forbidden, "this needs the scope \(scope.rawValue)")
            }
        }
    }

    /// A change by a cookie has to carry the token of our own page, and must not come from another site's.
    private func requireOwnPage(_ request: Request, _ route: Route, _ principal: Principal) throws(Problem) {
        guard case .session(let csrf) = principal.kind, route.method != .get else { return }
        let site = request.headers[SecurityHeaders.field("Sec-Fetch-Site")]
        if let site, site != "same-origin", site != "none" {
            throw Problem(.csrf, "the request comes from another site")
        }
        if let origin = request.headers[.origin], !hosts.allows(origin: origin) {
            throw Problem(.csrf, "the request comes from another site")
        }
        guard let token = request.headers[SecurityHeaders.field("X-CSRF-Token")], ConstantTime.areEqual(token, csrf)
        else {
            throw Problem(.csrf, "send the token of GET /v1/session as X-CSRF-Token")
        }
    }

    private func makeCall(
        _ request: Request, _ route: Route, _ parameters: [String: String], _ principal: Principal?, _ trace: Trace
    ) async throws -> Call {
        let query = try QueryReader(route: route, components: components).read(request.uri.query)
        let version = try version(request, route)
        let reader = BodyReader(request: request)
        var call = Call(
            request: request, id: trace.id, route: route, parameters: parameters, query: query, principal: principal,
            version: version, address: trace.address, isConnected: trace.isConnected)
        switch route.body {
        case .none, .files: break
        case .json(let schema): (call.json, call.bytes) = try await reader.json(schema, components: components)
        case .image(let parts, let json):
            call.upload = try await reader.images(parts, json: json, components: components)
        }
        return call
    }

    private func version(_ request: Request, _ route: Route) throws(Problem) -> Int? {
        guard route.needsVersion else { return nil }
        guard let header = request.headers[.ifMatch] else {
            throw Problem(.versionRequired, "send the version that you changed as If-Match: \"7\"")
        }
        guard let tag = EntityTag(ifMatch: header) else {
            throw .invalid("If-Match", "must be one version in quotes, such as \"7\"")
        }
        return tag.version
    }

    /// The handler, and the audit log behind it.
    private func perform(_ call: Call) async throws -> Reply {
        let reply = try await call.route.handler(call)
        guard call.route.audit != .none, !reply.isRecorded else { return reply }
        let (library, record) = (library, call.auditRecord(of: reply))
        do { try await records.run { try library.audit(record) } } catch {
            metrics.count("likeness_audit_failures_total")
            log.fault(call.id, error)
            // what is done is done, and said to be; what was only read is kept back, for it must not leave unseen
            if call.route.audit == .sensitiveRead { throw Problem(.unavailable, "the audit log cannot be written") }
        }
        return reply
    }
}
