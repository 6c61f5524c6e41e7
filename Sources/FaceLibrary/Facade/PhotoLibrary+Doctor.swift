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
        note("photos add up", try contradictions(Self.photoRules))
        let faces = try contradictions(Self.faceRules)
        note("faces add up", try faces == nil ? sums() : faces)
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

    /// Questions to the database whose answers must be 0, and what it means when they are not.
    private static let photoRules = [
        (
            "photos in no known state",
            "SELECT COUNT(*) FROM photo WHERE state NOT IN ('waiting', 'faces', 'no-faces', 'failed')"
        ),
        (
            "photos that are said to be missing and are not, or the other way round",
            """
            SELECT COUNT(*) FROM photo p WHERE missing <>
                NOT EXISTS (SELECT 1 FROM location WHERE photo = p.no AND gone = 0)
            """
        ),
        (
            "photos without faces that have some",
            """
            SELECT COUNT(*) FROM photo p WHERE state = 'no-faces' AND EXISTS (
                SELECT 1 FROM face f WHERE f.photo = p.no AND f.dropped = 0 AND f.source = 'detector'
                    AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.face = f.no)
                    AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.face = f.no)
                    AND NOT EXISTS (SELECT 1 FROM face_override o WHERE o.face = f.no)
                    AND NOT EXISTS (SELECT 1 FROM person q WHERE q.avatar = f.no))
            """
        ),
        ("failed photos without a reason", "SELECT COUNT(*) FROM photo WHERE state = 'failed' AND errorCode IS NULL"),
    ]

    private static let faceRules = [
        (
            "people whose card counts other faces than stand with them",
            "SELECT COUNT(*) FROM card c WHERE faces <> (SELECT COUNT(*) FROM place WHERE person = c.person)"
        ),
        (
            "faces with a person that has no card",
            """
            SELECT COUNT(*) FROM place p WHERE person IS NOT NULL AND NOT EXISTS (SELECT 1 FROM card WHERE person = p.person)
            """
        ),
        (
            "faces that stand in two ways",
            "SELECT COUNT(*) FROM place WHERE (person IS NULL) <> (role IN ('loose', 'ignored', 'rejected'))"
        ),
        (
            "faces that are shown though they were dropped or removed",
            """
            SELECT COUNT(*) FROM place p JOIN face f ON f.no = p.face WHERE f.dropped = 1
                OR EXISTS (SELECT 1 FROM face_override o WHERE o.face = f.no AND o.state = 'unboxed')
            """
        ),
        (
            "faces with a vector that were never grouped and do not wait for it",
            """
            SELECT COUNT(*) FROM embedding e JOIN model m ON m.no = e.model AND m.state = 'current'
            JOIN face f ON f.no = e.face AND f.dropped = 0
            WHERE EXISTS (SELECT 1 FROM density_state) AND NOT EXISTS (SELECT 1 FROM density_row d WHERE d.face = e.face)
                AND NOT EXISTS (SELECT 1 FROM face_due t WHERE t.face = e.face)
                AND (f.source = 'manual' OR (f.reasons NOT LIKE '%not-a-face%' AND f.quality >= 0.02))
            """
        ),
    ]

    private func contradictions(_ rules: [(String, String)]) throws(LikenessError) -> String? {
        let found = try store.read { db in
            try rules.compactMap { meaning, sql in
                let count = try Int.fetchOne(db, sql: sql) ?? 0
                return count > 0 ? "\(count) \(meaning)" : nil
            }
        }
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }

    /// The overview's sums against a count of the faces themselves.
    private func sums() throws(LikenessError) -> String? {
        let f = try overview().faces
        let (places, unplaced) = try store.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM place") ?? 0,
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT COUNT(*) FROM face f WHERE dropped = 0 AND NOT EXISTS (SELECT 1 FROM place WHERE face = f.no)
                            AND NOT EXISTS (SELECT 1 FROM face_override o WHERE o.face = f.no AND o.state = 'unboxed')
                        """) ?? 0
            )
        }
        guard f.inPeople + f.loose + f.ignored == places, f.notConsidered == unplaced else {
            return "\(f) for \(places) places and \(unplaced) faces without one"
        }
        return nil
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
            let strays = access == .write ? try shelf.strayVectors(model) : 0
            if strays > 0 { return "\(strays) vectors of \(model.space.id) belong to no face" }
            if missing > 0 { return "\(missing) of \(places.count) vectors of \(model.space.id) are not there" }
        }
        return nil
    }
}
