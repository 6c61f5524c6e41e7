package import FaceCore
import GRDB

extension PhotoLibrary {
    /// The rows of tables as text, sorted: for comparisons in tests and for the doctor.
    package func contents(of tables: [String], without columns: Set<String> = []) throws(LikenessError) -> [String:
        [String]]
    {
        try store.read { db in
            var out: [String: [String]] = [:]
            for table in tables {
                let names = try db.columns(in: table).map(\.name).filter { !columns.contains($0) }
                out[table] = try Row.fetchAll(db, sql: "SELECT \(names.joined(separator: ", ")) FROM \(table)").map {
                    row in
                    row.databaseValues.map { "\($0)" }.joined(separator: "|")
                }.sorted()
            }
            return out
        }
    }

    /// Runs a statement as it stands: tests make libraries that no program would.
    package func execute(_ statement: String) throws(LikenessError) {
        try store.write { try $0.execute(sql: statement) }
    }

    /// The statements that made the tables and indexes, by name.
    package func schema() throws(LikenessError) -> [String] {
        try store.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
                    ORDER BY type DESC, name
                    """)
        }
    }
}
