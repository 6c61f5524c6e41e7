import FaceCore
import FaceSpace
import GRDB

/// Thinks of questions worth asking: pairs of people, and loose faces, that may be one person.
///
/// Only for people whose faces changed since; what was answered, merged or called different is left out for good.
struct QuestionMaker {
    let library: PhotoLibrary
    /// People looked at in one transaction.
    private static let batch = 256
    /// Candidates a person.
    private static let neighbours = 6
    /// Loose faces that questions are made for, the best pictures first.
    private static let looseFaces = 400

    /// A pair that may be asked about.
    private struct Pair {
        var kind: String
        var a: Int
        var b: Int
        var similarity: Float
    }

    func refresh(cancellation: Cancellation = Cancellation()) throws(LikenessError) {
        guard let model = try library.store.read({ try ModelRow.current($0) }) else { return }
        var changed = false
        while true {
            try cancellation.check()
            let due = try library.store.read {
                try Int.fetchAll(
                    $0, sql: "SELECT person FROM question_due ORDER BY person LIMIT ?", arguments: [Self.batch])
            }
            if due.isEmpty { break }
            changed = true
            try make(due, model)
        }
        if changed { try makeLoose(model) }
    }

    /// Similarity of prototypes below which nobody is asked: strangers' prototypes reach it about once in a hundred pairs.
    private func floor(_ model: ModelRow) -> Float {
        model.space.calibration.map { $0.threshold(falseAcceptRate: 1e-2) } ?? 0.4
    }

    private func make(_ due: [Int], _ model: ModelRow) throws(LikenessError) {
        var means: [(person: Int, mean: [Float])] = []
        for person in due {
            if let mean = try library.prototypes.mean(person, library, model), !mean.isEmpty {
                means.append((person, mean))
            }
        }
        var pairs: [Pair] = []
        if !means.isEmpty {
            let found = try library.prototypes.nearest(
                Matrix(means.map(\.mean)), k: Self.neighbours + 1, floor: floor(model), library, model)
            for (own, list) in zip(means, found) {
                pairs += list.filter { $0.person != own.person }.map {
                    Pair(
                        kind: "person", a: min(own.person, $0.person), b: max(own.person, $0.person),
                        similarity: $0.similarity)
                }
            }
        }
        let made = pairs
        try library.store.write { db in
            for person in due {
                try db.execute(
                    sql: "DELETE FROM question WHERE kind = 'person' AND (a = ? OR b = ?)", arguments: [person, person])
                try db.execute(sql: "DELETE FROM question_due WHERE person = ?", arguments: [person])
            }
            for pair in made { try enter(pair, db, model) }
        }
    }

    private func makeLoose(_ model: ModelRow) throws(LikenessError) {
        let faces = try library.store.read {
            try Int.fetchAll(
                $0, sql: "SELECT face FROM place WHERE role = 'loose' ORDER BY best DESC, face DESC LIMIT ?",
                arguments: [Self.looseFaces])
        }
        let known = try library.shelf.vectors(faces, model)
        let found =
            known.faces.isEmpty
            ? [] : try library.prototypes.nearest(known.rows, k: 1, floor: floor(model), library, model)
        let made = zip(known.faces, found).flatMap { face, list in
            list.map { Pair(kind: "loose", a: face, b: $0.person, similarity: $0.similarity) }
        }
        try library.store.write { db in
            try db.execute(sql: "DELETE FROM question WHERE kind = 'loose'")
            for pair in made { try enter(pair, db, model) }
        }
    }

    private func enter(_ pair: Pair, _ db: Database, _ model: ModelRow) throws {
        guard try isOpen(pair, db) else { return }
        let sizes = try [pair.a, pair.b].map {
            try Int.fetchOne(db.cachedStatement(sql: "SELECT faces FROM card WHERE person = ?"), arguments: [$0]) ?? 0
        }
        let gain = pair.kind == "loose" ? 1 : min(sizes[0], sizes[1])
        let together = pair.kind == "person" ? try together(pair, db) : 0
        var probability = try probability(pair, sizes, db, model)
        // people who stand beside each other in photos are two, but for mirrors and collages
        if together > 0 { probability *= 0.2 }
        guard probability >= Self.leastProbability else { return }
        let rank = QuestionRanking.saving(faces: gain, change: probability)
        let isChild = pair.kind == "person" ? try isChild([pair.a, pair.b], db) : false
        let id = Identifier.derived("que", from: library.id, pair.kind, "\(pair.a)", "\(pair.b)")
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO question (id, kind, a, b, similarity, probability, gain, rank, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, pair.kind, pair.a, pair.b, Double(pair.similarity), probability, gain, rank,
                pair.kind == "loose" ? "loose" : together > 0 || isChild ? "sibling" : "same-person",
            ])
    }

    /// Pairs of a lower probability are not worth a glance.
    private static let leastProbability = 0.01

    /// That both sides are one person, from the calibration of the space and how many people there are.
    private func probability(_ pair: Pair, _ sizes: [Int], _ db: Database, _ model: ModelRow) throws -> Double {
        guard let odds = try? SamePersonOdds(model.space) else { return max(0, Double(pair.similarity)) }
        let groups = try Int.fetchOne(db.cachedStatement(sql: "SELECT COUNT(*) FROM card WHERE faces > 0")) ?? 1
        let own = pair.kind == "loose" ? 1 : library.prototypes.length(pair.a)
        // the product of unscaled means is the mean similarity of all pairs
        let similarity = pair.similarity * own * library.prototypes.length(pair.b)
        let first = pair.kind == "loose" ? 1 : max(1, sizes[0])
        return odds.probability(
            evidence: odds.evidence(similarity: similarity, sizes: first, max(1, sizes[1])), among: groups)
    }

    /// Whether one of them is a child in its photos: brothers and sisters look alike to every model.
    private func isChild(_ people: [Int], _ db: Database) throws -> Bool {
        for person in people {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT p.birthDate, c.first FROM person p JOIN card c ON c.person = p.no WHERE p.no = ?"),
                arguments: [person])
            guard let row, let born: String = row["birthDate"], let first: Double = row["first"],
                let age = AgeBands.age(on: Timestamp.text(first), born: born)
            else { continue }
            if age < QuestionRanking.childAge { return true }
        }
        return false
    }

    /// Whether nothing that was said answers the question already.
    private func isOpen(_ pair: Pair, _ db: Database) throws -> Bool {
        if pair.kind == "loose" {
            return try Bool.fetchOne(
                db,
                sql: """
                    SELECT NOT EXISTS (SELECT 1 FROM asked q JOIN identity i ON i.no = q.b
                            WHERE q.kind = 'loose' AND q.a = ? AND i.root = ?)
                        AND NOT EXISTS (SELECT 1 FROM refusal r JOIN identity i ON i.no = r.person
                            WHERE r.face = ? AND i.root = ?)
                        AND EXISTS (SELECT 1 FROM card WHERE person = ? AND list <> 'hidden')
                    """, arguments: [pair.a, pair.b, pair.a, pair.b, pair.b]) ?? false
        }
        return try Bool.fetchOne(
            db,
            sql: """
                WITH left(no) AS (SELECT no FROM identity WHERE root = ?), right(no) AS (SELECT no FROM identity WHERE root = ?)
                SELECT NOT EXISTS (SELECT 1 FROM left l CROSS JOIN right r JOIN asked q ON q.kind = 'person'
                        AND q.a = MIN(l.no, r.no) AND q.b = MAX(l.no, r.no))
                    AND NOT EXISTS (SELECT 1 FROM left l CROSS JOIN right r JOIN cannot_link c
                        ON c.a = MIN(l.no, r.no) AND c.b = MAX(l.no, r.no))
                    AND (SELECT COUNT(*) FROM card WHERE person IN (?, ?) AND list <> 'hidden') = 2
                """, arguments: [pair.a, pair.b, pair.a, pair.b]) ?? false
    }

    /// Photos that show both.
    private func together(_ pair: Pair, _ db: Database) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT COUNT(*) FROM (SELECT DISTINCT photo FROM place WHERE person = ?
                        INTERSECT SELECT DISTINCT photo FROM place WHERE person = ?)
                    """), arguments: [pair.a, pair.b]) ?? 0
    }
}
