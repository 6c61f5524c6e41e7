import FaceLibrary
import Foundation
import Hummingbird

extension Services {
    /// A stream of events for a listener, who first learns how the jobs stand.
    func follow(
        _ call: Call, wants: @escaping @Sendable (ServerEvent) -> Bool,
        ends: @escaping @Sendable (ServerEvent) -> Bool = { _ in false },
        first: @escaping @Sendable (PhotoLibrary) throws -> [Job]
    ) async throws -> Reply {
        guard hub.listenerCount < Self.mostListeners else { throw Problem.busy }
        return try await EventStream.reply(
            call.request, hub: hub, who: call.principal, heartbeat: options.heartbeat, wants: wants,
            first: {
                // their number is that of the last event, so that nothing after it is lost on a return
                let number = self.hub.last
                return try await self.ask(first).map { job in try Self.event(of: job, id: number) }
            }, ends: ends, isWelcome: { await self.isWelcome(call) })
    }

    /// Whether who opened a stream could open it still: the key has not ended, the browser is signed in. A server that
    /// cannot tell at the moment sends nobody away.
    private func isWelcome(_ call: Call) async -> Bool {
        guard let principal = call.principal else { return false }
        switch principal.kind {
        case .session:
            return call.request.cookies[cookieName].flatMap { accounts.principal(cookie: $0.value) } != nil
        case .key:
            guard let keys = try? await ask({ try $0.keys() }) else { return true }
            let key = keys.first { $0.id == principal.id }
            return key.map { $0.expiresAt.flatMap(WireTime.parse).map { $0 > Date() } ?? true } ?? false
        }
    }

    /// Streams that may be open at once; each costs a connection and a small buffer.
    static let mostListeners = 200

    /// Passes on what the library tells of its changes, until the token is cancelled.
    func publishChanges() -> ChangeFeed.Token {
        library.changes.observe { [hub, metrics, pictures] change in
            switch change {
            case .job(let job):
                // a forgotten photo must not be shown from memory
                if job.kind == .forget, job.state != .queued { pictures.forgetAll() }
                if job.state.isFinal, let start = job.startedAt.flatMap(WireTime.parse),
                    let end = job.endedAt.flatMap(WireTime.parse)
                {
                    let kind = [("kind", job.kind.rawValue)]
                    metrics.observe("likeness_job_duration_seconds", kind, seconds: end.timeIntervalSince(start))
                }
                guard let event = try? Self.event(of: job, id: 0) else { return }
                hub.publish(event.name, data: event.data, job: job.id)
            case .people(let ids):
                let data = (try? Self.json(["people": ids]).utf8).map { String(decoding: $0, as: UTF8.self) }
                hub.publish("changed", data: data ?? "{}")
            }
        }
    }

    private static func event(of job: Job, id: Int) throws -> ServerEvent {
        ServerEvent(
            id: id, name: job.state.isFinal ? "done" : "progress",
            data: String(decoding: try json(job).utf8, as: UTF8.self), job: job.id)
    }
}
