package import FaceCore
package import GRDB
import Glibc

/// The database of a library: one writer, any number of readers, each with its own snapshot.
package final class Store: Sendable {
    package let pool: DatabasePool
    private let subject: String
    private let joined = SharedPass<JoinedWrite, Void>()
    let cards = CardWatch()
    /// Seconds since 1970.
    package typealias Clock = @Sendable () -> Double
    package let now: Clock

    /// Opens or makes the database and brings its schema up to date. Throws `schema-too-new`, `database-failed`.
    package init(_ path: String, clock: @escaping Clock = Timestamp.now) throws(LikenessError) {
        subject = path
        now = clock
        var configuration = Configuration()
        configuration.label = "library"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 8
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA secure_delete = ON")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -16_384 : -65_536)")
            guard !db.configuration.readonly else { return }
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // a checkpoint syncs twice, and all who change something wait for it: few of them, and 64 MB of log
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 16384")
            for table in Placement.workTables { try db.execute(sql: table) }
        }
        let mask = umask(0o077)
        defer { umask(mask) }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try Schema.refuseNewer(pool, path)
            try Schema.migrate(pool, path)
            pool.add(transactionObserver: cards, extent: .databaseLifetime)
        } catch {
            throw LikenessError.of(error, path)
        }
        chmod(path, 0o600)
    }

    package func read<T>(_ body: (Database) throws -> T) throws(LikenessError) -> T {
        do { return try pool.read(body) } catch { throw LikenessError.of(error, subject) }
    }

    /// One transaction; all or nothing.
    package func write<T>(_ body: (Database) throws -> T) throws(LikenessError) -> T {
        do { return try pool.write(body) } catch { throw LikenessError.of(error, subject) }
    }

    /// As ``write(_:)``, in one transaction with whatever else waits to be written: one sync of the disk serves all. A body
    /// that throws takes back its own changes only. `synced`: false for what ``writeUnsynced(_:)`` is for.
    package func writeTogether<T>(
        synced: Bool = true, _ body: @escaping (Database) throws -> T
    ) throws(LikenessError) -> T {
        var result: T?
        let own = JoinedWrite(isSynced: synced) { db in result = try body(db) }
        try joined.join(own) { (writes) throws(LikenessError) in try commit(writes) }
        if let failure = own.failure { throw LikenessError.of(failure, subject) }
        guard let result else { throw LikenessError(.defect, subject: subject, "a transaction gave nothing") }
        return result
    }

    private func commit(_ writes: [JoinedWrite]) throws(LikenessError) -> [Void] {
        if writes.contains(where: \.isSynced) {
            try write { db in for own in writes { try own.perform(db, isAlone: writes.count == 1) } }
        } else {
            try writeUnsynced { db in for own in writes { try own.perform(db, isAlone: writes.count == 1) } }
        }
        return writes.map { _ in }
    }

    /// As ``write(_:)`` for what can be made again: it survives the end of the process at any moment, but is synced to the
    /// disk only with the next transaction that is not of this kind, or the next checkpoint. A power cut may take it back.
    package func writeUnsynced<T>(_ body: (Database) throws -> T) throws(LikenessError) -> T {
        do {
            return try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                let outcome = Result { try written(db, body) }
                try db.execute(sql: "PRAGMA synchronous = FULL")
                return try outcome.get()
            }
        } catch { throw LikenessError.of(error, subject) }
    }

    private func written<T>(_ db: Database, _ body: (Database) throws -> T) throws -> T {
        var result: T?
        try db.inTransaction(.immediate) {
            result = try body(db)
            return .commit
        }
        guard let result else { throw LikenessError(.defect, subject: subject, "a transaction gave nothing") }
        return result
    }
}
