package import FaceCore
package import GRDB
import Glibc

/// The database of a library: one writer, any number of readers, each with its own snapshot.
package final class Store: Sendable {
    package let pool: DatabasePool
    private let subject: String
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
            try db.execute(sql: "PRAGMA cache_size = -16384")
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA synchronous = FULL") }
        }
        let mask = umask(0o077)
        defer { umask(mask) }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            try Schema.refuseNewer(pool, path)
            try Schema.migrate(pool, path)
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
}
