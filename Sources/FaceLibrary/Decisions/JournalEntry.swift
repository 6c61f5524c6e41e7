import GRDB

/// A decision as the journal keeps it.
struct JournalEntry {
    var seq: Int
    var id: String
    var kind: Decision.Kind
    var payload: DecisionPayload
    var actor: String
    var at: Double
    var undoes: Int?

    init(seq: Int, id: String, kind: Decision.Kind, payload: DecisionPayload, actor: String, at: Double, undoes: Int?) {
        (self.seq, self.id, self.kind, self.payload) = (seq, id, kind, payload)
        (self.actor, self.at, self.undoes) = (actor, at, undoes)
    }

    init(_ row: Row) throws {
        let kind: String = row["kind"]
        self.init(
            seq: row["seq"], id: row["id"], kind: Decision.Kind(rawValue: kind) ?? .settings,
            payload: try DecisionPayload.decode(row["payload"]), actor: row["actor"], at: row["at"],
            undoes: row["undoes"])
    }

    static func find(_ db: Database, seq: Int) throws -> JournalEntry? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM decision WHERE seq = ?"), arguments: [seq])
            .map { try JournalEntry($0) }
    }

    static func find(_ db: Database, id: String) throws -> JournalEntry? {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT * FROM decision WHERE id = ?"), arguments: [id])
            .map { try JournalEntry($0) }
    }

    /// Whether a decision was taken back, up to one of the journal: a replay must not know what comes later.
    static func isUndone(_ db: Database, _ seq: Int, by last: Int = .max) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM decision WHERE undoes = ? AND seq <= ?)")
        return try Bool.fetchOne(statement, arguments: [seq, last]) ?? false
    }
}
