public import FaceCore
import GRDB

extension PhotoLibrary {
    /// Examines the library: structure, counters, references, and with `replay` that all projections follow from the journal.
    public func examine(replay: Bool) throws(LikenessError) -> DoctorReport {
        var checks: [DoctorReport.Check] = []
        func note(_ name: String, _ problem: String?) {
            checks.append(.init(name: name, ok: problem == nil, detail: problem ?? ""))
        }
        let integrity = try store.read { try String.fetchAll($0, sql: "PRAGMA quick_check(5)") }
        note("database", integrity == ["ok"] ? nil : integrity.joined(separator: "; "))
        let loose = try store.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check").count }
        note("references", loose == 0 ? nil : "\(loose) rows refer to nothing")
        let overview = try overview()
        let (p, f) = (overview.photos, overview.faces)
        note(
            "photos add up",
            p.total == p.withFaces + p.withoutFaces + p.failed + p.waiting + p.missing
                ? nil : "the states do not add up")
        note(
            "faces add up",
            f.notConsidered >= 0 && f.total == f.inPeople + f.loose + f.ignored + f.notConsidered ? nil : "\(f)")
        note("vectors", try vectorProblem())
        note("audit", try verifyAudit().map { "row \($0) does not follow from the one before" })
        if replay {
            let found = try ReplayCheck.differences(store)
            note(
                "replay",
                found.isEmpty ? nil : found.sorted { $0.key < $1.key }.map { "\($0): \($1)" }.joined(separator: "; "))
        }
        let counts = try store.read { db in
            var out: [String: Int] = [:]
            for table in [
                "photo", "location", "face", "embedding", "decision", "card", "question", "job", "membership",
            ] {
                out[table] = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM \(table)")
            }
            return out
        }
        return DoctorReport(checks: checks, counts: counts)
    }

    /// Every face that counts has its vector where the database says.
    private func vectorProblem() throws(LikenessError) -> String? {
        for model in try store.read({ try ModelRow.all($0) }) {
            let segments = try shelf.segments(model)
            let faults = access == .write ? segments.verify().faults : []
            if let fault = faults.first { return "\(fault.message) (\(fault.subject ?? ""))" }
            let snapshot = segments.snapshot()
            let places = try store.read { db in
                // vectors go before the rows of what is being forgotten
                let leaving = Set(
                    try Row.fetchAll(db, sql: "SELECT * FROM decision WHERE kind = 'forget'").flatMap {
                        try JournalEntry($0).payload.faces ?? []
                    })
                return try Row.fetchAll(
                    db,
                    sql: """
                        SELECT e.segment, e.row, f.id FROM embedding e JOIN face f ON f.no = e.face WHERE e.model = ?
                        """, arguments: [model.number]
                )
                .filter { !leaving.contains($0[2]) }.map { VectorLocation(segment: $0[0], row: $0[1]) }
            }
            let missing = places.count { !snapshot.contains($0) }
            if missing > 0 { return "\(missing) of \(places.count) vectors of \(model.space.id) are not there" }
        }
        return nil
    }
}
