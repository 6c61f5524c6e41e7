import FaceCore
import GRDB

/// Makes all projections again from the journal and compares.
enum ReplayCheck {
    static let tables = [
        "person", "claim", "refusal", "face_override", "must_link", "cannot_link", "asked", "setting", "effect",
    ]
    /// What follows from the projections and the current snapshot.
    static let derived = ["identity", "place", "card", "conflict"]

    /// Differences by table, none where all is equal. Everything happens in a transaction that is taken back.
    static func differences(_ store: Store) throws(LikenessError) -> [String: String] {
        var found: [String: String] = [:]
        try store.pool.mapped { pool in
            try pool.writeInTransaction { db in
                let before = try contents(db)
                try rebuild(db)
                let after = try contents(db)
                for (table, rows) in before {
                    let again = after[table] ?? []
                    if rows != again { found[table] = difference(rows, again) }
                }
                return .rollback
            }
        }
        return found
    }

    /// Makes the projections again where older rules made them.
    static func upgrade(_ store: Store) throws(LikenessError) {
        let rules = try store.read { try Int.fetchOne($0, sql: "SELECT projections FROM library") }
        guard let rules, rules < Projection.rules else { return }
        try store.write { db in
            try rebuild(db)
            try db.execute(sql: "UPDATE library SET projections = ?", arguments: [Projection.rules])
        }
    }

    /// Empties the projections and applies every decision in its order; then places all faces.
    static func rebuild(_ db: Database) throws {
        for table in tables { try db.execute(sql: "DELETE FROM \(table)") }
        try db.execute(sql: "UPDATE identity SET root = no")
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM decision ORDER BY seq")
        var relinked: Set<Int> = []
        while let row = try rows.next() {
            relinked.formUnion(try Projection.apply(try JournalEntry(row), db).relinked)
        }
        try Identity.relink(db, relinked)
        try Placement.rebuild(db)
    }

    private static func contents(_ db: Database) throws -> [String: [String]] {
        var out: [String: [String]] = [:]
        for table in tables + derived {
            // how often a card was made, and when a conflict was first seen, is no content
            let passing: Set<String> = table == "conflict" ? ["no", "at"] : ["revision"]
            let columns = try db.columns(in: table).map(\.name).filter { !passing.contains($0) }.joined(separator: ", ")
            out[table] = try Row.fetchAll(db, sql: "SELECT \(columns) FROM \(table)").map { row in
                row.databaseValues.map { "\($0)" }.joined(separator: "|")
            }.sorted()
        }
        return out
    }

    private static func difference(_ a: [String], _ b: [String]) -> String {
        let (missing, extra) = (Set(a).subtracting(b).sorted(), Set(b).subtracting(a).sorted())
        return
            "\(a.count) rows, \(b.count) from the journal; only here: \(missing.prefix(3)); only there: \(extra.prefix(3))"
    }
}

extension DatabasePool {
    /// A call whose errors get our shape.
    func mapped<T>(_ body: (DatabasePool) throws -> T) throws(LikenessError) -> T {
        do { return try body(self) } catch { throw LikenessError.of(error, path) }
    }
}
