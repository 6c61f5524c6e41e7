import FaceLibrary
import FaceTestSupport
import Foundation
import GRDB

/// Libraries as an older version of the program left them.
enum OldLibrary {
    /// Makes the database of a library one of schema 1, with the same rows: by the statements that were released.
    static func downgrade(_ folder: String) throws {
        let (path, new) = ("\(folder)/likeness.sqlite", "\(folder)/old.sqlite")
        let released = try String(
            contentsOfFile: "\(TestData.packageFolder)/Tests/Fixtures/library-schema-1.sql", encoding: .utf8)
        do {
            var configuration = Configuration()
            configuration.foreignKeysEnabled = false
            let queue = try DatabaseQueue(path: new, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                // triggers stand first in the file, and need their tables
                let statements = released.components(separatedBy: ";\n")
                for kind in ["CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE TRIGGER"] {
                    for statement in statements where statement.hasPrefix(kind) { try db.execute(sql: statement) }
                }
                try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('1')")
                try db.execute(sql: "ATTACH ? AS now", arguments: [path])
                let tables = try String.fetchAll(
                    db,
                    sql:
                        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'grdb_%' AND name NOT LIKE 'sqlite_%'"
                )
                for table in tables {
                    let columns = try db.columns(in: table).map(\.name).joined(separator: ", ")
                    try db.execute(sql: "INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM now.\(table)")
                }
                try db.execute(sql: "DETACH now")
            }
            try queue.close()
        }
        for end in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + end) {
            try FileManager.default.removeItem(atPath: path + end)
        }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: new, toPath: path)
    }
}
