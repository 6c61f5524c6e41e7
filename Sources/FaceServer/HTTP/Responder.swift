import FaceCore
import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
import NIOHTTP1

/// Answers requests: every check of a route in one order, then its handler, then what every answer has.
///
/// The order: name of the server, route, rate of the address, who asks, may they, does the request come from our own page,
/// rate of the one who asks, version, body, repetition. What is refused earlier costs less.
package struct Responder: HTTPResponder {
    package typealias Context = ServerContext

    let gate: Gate
    let metrics: Metrics
    let log: RequestLog

    package func respond(to request: Request, context: ServerContext) async throws -> Response {
        let started = ContinuousClock.now
        let trace = Trace(request: request, peer: context.peer, behindProxy: gate.behindProxy)
        var response: Response
        do {
            response = Self.response(try await gate.answer(request, trace))
        } catch let error as HTTPParserError {
            throw error
        } catch {
            response = respond(to: error, trace)
        }
        SecurityHeaders.add(to: &response.headers)
        response.headers[SecurityHeaders.field("X-Request-Id")] = trace.id
        trace.limit?.add(to: &response.headers)
        if request.method == .head { response = response.createHeadResponse() }
        note(response.status.code, trace, request, ContinuousClock.now - started)
        return response
    }

    private static func response(_ reply: Reply) -> Response {
        var headers = reply.headers
        let body: ResponseBody
        switch reply.content {
        case .none: body = ResponseBody()
        case .bytes(let bytes, let type):
            headers[.contentType] = type
            body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        case .stream(let stream, let type):
            headers[.contentType] = type
            body = stream
        }
        var response = Response(status: HTTPResponse.Status(code: reply.status), headers: headers, body: body)
        if reply.status == 204 || reply.status == 304 { response.headers[.contentLength] = nil }
        return response
    }

    private func respond(to error: any Error, _ trace: Trace) -> Response {
        let problem: Problem
        switch error {
        case let known as Problem: problem = known
        case let known as LikenessError: problem = Problem(known)
        case is CancellationError: problem = Problem(.unavailable, "the request was broken off")
        default: problem = Problem(.internalError, "an error that nobody foresaw; the log has it")
        }
        if problem.kind == .internalError { log.fault(trace.id, error) }
        trace.problem = problem.kind.slug
        var headers = problem.headers
        headers[.contentType] = "application/problem+json"
        if problem.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: HTTPResponse.Status(code: problem.kind.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json(instance: trace.id).utf8)))
    }

    private func note(_ status: Int, _ trace: Trace, _ request: Request, _ duration: Duration) {
        let seconds = duration / .seconds(1)
        let route = trace.route ?? "-"
        metrics.count("http_requests_total", [("route", route), ("method", trace.method), ("status", "\(status)")])
        metrics.observe("http_request_duration_seconds", [("route", route)], seconds: seconds)
        log.note(
            .init(
                id: trace.id, method: trace.method, route: route, status: status, milliseconds: seconds * 1000,
                client: trace.address, principal: trace.principal ?? "-", problem: trace.problem))
    }
}

/// What becomes known of a request on its way.
final class Trace: Sendable {
    private struct Known: Sendable {
        var route: String?
        var principal: String?
        var problem: String?
        var limit: RateLimiter.Verdict?
    }

    let id: String
    /// One of the known methods, so that a stranger cannot make up labels of metrics.
    let method: String
    let address: String
    /// Whether a client is at the other end of a socket, whose going can be noticed.
    let isConnected: Bool
    private let known = Locked(Known())

    init(request: Request, peer: String?, behindProxy: Bool) {
        id = Self.id(of: request)
        isConnected = peer != nil
        let usual: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        method = usual.contains(request.method) ? request.method.rawValue : "other"
        let forwarded = behindProxy ? request.headers[SecurityHeaders.field("X-Forwarded-For")] : nil
        // the last entry is the one that our own proxy wrote
        let last = forwarded?.split(separator: ",").last.map { $0.trimmingCharacters(in: .whitespaces) }
        address = last.flatMap { $0.utf8.count <= 45 && $0.utf8.allSatisfy(Self.isAddress) ? $0 : nil } ?? peer ?? "-"
    }

    var route: String? {
        get { known.value.route }
        set { known.change { $0.route = newValue } }
    }

    var principal: String? {
        get { known.value.principal }
        set { known.change { $0.principal = newValue } }
    }

    var problem: String? {
        get { known.value.problem }
        set { known.change { $0.problem = newValue } }
    }

    var limit: RateLimiter.Verdict? {
        get { known.value.limit }
        set { known.change { $0.limit = newValue } }
    }

    /// `X-Request-Id` where it is one, else a new id.
    private static func id(of request: Request) -> String {
        if let given = request.headers[SecurityHeaders.field("X-Request-Id")], (8...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ isWord($0) })
        {
            return given
        }
        return "req_\(Secret.makeID())"
    }

    private static func isWord(_ c: UInt8) -> Bool {
        (48...57).contains(c) || (65...90).contains(c) || (97...122).contains(c) || c == 45 || c == 95
    }

    private static func isAddress(_ c: UInt8) -> Bool { isWord(c) || c == UInt8(ascii: ".") || c == UInt8(ascii: ":") }
}
