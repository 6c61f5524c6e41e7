import FaceCore
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// The body of a stream of events: what was missed, what comes, and a comment when nothing comes.
enum EventStream {
    /// Proxies and browsers close what is silent for longer.
    static let heartbeat = Duration.seconds(15)

    /// - Parameters:
    ///   - first: events that say how things stand, for a listener who is new or was away too long.
    ///   - ends: whether the stream is over after this event.
    ///   - isWelcome: whether the listener may still listen; asked with each heartbeat.
    static func reply(
        _ request: Request, hub: EventHub, who: Principal?, heartbeat: Duration = heartbeat,
        wants: @escaping @Sendable (ServerEvent) -> Bool, first: @escaping @Sendable () async throws -> [ServerEvent],
        ends: @escaping @Sendable (ServerEvent) -> Bool = { _ in false },
        isWelcome: @escaping @Sendable () async -> Bool = { true }
    ) async throws -> Reply {
        let after = request.headers[SecurityHeaders.field("Last-Event-ID")].flatMap { Int($0) }
        let subscription = hub.subscribe(after: after, who: who)
        var opening: [ServerEvent]
        do {
            opening = after == nil || subscription.missed == nil ? try await first() : subscription.missed ?? []
        } catch {
            subscription.end()
            throw error
        }
        opening = opening.filter(wants)
        let start = opening
        let body = ResponseBody { writer in
            defer { subscription.end() }
            // the server ends only after its connections: a stream has to end with the wish to shut down
            try await withGracefulShutdownHandler {
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    try await write(start, subscription, to: &writer, heartbeat, wants, ends, isWelcome)
                }
            } onGracefulShutdown: {
                subscription.end()
            }
            try await writer.finish(nil)
        }
        return Reply(200, .stream(body, type: "text/event-stream"), headers: [.cacheControl: "no-store"])
    }

    private static func write(
        _ start: [ServerEvent], _ subscription: EventHub.Subscription, to writer: inout any ResponseBodyWriter,
        _ heartbeat: Duration, _ wants: (ServerEvent) -> Bool, _ ends: (ServerEvent) -> Bool,
        _ isWelcome: () async -> Bool
    ) async throws {
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        for event in start {
            try await writer.write(ByteBuffer(string: event.text))
            if ends(event) { return }
        }
        for await event in subscription.events.withHeartbeat(every: heartbeat) {
            guard let event else {
                guard await isWelcome() else { return }
                try await writer.write(ByteBuffer(string: ": still here\n\n"))
                continue
            }
            guard wants(event) else { continue }
            try await writer.write(ByteBuffer(string: event.text))
            if ends(event) { return }
        }
    }
}

extension AsyncStream where Element == ServerEvent {
    /// The events, and nil whenever the time has passed without one having been looked at; ends with the stream.
    fileprivate func withHeartbeat(every interval: Duration) -> AsyncStream<ServerEvent?> {
        AsyncStream<ServerEvent?>(bufferingPolicy: .bufferingNewest(EventHub.backlog)) { continuation in
            let events = Task {
                for await event in self { continuation.yield(event) }
                continuation.finish()
            }
            let beats = Task {
                while !Task.isCancelled {
                    try await Task.sleep(for: interval)
                    continuation.yield(nil)
                }
            }
            continuation.onTermination = { _ in
                events.cancel()
                beats.cancel()
            }
        }
    }
}
