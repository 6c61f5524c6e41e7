import FaceCore
import FaceLibrary
import FaceTestSupport
import Foundation
import GRDB

/// A small library: a database that refers to rows of segments, and crops.
final class BackupFixture: Sendable {
    let folder: String
    let pool: DatabasePool
    let segments: VectorSegments
    let crops: CropStore
    static let decisions = ["{\"kind\":\"name\",\"seq\":1}", "{\"kind\":\"same\",\"seq\":2}"]

    init(_ folder: String, key: LibraryKey? = nil) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        pool = try DatabasePool(path: folder + "/likeness.sqlite")
        try pool.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS segment (number INTEGER PRIMARY KEY, rows INTEGER NOT NULL);
                    CREATE TABLE IF NOT EXISTS face (no INTEGER PRIMARY KEY, segment INTEGER REFERENCES segment, row INTEGER);
                    """)
        }
        let committed = try pool.read { try Self.committed($0) }
        segments = try VectorSegments(
            folder + "/vectors/test", space: SegmentFixture.space, committed: committed, options: .init(capacity: 100),
            key: key)
        crops = CropStore(folder + "/crops", key: key)
    }

    static func committed(_ db: Database) throws -> [Int: Int] {
        let rows = try Row.fetchAll(db, sql: "SELECT number, rows FROM segment")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as Int, $0[1] as Int) })
    }

    /// Adds faces as an import does: rows, then the transaction, then the commit.
    func add(_ count: Int, seed: UInt64) throws {
        let places = try segments.append(SegmentFixture.vectors(count, seed: seed))
        try pool.write { db in
            for place in places {
                try db.execute(
                    sql: "INSERT INTO segment VALUES (?, ?) ON CONFLICT DO UPDATE SET rows = MAX(rows, excluded.rows)",
                    arguments: [place.segment, place.row + 1])
                try db.execute(
                    sql: "INSERT INTO face (segment, row) VALUES (?, ?)", arguments: [place.segment, place.row])
            }
        }
        segments.commit()
        try crops.put([0xFF, 0xD8, 0xFF] + withUnsafeBytes(of: seed) { Array($0) })
    }

    func backup(crops hasCrops: Bool = false) -> LibraryBackup {
        LibraryBackup(
            database: pool,
            vectors: [.init(path: "vectors/test", segments: segments) { try Self.committed($0) }],
            crops: hasCrops ? folder + "/crops" : nil, program: "likeness test"
        ) { _, line in for text in Self.decisions { try line(text) } }
    }
}
