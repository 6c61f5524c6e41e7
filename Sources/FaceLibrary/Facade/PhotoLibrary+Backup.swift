public import FaceCore
import GRDB

extension PhotoLibrary {
    /// Copies the library, in use or not, into a missing or empty folder, and verifies the copy. Crops are left out unless
    /// asked for: they are cut from the photos again. Throws `file-exists`, `file-unwritable`, `backup-damaged`.
    @discardableResult
    public func backUp(
        to path: String, crops hasCrops: Bool = false, cancellation: Cancellation = Cancellation()
    ) throws(LikenessError) -> BackupManifest {
        let models = try store.read { try ModelRow.all($0) }
        let sources = try models.map { model throws(LikenessError) in
            LibraryBackup.VectorSource(
                path: "vectors/\(model.folderName)", segments: try shelf.segments(model)
            ) { db in
                let rows = try Row.fetchAll(
                    db, sql: "SELECT number, rows FROM segment WHERE model = ?", arguments: [model.number])
                return Dictionary(uniqueKeysWithValues: rows.map { ($0["number"] as Int, $0["rows"] as Int) })
            }
        }
        return try LibraryBackup(
            database: store.pool, vectors: sources, crops: hasCrops ? layout.crops : nil, program: "likeness"
        ) { db, line in
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM decision ORDER BY seq")
            while let row = try rows.next() { try line(Self.line(row)) }
        }.write(to: path, cancellation: cancellation)
    }
}
