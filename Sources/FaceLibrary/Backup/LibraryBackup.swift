public import FaceCore
internal import Foundation
package import GRDB
internal import Glibc

/// Copies a library that is in use into a folder of its own.
///
/// The database is copied first, at one moment, by SQLite's online backup; segments are append-only, so that they hold
/// at least the rows that this copy refers to. Everything is written beside the place, the manifest last, then verified,
/// and only then the folder gets its name: what an interruption leaves is called `.partial` and is never taken for a
/// backup. Copies, not hard links: erased rows become zeros in place, and a backup must stay what its manifest says.
package struct LibraryBackup {
    /// The segments of one space.
    package struct VectorSource {
        /// The folder below the library's: "vectors/…".
        package var path: String
        package var segments: VectorSegments
        /// Committed rows by segment, as the copied database has them.
        package var committed: (Database) throws -> [Int: Int]

        package init(path: String, segments: VectorSegments, committed: @escaping (Database) throws -> [Int: Int]) {
            (self.path, self.segments, self.committed) = (path, segments, committed)
        }
    }

    package var database: any DatabaseReader
    package var vectors: [VectorSource]
    /// The folder of the crops, when they are to be copied; they can be made again from the photos.
    package var crops: String?
    /// Hands over each decision as one line of JSON.
    package var decisions: (Database, (String) throws -> Void) throws -> Void
    /// Name and version, for the manifest.
    package var program: String

    package init(
        database: any DatabaseReader, vectors: [VectorSource], crops: String? = nil, program: String,
        decisions: @escaping (Database, (String) throws -> Void) throws -> Void
    ) {
        (self.database, self.vectors, self.crops) = (database, vectors, crops)
        (self.program, self.decisions) = (program, decisions)
    }

    /// Writes and verifies a backup at `path`, which must be missing or an empty folder. Throws `file-exists`,
    /// `file-unwritable`, `backup-damaged` when what was written is not what was read, or what the database throws.
    package func write(
        to path: String, cancellation: Cancellation = Cancellation()
    ) throws(LikenessError) -> BackupManifest {
        try requireEmpty(path)
        let partial = "\(path).partial-\(UInt32.random(in: 0 ... .max))"
        try makeFolder(partial)
        do throws(LikenessError) {
            let manifest = try fill(partial, cancellation)
            let found = BackupFolder(partial).verify(cancellation: cancellation)
            if let fault = found.faults.first { throw fault }
            try putFolder(partial, at: path)
            return manifest
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
    }

    private func fill(_ folder: String, _ cancellation: Cancellation) throws(LikenessError) -> BackupManifest {
        var copy = BackupCopy(folder)
        let queue = try copyDatabase(to: "\(folder)/\(BackupManifest.databaseName)")
        let (counts, committed, lines) = try contents(queue, "\(folder)/\(BackupManifest.decisionsName)")
        do { try queue.close() } catch { throw failed(error, folder) }
        try copy.note(BackupManifest.databaseName)
        try copy.note(BackupManifest.decisionsName)
        var copied: [BackupManifest.Vectors] = []
        for (source, rows) in zip(vectors, committed) {
            try cancellation.check()
            try makeFolder("\(folder)/\(source.path)")
            try source.segments.copy(rows, to: "\(folder)/\(source.path)")
            for name in try folderNames("\(folder)/\(source.path)") { try copy.note("\(source.path)/\(name)") }
            copied.append(.init(path: source.path, rows: rows))
        }
        if let crops, access(crops, F_OK) == 0 {
            for name in try BackupCopy.files(below: crops) where name.hasSuffix(".jpg") {
                try cancellation.check()
                // a crop that was forgotten meanwhile is no longer to be kept
                do throws(LikenessError) { try copy.copy("\(crops)/\(name)", to: "crops/\(name)") } catch
                    where error.code == .fileMissing
                {}
            }
        }
        let manifest = BackupManifest(
            program: program, createdAt: Date.now.formatted(.iso8601), counts: counts, vectors: copied,
            decisions: lines, includesCrops: crops != nil, files: copy.files.sorted { $0.path < $1.path })
        try BackupFolder.write(manifest, to: folder)
        return manifest
    }

    /// The database as one file without a journal beside it.
    private func copyDatabase(to path: String) throws(LikenessError) -> DatabaseQueue {
        do {
            let queue = try DatabaseQueue(path: path)
            try database.backup(to: queue)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            chmod(path, 0o600)
            return queue
        } catch { throw failed(error, path) }
    }

    private func contents(
        _ queue: DatabaseQueue, _ decisionsPath: String
    ) throws(LikenessError) -> (counts: [String: Int], committed: [[Int: Int]], lines: Int) {
        let file = try AtomicFile(decisionsPath)
        do {
            var lines = 0
            let result = try queue.read { db in
                try decisions(db) { line in
                    try file.write(line + "\n")
                    lines += 1
                }
                return (try BackupFolder.counts(db), try vectors.map { try $0.committed(db) })
            }
            try file.commit()
            return (result.0, result.1, lines)
        } catch { throw failed(error, decisionsPath) }
    }

    private func failed(_ error: any Error, _ subject: String) -> LikenessError {
        if let error = error as? LikenessError { return error }
        return LikenessError(.fileUnwritable, subject: subject, "the database could not be copied: \(error)")
    }
}

extension LikenessError.Code {
    /// A backup is not what its manifest says, or has none.
    public static let backupDamaged = Self("backup-damaged", exitStatus: 65)
}
