import FaceCore
import FaceLibrary
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// `Idempotency-Key`: a request that is sent again gets the first answer again, without a second effect.
final class Repetition: Sendable {
    /// An answer that holds a secret is kept here, not in the library's file.
    private struct Kept {
        let fingerprint: String
        let answer: StoredReply
        let at: ContinuousClock.Instant
    }

    private struct State {
        var underWay: Set<String> = []
        var kept: [String: Kept] = [:]
    }

    private static let lifetime = Duration.seconds(86_400)
    private static let mostKept = 1000

    private let library: PhotoLibrary
    private let pool: WorkPool
    private let state = Mutex(State())

    init(library: PhotoLibrary, pool: WorkPool) {
        self.library = library
        self.pool = pool
    }

    func answer(_ call: Call, _ perform: () async throws -> Reply) async throws -> Reply {
        let isKeyed = call.route.idempotency == .keyed || call.route.idempotency == .keyedInMemory
        guard isKeyed, let key = call.request.headers[SecurityHeaders.field("Idempotency-Key")] else {
            return try await perform()
        }
        if let reason = Schema.StringForm.text(1...200).refusal(of: key) {
            throw Problem.invalid("Idempotency-Key", reason)
        }
        // of two people who choose the same key neither sees the other's answer
        let route = Self.route(call)
        let slot = "\(route) \(key)"
        let isFirst = state.withLock { $0.underWay.insert(slot).inserted }
        guard isFirst else {
            throw Problem(.conflict, "a request with this key is under way", headers: [.retryAfter: "1"])
        }
        defer { state.withLock { _ = $0.underWay.remove(slot) } }
        let fingerprint = Self.fingerprint(call)
        if let (known, stored) = try await find(call, route, key, slot) {
            guard known == fingerprint else {
                throw Problem(.idempotencyMismatch, "this Idempotency-Key was used for another request")
            }
            if var reply = stored?.reply {
                reply.headers[SecurityHeaders.field("Idempotency-Replayed")] = "true"
                return reply
            }
        }
        let reply = try await perform()
        if reply.status < 400, !reply.isRecorded, let stored = StoredReply(reply) {
            // what is done is not undone by an answer that cannot be kept; decisions know their key by themselves
            try? await keep(call, stored, fingerprint, key, slot)
        }
        return reply
    }

    private static func route(_ call: Call) -> String { "\(call.principal?.id ?? "-") \(call.route.operation)" }

    /// The answer to a decision as it is kept; nil where the request has no key.
    static func answer(_ call: Call, _ reply: Reply, _ fingerprint: String) -> StoredAnswer? {
        let key = call.request.headers[SecurityHeaders.field("Idempotency-Key")]
        guard call.route.idempotency == .keyed, let key, let stored = StoredReply(reply) else { return nil }
        return stored.answer(route(call), key, fingerprint)
    }

    private func find(
        _ call: Call, _ route: String, _ key: String, _ slot: String
    ) async throws -> (String, StoredReply?)? {
        if call.route.idempotency == .keyedInMemory {
            return state.withLock { state in
                guard let kept = state.kept[slot], ContinuousClock.now - kept.at < Self.lifetime else { return nil }
                return (kept.fingerprint, kept.answer)
            }
        }
        let library = library
        guard let answer = try await pool.run({ try library.storedAnswer(route: route, key: key) }) else { return nil }
        return (answer.bodyHash, StoredReply(answer))
    }

    private func keep(
        _ call: Call, _ stored: StoredReply, _ fingerprint: String, _ key: String, _ slot: String
    ) async throws {
        if call.route.idempotency == .keyedInMemory {
            return state.withLock { state in
                if state.kept.count >= Self.mostKept {
                    state.kept = state.kept.filter { ContinuousClock.now - $0.value.at < Self.lifetime }
                    if state.kept.count >= Self.mostKept { state.kept.removeAll() }
                }
                state.kept[slot] = Kept(fingerprint: fingerprint, answer: stored, at: .now)
            }
        }
        let (library, answer) = (library, stored.answer(Self.route(call), key, fingerprint))
        try await pool.run { try library.storeAnswer(answer) }
    }

    /// Everything that makes it the same request.
    static func fingerprint(_ call: Call) -> String {
        let head =
            "\(call.request.method.rawValue) \(call.request.uri.string) \(call.version.map(String.init) ?? "-")\n"
        return Secret.digest(Array(head.utf8) + call.bytes)
    }
}

/// An answer as it is kept: a line with its media type, one with its ETag, and its body.
private struct StoredReply {
    let status: Int
    let type: String?
    let tag: String?
    let body: [UInt8]

    /// Nil for one that is not of this form: it is given anew.
    init?(_ answer: StoredAnswer) {
        let parts = answer.body.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let (type, tag) = (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self))
        status = answer.status
        (self.type, self.tag, body) = (type.isEmpty ? nil : type, tag.isEmpty ? nil : tag, Array(parts[2]))
    }

    func answer(_ route: String, _ key: String, _ fingerprint: String) -> StoredAnswer {
        StoredAnswer(
            route: route, key: key, bodyHash: fingerprint, status: status,
            body: Array("\(type ?? "")\n\(tag ?? "")\n".utf8) + body)
    }

    init?(_ reply: Reply) {
        status = reply.status
        tag = reply.headers[.eTag]
        switch reply.content {
        case .none: (type, body) = (nil, [])
        case .bytes(let bytes, let type): (self.type, body) = (type, bytes)
        case .stream: return nil
        }
    }

    var reply: Reply {
        var reply = Reply(status, type.map { .bytes(body, type: $0) } ?? .none)
        if let tag { reply.headers[.eTag] = tag }
        return reply
    }
}
