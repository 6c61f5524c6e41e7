import FaceCore
import FaceVision
import GRDB
import Glibc

/// Compares folders with what is known of them: new, changed, moved, copied and deleted files.
///
/// A file is read only when its size, time or number changed. Work is kept in batches of one transaction each, so that a
/// scan that ends early has done its part.
struct Scanner {
    /// What a scan found.
    struct Report: Codable, Sendable, Hashable {
        var files = 0
        var unchanged = 0
        var new = 0
        var duplicates = 0
        var changed = 0
        var gone = 0
        var unreadable = 0
    }

    let store: Store
    private static let batch = 100

    /// Scans one root, a folder or a file.
    func scan(_ root: String, cancellation: Cancellation, progress: (Int) throws(LikenessError) -> Void)
        throws(LikenessError) -> Report
    {
        let folder = try enter(root)
        guard let base = resolved(root) else {
            // the whole root is gone: a drive that is not mounted, most likely; nothing is forgotten
            throw LikenessError(
                .fileMissing, subject: root, "there is no such folder", remedy: "connect the drive, or check the path")
        }
        var report = Report()
        var known = try knownFiles(base)
        var pending: [Seen] = []
        for found in PhotoFinder().find([root]) {
            try cancellation.check()
            switch found {
            case .success(let path):
                report.files += 1
                guard let real = resolved(path), real == base || real.hasPrefix(base + "/") || base == "/" else {
                    pending.append(
                        .unreadable(
                            path,
                            LikenessError(
                                .fileUnreadable, subject: path, "a link leads out of the folder",
                                remedy: "import the folder that it leads to")))
                    break
                }
                guard let stamp = FileStamp(real) else { break }
                if known.removeValue(forKey: real) == stamp {
                    report.unchanged += 1
                } else {
                    pending.append(read(real, stamp))
                }
            case .failure(let error):
                report.files += 1
                pending.append(.unreadable(error.subject ?? root, error))
            }
            if pending.count >= Self.batch {
                try keep(pending, folder, &report)
                pending = []
                try progress(report.files)
            }
        }
        try keep(pending, folder, &report)
        for case let path in known.keys where FileStamp(path) == nil { report.gone += 1 }
        try settle(folder, gone: known.keys.filter { FileStamp($0) == nil })
        try progress(report.files)
        return report
    }

    // MARK: Reading

    private enum Seen {
        case photo(path: String, FileStamp, sha: String)
        case unreadable(String, LikenessError)
    }

    private func read(_ path: String, _ stamp: FileStamp) -> Seen {
        do throws(LikenessError) { return .photo(path: path, stamp, sha: try SHA256.hex(ofFile: path)) } catch {
            return .unreadable(path, error)
        }
    }

    private func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private func enter(_ root: String) throws(LikenessError) -> Int {
        let path = resolved(root) ?? root
        return try store.write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO folder (path, addedAt) VALUES (?, ?)", arguments: [path, Timestamp.now()])
            return try Int.fetchOne(db, sql: "SELECT no FROM folder WHERE path = ?", arguments: [path]) ?? 0
        }
    }

    /// The files below a root, also those that were found by way of another one.
    private func knownFiles(_ root: String) throws(LikenessError) -> [String: FileStamp] {
        try store.read { db in
            var out: [String: FileStamp] = [:]
            let rows = try Row.fetchCursor(
                db, sql: "SELECT path, bytes, modified, inode, gone FROM location WHERE \(Self.below)",
                arguments: Self.range(root))
            while let row = try rows.next() {
                // a file that was gone is looked at as if it were new
                let gone: Int = row["gone"]
                out[row["path"]] = FileStamp(
                    bytes: gone == 1 ? -1 : row["bytes"], modified: row["modified"], inode: row["inode"])
            }
            return out
        }
    }

    /// A condition on `path`: a root itself, or what lies below it, by the primary key.
    static let below = "(path = ? OR (path > ? AND path < ?))"

    static func range(_ root: String) -> StatementArguments {
        let base = root.hasSuffix("/") ? String(root.dropLast()) : root
        // "0" follows "/"
        return [root, base + "/", base + "0"]
    }

    // MARK: Keeping

    private func keep(_ seen: [Seen], _ folder: Int, _ report: inout Report) throws(LikenessError) {
        guard !seen.isEmpty else { return }
        var counts = report
        try store.write { db in
            for item in seen {
                switch item {
                case .photo(let path, let stamp, let sha): try enter(path, stamp, sha, folder, db, &counts)
                case .unreadable(let path, let error): try enter(path, error, folder, db, &counts)
                }
            }
        }
        report = counts
    }

    private func enter(
        _ path: String, _ stamp: FileStamp, _ sha: String, _ folder: Int, _ db: Database, _ report: inout Report
    ) throws {
        let before = try Int.fetchOne(db, sql: "SELECT photo FROM location WHERE path = ?", arguments: [path])
        var photo = try Int.fetchOne(db, sql: "SELECT no FROM photo WHERE sha256 = ?", arguments: [sha])
        if photo == nil {
            try db.execute(
                sql: """
                    INSERT INTO photo (id, sha256, bytes, state, stateAt, addedAt) VALUES (?, ?, ?, 'waiting', ?, ?)
                    """,
                arguments: [
                    Identifier.derived("pho", from: sha), sha, stamp.bytes, Timestamp.now(), Timestamp.now(),
                ])
            photo = Int(db.lastInsertedRowID)
            if before == nil { report.new += 1 }
        } else if before == nil {
            report.duplicates += 1
        }
        if before != nil, before != photo { report.changed += 1 }
        try place(path, photo ?? 0, folder, stamp, db)
        try Self.settlePhotos(db, [photo, before].compactMap { $0 })
    }

    /// A file that cannot be read is listed under a photo of its own, until it can.
    private func enter(
        _ path: String, _ error: LikenessError, _ folder: Int, _ db: Database, _ report: inout Report
    ) throws {
        report.unreadable += 1
        let sha = "unread:" + SHA256.hex(of: Array(path.utf8))
        let before = try Int.fetchOne(db, sql: "SELECT photo FROM location WHERE path = ?", arguments: [path])
        try db.execute(
            sql: """
                INSERT INTO photo (id, sha256, bytes, state, errorCode, errorMessage, stateAt, addedAt)
                VALUES (?, ?, 0, 'failed', ?, ?, ?, ?)
                ON CONFLICT (sha256) DO UPDATE SET errorCode = excluded.errorCode, errorMessage = excluded.errorMessage,
                    stateAt = excluded.stateAt
                """,
            arguments: [
                Identifier.derived("pho", from: sha), sha, error.code.description, error.message, Timestamp.now(),
                Timestamp.now(),
            ])
        let photo = try Int.fetchOne(db, sql: "SELECT no FROM photo WHERE sha256 = ?", arguments: [sha]) ?? 0
        try place(path, photo, folder, FileStamp(path) ?? FileStamp(bytes: 0, modified: 0, inode: 0), db)
        try Self.settlePhotos(db, [photo, before].compactMap { $0 })
    }

    private func place(_ path: String, _ photo: Int, _ folder: Int, _ stamp: FileStamp, _ db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO location (path, photo, folder, bytes, modified, inode, gone) VALUES (?, ?, ?, ?, ?, ?, 0)
                ON CONFLICT (path) DO UPDATE SET photo = excluded.photo, bytes = excluded.bytes, gone = 0,
                    modified = excluded.modified, inode = excluded.inode
                """,
            arguments: [path, photo, folder, stamp.bytes, stamp.modified, stamp.inode])
    }

    private func settle(_ folder: Int, gone: [String]) throws(LikenessError) {
        try store.write { db in
            var photos: Set<Int> = []
            for path in gone {
                if let photo = try Int.fetchOne(db, sql: "SELECT photo FROM location WHERE path = ?", arguments: [path])
                {
                    photos.insert(photo)
                }
                try db.execute(sql: "UPDATE location SET gone = 1 WHERE path = ?", arguments: [path])
            }
            try Self.settlePhotos(db, Array(photos))
            try db.execute(sql: "UPDATE folder SET scannedAt = ? WHERE no = ?", arguments: [Timestamp.now(), folder])
        }
    }

    /// Photos none of whose files is there are missing; stand-ins of files that became readable go.
    private static func settlePhotos(_ db: Database, _ photos: [Int]) throws {
        for photo in photos {
            try db.execute(
                sql: """
                    DELETE FROM photo WHERE no = ? AND sha256 LIKE 'unread:%'
                        AND NOT EXISTS (SELECT 1 FROM location WHERE photo = ?)
                    """, arguments: [photo, photo])
            try db.execute(
                sql: """
                    UPDATE photo SET missing = NOT EXISTS (SELECT 1 FROM location WHERE photo = ? AND gone = 0) WHERE no = ?
                    """, arguments: [photo, photo])
        }
    }
}
