public import FaceCore
import FaceSpace
import Foundation
import GRDB
import Synchronization

/// A photo library: photos, their faces, the people in them, and everything that people decided about them.
///
/// Three kinds of truth are kept apart: facts (photos, faces, vectors; made again from the files at any time), decisions
/// (an append-only journal) and groups (derived snapshots). Calls block for as long as the database takes; any number of
/// threads may call at once. One process writes, others may read.
public final class PhotoLibrary: Sendable {
    /// Whether this process changes the library or only reads.
    public enum Access: Sendable { case write, read }

    public let folder: String
    public let id: String
    public let name: String
    /// Tells listeners what changed.
    public let changes = ChangeFeed()
    package let store: Store
    let layout: LibraryFolder
    let shelf: VectorShelf
    let crops: CropStore
    let queue: JobQueue
    let prototypes = Prototypes()
    package let looseNeighbours = LooseNeighbours()
    let access: Access
    /// The density state, open from the first grouping on; used by one job at a time.
    let density = Mutex(DensityBox())
    private let lock: LibraryLock?
    /// Hides the names of forgotten people in the journal.
    let nameKey: [UInt8]
    /// What vectors and crops are sealed with; nil where they lie open.
    let key: LibraryKey?

    /// Makes a library in a new or empty folder. Throws `file-exists`, `file-unwritable`. With a key, vectors, crops and
    /// groups are sealed; it is asked for whenever the library is opened.
    public static func create(
        _ folder: String, name: String? = nil, key: LibraryKey? = nil
    ) throws(LikenessError) -> PhotoLibrary {
        try create(folder, name: name, key: key, clock: Timestamp.now)
    }

    /// With a clock of one's own, for tests.
    package static func create(
        _ folder: String, name: String? = nil, key: LibraryKey? = nil, clock: @escaping Store.Clock
    ) throws(LikenessError) -> PhotoLibrary {
        let layout = LibraryFolder(folder)
        guard !layout.exists else {
            throw LikenessError(.fileExists, subject: folder, "there is a library in this folder")
        }
        try layout.make()
        let lock = try layout.takeLock()
        let store = try Store(layout.database, clock: clock)
        let shown = name ?? URL(fileURLWithPath: layout.path).standardizedFileURL.lastPathComponent
        try store.write { db in
            try db.execute(
                sql:
                    "INSERT INTO library (only, id, name, createdAt, nameKey, projections, keyID) VALUES (1, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Identifier.fresh("lib"), shown, Timestamp.now(),
                    Data((0..<32).map { _ in UInt8.random(in: 0 ... .max) }), Projection.rules, key?.id,
                ])
        }
        return try PhotoLibrary(layout, store, lock, .write, key)
    }

    /// Opens a library. Throws `library-missing`, `library-busy` when another process writes, `schema-too-new`,
    /// `key-missing` for a sealed one without its key, `file-unwritable` for writing where nothing may be written.
    public static func open(
        _ folder: String, access: Access = .write, key: LibraryKey? = nil
    ) throws(LikenessError) -> PhotoLibrary {
        try open(folder, access: access, key: key, clock: Timestamp.now)
    }

    /// With a clock of one's own, for tests.
    package static func open(
        _ folder: String, access: Access = .write, key: LibraryKey? = nil, clock: @escaping Store.Clock
    ) throws(LikenessError) -> PhotoLibrary {
        let layout = LibraryFolder(folder)
        guard layout.exists else {
            throw LikenessError(
                .libraryMissing, subject: folder, "there is no library in this folder",
                remedy: "`likeness library create \(folder)` makes one")
        }
        let lock = access == .write ? try layout.takeLock() : nil
        if access == .write { try layout.make() }
        let store = try Store(layout.database, clock: clock)
        try checkKey(store, key, layout.path)
        // whoever held the lock before has ended, and its jobs with it
        if access == .write {
            try JobQueue(store: store).takeBackAll()
            try ReplayCheck.upgrade(store)
        }
        return try PhotoLibrary(layout, store, lock, access, key)
    }

    private static func checkKey(_ store: Store, _ key: LibraryKey?, _ path: String) throws(LikenessError) {
        let wanted = try store.read { try String.fetchOne($0, sql: "SELECT keyID FROM library") }
        guard wanted != key?.id else { return }
        throw LikenessError(
            .keyMissing, subject: path,
            wanted == nil
                ? "this library is not sealed"
                : key == nil ? "this library is sealed" : "it is sealed with another key",
            remedy: wanted == nil ? "leave the key out" : "give its key file: --key FILE, or LIKENESS_LIBRARY_KEY")
    }

    private init(
        _ layout: LibraryFolder, _ store: Store, _ lock: LibraryLock?, _ access: Access, _ key: LibraryKey?
    ) throws(LikenessError) {
        let about = try store.read { try Row.fetchOne($0, sql: "SELECT id, name, nameKey FROM library") }
        guard let about else {
            throw LikenessError(
                .libraryMissing, subject: layout.path, "the library was not made to its end",
                remedy: "remove the folder and create it again")
        }
        folder = layout.path
        (id, name) = (about["id"], about["name"])
        nameKey = Array(about["nameKey"] as Data)
        (self.layout, self.store, self.lock, self.access, self.key) = (layout, store, lock, access, key)
        shelf = VectorShelf(layout, store, key: key, readOnly: access == .read)
        crops = CropStore(layout.crops, key: key)
        queue = JobQueue(store: store)
    }

    /// Decides something about people or faces, and keeps the author's record of the request with it.
    func decide(
        by author: Author, _ body: @escaping (Database, Journal) throws -> (PersonChange, Set<Int>)
    ) throws(LikenessError) -> PersonChange {
        try decided(by: author) { db, journal in
            let (change, people) = try body(db, journal)
            if let record = try author.record?(change) {
                try Self.append(record.audit, db)
                if let answer = record.answer { try Self.keep(answer, db) }
            }
            return (change, people)
        }
    }

    /// Decides something, all or nothing and on the disk when it returns; then listeners hear of the people concerned.
    func decided<T>(
        by author: Author, _ body: @escaping (Database, Journal) throws -> (T, Set<Int>)
    ) throws(LikenessError) -> T {
        guard access == .write else {
            throw LikenessError(.usage, subject: folder, "the library was opened for reading only")
        }
        let (result, people, ids) = try store.writeTogether { db in
            let (result, people) = try body(db, Journal(db: db, author: author))
            let known = try db.cachedStatement(sql: "SELECT id FROM identity WHERE no = ?")
            let ids = try people.prefix(200).compactMap { try String.fetchOne(known, arguments: [$0]) }
            return (result, people, ids)
        }
        if !people.isEmpty { changes.send(.people(ids)) }
        return result
    }
}
