import Synchronization

/// One event of a stream: server-sent events (HTML Living Standard §9.2).
package struct ServerEvent: Sendable, Equatable {
    /// Grows by one; it goes on after a restart, because it begins with the time of the start.
    package let id: Int
    package let name: String
    /// JSON on one line.
    package let data: String
    /// The job that it is about; nil for others.
    package let job: String?

    package init(id: Int, name: String, data: String, job: String?) {
        self.id = id
        self.name = name
        self.data = data
        self.job = job
    }

    package var text: String { "id: \(id)\nevent: \(name)\ndata: \(data)\n\n" }
}

/// Hands events to everybody who listens, and remembers the last ones for those who come back.
package final class EventHub: Sendable {
    /// Events that are remembered.
    package static let memory = 1000
    /// Events that a slow reader may be behind; beyond, the oldest are dropped: every event holds a whole object, so the
    /// next one makes up for it.
    package static let backlog = 256

    private struct Listener {
        let events: AsyncStream<ServerEvent>.Continuation
        let who: Principal?
    }

    private struct State {
        var next: Int
        var recent: [ServerEvent] = []
        var listeners: [Int: Listener] = [:]
        var lastListener = 0
        var isClosed = false
    }

    private let state: Mutex<State>

    /// `first`: the id of the first event, larger than all of an earlier server.
    package init(first: Int) { state = Mutex(State(next: first)) }

    package func publish(_ name: String, data: String, job: String? = nil) {
        let (event, listeners) = state.withLock { state in
            let event = ServerEvent(id: state.next, name: name, data: data, job: job)
            state.next += 1
            state.recent.append(event)
            if state.recent.count > Self.memory { state.recent.removeFirst(state.recent.count - Self.memory) }
            return (event, Array(state.listeners.values))
        }
        for listener in listeners { listener.events.yield(event) }
    }

    /// What a listener gets.
    package struct Subscription: Sendable {
        /// Events after the one that was asked for; nil when some of them are forgotten.
        package let missed: [ServerEvent]?
        package let events: AsyncStream<ServerEvent>
        package let end: @Sendable () -> Void
    }

    /// Listens from now on. The caller calls `end` when it stops. `who`: whose stream it is.
    package func subscribe(after id: Int? = nil, who: Principal? = nil) -> Subscription {
        let (stream, continuation) = AsyncStream.makeStream(
            of: ServerEvent.self, bufferingPolicy: .bufferingNewest(Self.backlog))
        let (missed, number) = state.withLock { state in
            state.lastListener += 1
            if state.isClosed {
                continuation.finish()
            } else {
                state.listeners[state.lastListener] = Listener(events: continuation, who: who)
            }
            return (Self.missed(state, id), state.lastListener)
        }
        return Subscription(
            missed: missed, events: stream,
            end: { [weak self] in
                self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
                continuation.finish()
            })
    }

    private static func missed(_ state: State, _ id: Int?) -> [ServerEvent]? {
        guard let id else { return [] }
        if id >= state.next { return nil }
        let oldest = state.recent.first?.id ?? state.next
        return id + 1 >= oldest ? state.recent.filter { $0.id > id } : nil
    }

    /// The id of the last event so far.
    package var last: Int { state.withLock { $0.next - 1 } }

    package var listenerCount: Int { state.withLock { $0.listeners.count } }

    /// Ends the streams of those who may no longer listen: a key that was withdrawn, a person or browser signed out.
    package func end(where isGone: (Principal) -> Bool) {
        let ended = state.withLock { state in
            let gone = state.listeners.filter { $0.value.who.map(isGone) ?? false }
            for number in gone.keys { state.listeners[number] = nil }
            return Array(gone.values)
        }
        for listener in ended { listener.events.finish() }
    }

    /// Ends all streams.
    package func close() {
        let listeners = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.events.finish() }
    }
}
