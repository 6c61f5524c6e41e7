import GRDB

/// One caller's part of a transaction that many share.
///
/// The caller waits until the transaction has ended, and only whoever writes it touches this meanwhile.
final class JoinedWrite: @unchecked Sendable {
    /// Whether the caller is answered only when the disk has it.
    let isSynced: Bool
    private let body: (Database) throws -> Void
    /// Why this part was taken back; the others stand.
    private(set) var failure: (any Error)?

    init(isSynced: Bool, _ body: @escaping (Database) throws -> Void) {
        self.isSynced = isSynced
        self.body = body
    }

    /// Throws when not only this part but the whole transaction came to nothing.
    func perform(_ db: Database, isAlone: Bool) throws {
        if isAlone { return try body(db) }
        do {
            try db.inSavepoint {
                try body(db)
                return .commit
            }
        } catch {
            // a full disk, for one, ends the transaction
            guard db.isInsideTransaction else { throw error }
            failure = error
        }
    }
}
