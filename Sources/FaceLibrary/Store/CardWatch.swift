import GRDB
import Synchronization

/// Counts the transactions of this process that changed cards of people, and remembers whose: who keeps something made from
/// all cards reads those again, and only after such a one.
final class CardWatch: TransactionObserver, Sendable {
    /// People that are remembered; of older changes it is only known that they were.
    private static let most = 4096

    private struct State {
        var generation = 0
        /// Changes of the transaction under way.
        var pending: Set<Int> = []
        var changes: [(generation: Int, people: Set<Int>)] = []
        var remembered = 0
        /// The last generation whose changes are not remembered.
        var forgotten = 0
    }

    private let state = Mutex(State())

    var generation: Int { state.withLock { $0.generation } }

    /// The people whose cards changed after a generation; nil when that is not remembered.
    func changes(since generation: Int) -> Set<Int>? {
        state.withLock { state in
            guard generation >= state.forgotten else { return nil }
            return state.changes.reduce(into: []) { if $1.generation > generation { $0.formUnion($1.people) } }
        }
    }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { kind.tableName == "card" }

    func databaseDidChange(with event: DatabaseEvent) {
        // the number of a card's row is that of its person
        let isFull = state.withLock { state in
            state.pending.insert(Int(event.rowID))
            return state.pending.count > Self.most
        }
        if isFull { stopObservingDatabaseChangesUntilNextTransaction() }
    }

    func databaseDidCommit(_ db: Database) {
        state.withLock { state in
            guard !state.pending.isEmpty else { return }
            state.generation += 1
            state.changes.append((state.generation, state.pending))
            state.remembered += state.pending.count
            while state.remembered > Self.most, let oldest = state.changes.first {
                state.remembered -= oldest.people.count
                state.forgotten = oldest.generation
                state.changes.removeFirst()
            }
            state.pending = []
        }
    }

    func databaseDidRollback(_ db: Database) { state.withLock { $0.pending = [] } }
}
