import GRDB
import Synchronization

/// Counts the transactions of this process that changed cards of people: who keeps something made from all cards reads them
/// again only after such a one.
final class CardWatch: TransactionObserver, Sendable {
    private let state = Mutex((changed: false, generation: 0))

    var generation: Int { state.withLock { $0.generation } }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool { kind.tableName == "card" }

    func databaseDidChange(with event: DatabaseEvent) {
        state.withLock { $0.changed = true }
        stopObservingDatabaseChangesUntilNextTransaction()
    }

    func databaseDidCommit(_ db: Database) {
        state.withLock { state in
            if state.changed { state.generation += 1 }
            state.changed = false
        }
    }

    func databaseDidRollback(_ db: Database) { state.withLock { $0.changed = false } }
}
