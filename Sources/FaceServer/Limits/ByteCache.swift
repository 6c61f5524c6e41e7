import Synchronization

/// Bytes by name, the ones used lately, up to a limit.
package final class ByteCache: Sendable {
    private struct Entry {
        let bytes: [UInt8]
        var used: Int
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var bytes = 0
        var clock = 0
        var generation = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    package init(limit: Int) { self.limit = limit }

    package subscript(name: String) -> [UInt8]? {
        state.withLock { state in
            guard let bytes = state.entries[name]?.bytes else { return nil }
            state.clock += 1
            state.entries[name]?.used = state.clock
            return bytes
        }
    }

    /// Grows with each ``removeAll()``.
    package var generation: Int { state.withLock { $0.generation } }

    package var bytes: Int { state.withLock { $0.bytes } }

    /// Keeps bytes, and lets go of those not used for longest once the limit is passed. What was begun before the last
    /// ``removeAll()`` is not kept.
    ///
    /// - Complexity: O(1), and O(n log n) once in a tenth of the limit.
    package func keep(_ bytes: [UInt8], for name: String, madeIn generation: Int) {
        guard bytes.count <= limit / 8 else { return }
        state.withLock { state in
            guard generation == state.generation else { return }
            state.clock += 1
            state.bytes += bytes.count - (state.entries[name]?.bytes.count ?? 0)
            state.entries[name] = Entry(bytes: bytes, used: state.clock)
            guard state.bytes > limit else { return }
            for (name, entry) in state.entries.sorted(by: { $0.value.used < $1.value.used }) {
                if state.bytes <= limit / 10 * 9 { break }
                state.bytes -= entry.bytes.count
                state.entries[name] = nil
            }
        }
    }

    package func removeAll() {
        state.withLock { state in
            state.entries = [:]
            state.bytes = 0
            state.generation += 1
        }
    }
}
