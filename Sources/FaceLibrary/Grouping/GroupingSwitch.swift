import FaceCore
import Foundation
import GRDB

/// Makes a built snapshot the current one, in one transaction.
struct GroupingSwitch {
    let store: Store
    let libraryID: String
    let model: ModelRow
    let parameters: GroupingParameters
    /// Snapshots that are kept.
    private static let kept = 3
    /// A similarity that changed by less is not written again.
    private static let tolerance = 0.02

    /// Whether it was done: not when decisions came in since `begin`.
    func perform(
        _ verdicts: [GroupingRun.Verdict], _ begin: GroupingRun.Begin, stamp: String, started: Double, force: Bool,
        _ report: inout GroupingRun.Report
    ) throws(LikenessError) -> Bool {
        var outcome = report
        var losses: [(person: Int, lost: Int, had: Int)] = []
        defer {
            // what was found lasts, though the transaction was taken back
            if !losses.isEmpty { try? store.write { try Conflicts.refused($0, losses) } }
        }
        let isDone = try store.write { db in
            // the verdicts know nothing of later decisions, and would put faces back
            let newest = try Int.fetchOne(db, sql: "SELECT MAX(seq) FROM decision") ?? 0
            guard newest == begin.decisions else { return false }
            let number = try enter(db, begin, started)
            outcome.grouping = number.id
            let numbers = try people(db, verdicts, &outcome)
            var changed: Set<Int> = []
            var left = Leaving()
            for verdict in verdicts {
                let person = verdict.person.flatMap { numbers[$0] }
                if try write(db, verdict, person, number.no, &left) { changed.insert(verdict.face) }
            }
            for face in begin.gone {
                try db.execute(
                    sql: "UPDATE membership SET until = ? WHERE face = ? AND until IS NULL",
                    arguments: [number.no, face])
                if db.changesCount > 0 { changed.insert(face) }
            }
            for row in begin.leaving {
                try db.execute(sql: "UPDATE density_row SET live = 0 WHERE row = ?", arguments: [row])
            }
            let settled = try db.cachedStatement(sql: "DELETE FROM face_due WHERE face = ?")
            for face in begin.due { try settled.execute(arguments: [face]) }
            if !force { try check(db, left.stood, &losses) }
            let people = try Placement.update(db, faces: changed)
            try endEmpty(db, left.heirs)
            outcome.moved = left.heirs.values.reduce(0) { $0 + $1.values.reduce(0, +) }
            outcome.samePhoto = try samePhoto(db, people)
            try finish(db, number.no, stamp, outcome)
            return true
        }
        report = outcome
        return isDone
    }

    /// Faces whose group is another person's from now on.
    private struct Leaving {
        /// How many, by the person whose group it was and the one whose it is (0: nobody's).
        var heirs: [Int: [Int: Int]] = [:]
        /// How many of them stood with the person: decisions had not put them elsewhere before.
        var stood: [Int: Int] = [:]
    }

    private func enter(_ db: Database, _ begin: GroupingRun.Begin, _ started: Double) throws -> (no: Int, id: String) {
        let id = Identifier.fresh("grp")
        let text = String(decoding: try JSONEncoder().encode(parameters), as: UTF8.self)
        try db.execute(
            sql: """
                INSERT INTO grouping (id, model, parameters, decisionsUpTo, facesUpTo, state, startedAt)
                VALUES (?, ?, ?, ?, ?, 'building', ?)
                """, arguments: [id, model.number, text, begin.decisions, begin.newest, started])
        return (Int(db.lastInsertedRowID), id)
    }

    /// The numbers of people; new ones get an id that follows from the library and the first face of their group.
    private func people(
        _ db: Database, _ verdicts: [GroupingRun.Verdict], _ report: inout GroupingRun.Report
    ) throws -> [GroupingRun.PersonRef: Int] {
        var out: [GroupingRun.PersonRef: Int] = [:]
        for case let ref? in verdicts.map(\.person) where out[ref] == nil {
            switch ref {
            case .known(let number): out[ref] = number
            case .new(let face):
                out[ref] = try fresh(db, face)
                report.newPeople += 1
            }
        }
        return out
    }

    private func fresh(_ db: Database, _ face: Int) throws -> Int {
        let name = try String.fetchOne(db, sql: "SELECT id FROM face WHERE no = ?", arguments: [face]) ?? "\(face)"
        for attempt in 0..<1000 {
            let id = Identifier.derived("per", from: libraryID, name, "\(attempt)")
            let known = try Int.fetchOne(db, sql: "SELECT no FROM identity WHERE id = ?", arguments: [id])
            if known == nil { return try Identity.number(db, id) }
        }
        return try Identity.number(db, Identifier.fresh("per"))
    }

    /// Writes where a face stands when that changed; returns whether it did.
    private func write(
        _ db: Database, _ verdict: GroupingRun.Verdict, _ person: Int?, _ number: Int, _ left: inout Leaving
    ) throws -> Bool {
        let before = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT p.person AS stands, i.root, m.role, m.similarity FROM membership m
                    LEFT JOIN identity i ON i.no = m.person LEFT JOIN place p ON p.face = m.face
                    WHERE m.face = ? AND m.until IS NULL
                    """), arguments: [verdict.face])
        let similarity = verdict.similarity.map { (Double($0) * 1e4).rounded() / 1e4 }
        if let before {
            let same = (before["root"] as Int?) == person && (before["role"] as String) == verdict.role
            let old: Double? = before["similarity"]
            let near = abs((old ?? -9) - (similarity ?? -9)) <= Self.tolerance
            if same, near { return false }
            if let root: Int = before["root"], root != person {
                left.heirs[root, default: [:]][person ?? 0, default: 0] += 1
                if (before["stands"] as Int?) == root { left.stood[root, default: 0] += 1 }
            }
            try db.cachedStatement(sql: "UPDATE membership SET until = ? WHERE face = ? AND until IS NULL")
                .execute(arguments: [number, verdict.face])
        }
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO membership (face, since, person, grp, role, similarity) VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [verdict.face, number, person, verdict.group, verdict.role, similarity])
        return true
    }

    /// A named person that loses most of what it had: something is wrong, or another threshold was asked for.
    private func check(
        _ db: Database, _ stood: [Int: Int], _ found: inout [(person: Int, lost: Int, had: Int)]
    ) throws {
        // the message stays in the table of jobs, where no name may be
        var first: String?
        for (person, lost) in stood.sorted(by: { $0.key < $1.key }) {
            guard lost >= 10,
                let id = try String.fetchOne(
                    db,
                    sql:
                        "SELECT i.id FROM person p JOIN identity i ON i.no = p.no WHERE p.no = ? AND p.name IS NOT NULL",
                    arguments: [person])
            else { continue }
            let had = try Int.fetchOne(db, sql: "SELECT faces FROM card WHERE person = ?", arguments: [person]) ?? 0
            guard lost * 2 > had else { continue }
            found.append((person, lost, had))
            first = first ?? "\(id) would lose \(lost) of \(had) faces: the groups stay as they are"
        }
        if let first {
            throw LikenessError(
                .conflict, subject: "grouping", first,
                remedy: "look at the preview of this grouping, and run it on purpose if it is right")
        }
    }

    /// Groups that went on in another one: their ids lead there.
    private func endEmpty(_ db: Database, _ heirs: [Int: [Int: Int]]) throws {
        for (person, losses) in heirs {
            let there = try Int.fetchOne(db, sql: "SELECT faces FROM card WHERE person = ?", arguments: [person])
            let heir = losses.filter { $0.key > 0 }.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
            guard there == nil, let heir else { continue }
            try db.execute(sql: "UPDATE identity SET successor = ? WHERE no = ?", arguments: [heir, person])
        }
    }

    private func samePhoto(_ db: Database, _ people: Set<Int>) throws -> Int {
        var count = 0
        for person in people {
            count +=
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT faces - photos FROM card WHERE person = ?"), arguments: [person])
                ?? 0
        }
        return count
    }

    private func finish(_ db: Database, _ number: Int, _ stamp: String, _ report: GroupingRun.Report) throws {
        try Conflicts.settled(db)
        try db.execute(sql: "UPDATE grouping SET state = 'old' WHERE state = 'current'")
        let stats = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        try db.execute(
            sql: "UPDATE grouping SET state = 'current', stats = ?, density = ?, endedAt = ? WHERE no = ?",
            arguments: [stats, stamp, Timestamp.now(), number])
        let oldest = try Int.fetchOne(
            db, sql: "SELECT no FROM grouping WHERE state <> 'building' ORDER BY no DESC LIMIT 1 OFFSET ?",
            arguments: [Self.kept - 1])
        guard let oldest else { return }
        try db.execute(sql: "DELETE FROM membership WHERE until IS NOT NULL AND until <= ?", arguments: [oldest])
        try db.execute(sql: "DELETE FROM grouping WHERE no < ?", arguments: [oldest])
    }
}
