import Synchronization

/// Something in the library changed.
public enum LibraryChange: Sendable, Hashable {
    /// The cards of these people; at most 200 ids, of larger changes the first.
    case people([String])
    case job(Job)
}

/// Tells any number of listeners of changes.
public final class ChangeFeed: Sendable {
    /// Ends the listening when it goes or is cancelled.
    public final class Token: Sendable {
        private let end: @Sendable () -> Void

        init(_ end: @escaping @Sendable () -> Void) { self.end = end }

        public func cancel() { end() }

        deinit { end() }
    }

    private struct State {
        var version = 0
        var next = 0
        var listeners: [Int: @Sendable (LibraryChange) -> Void] = [:]
    }

    private let state = Mutex(State())

    /// Grows with every change.
    public var version: Int { state.withLock { $0.version } }

    /// Calls `body` for each change, on the thread that made it; it must return at once.
    public func observe(_ body: @escaping @Sendable (LibraryChange) -> Void) -> Token {
        let number = state.withLock { s in
            s.next += 1
            s.listeners[s.next] = body
            return s.next
        }
        return Token { [weak self] in
            self?.state.withLock { $0.listeners[number] = nil }
        }
    }

    func send(_ change: LibraryChange) {
        let listeners = state.withLock { s in
            s.version += 1
            return Array(s.listeners.values)
        }
        for listener in listeners { listener(change) }
    }
}
