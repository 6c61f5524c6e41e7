import FaceCore
import GRDB

/// Writes decisions: one entry, its projections, and the places and cards that follow, in the caller's transaction.
struct Journal {
    let db: Database
    let author: Author

    /// What a decision led to, by numbers.
    struct Outcome {
        var entry: JournalEntry
        /// People whose cards changed.
        var people: Set<Int> = []
        /// Whether the same request was answered before; nothing was done then.
        var isRepeated = false
    }

    /// The decision that this request made before, if there is one.
    func earlier() throws -> Outcome? {
        guard let key = author.requestKey,
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT * FROM decision WHERE requestKey = ?"), arguments: [key])
        else { return nil }
        return Outcome(entry: try JournalEntry(row), isRepeated: true)
    }

    @discardableResult
    func decide(_ kind: Decision.Kind, _ payload: DecisionPayload, undoes: Int? = nil) throws -> Outcome {
        if let earlier = try earlier() { return earlier }
        let id = Identifier.fresh("dec")
        let at = Timestamp.now()
        try db.run(
            "INSERT INTO decision (id, kind, payload, actor, at, undoes, requestKey) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [id, kind.rawValue, try payload.encoded(), author.actor, at, undoes, author.requestKey])
        let entry = JournalEntry(
            seq: Int(db.lastInsertedRowID), id: id, kind: kind, payload: payload, actor: author.actor, at: at,
            undoes: undoes)
        let change = try Projection.apply(entry, db)
        let relinked = try Identity.relink(db, change.relinked)
        let people = try Placement.update(
            db, faces: change.faces, claimed: change.claimed, relinked: relinked, people: change.people)
        return Outcome(entry: entry, people: people)
    }
}
