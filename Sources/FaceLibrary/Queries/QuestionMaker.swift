import FaceCore
import FaceSpace
import GRDB

/// Thinks of questions worth asking: pairs of people, and loose faces, that may be one person.
///
/// Only for people whose faces changed since; what was answered, merged or called different is left out for good.
struct QuestionMaker {
    let library: PhotoLibrary
    /// People looked at in one pass over the prototypes.
    private static let batch = 256
    /// People whose questions are written in one transaction: whoever decides something meanwhile waits for no more.
    private static let written = 16
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

    /// Thinks at once of a few people and loose faces: what was just taken back is open again.
    func remake(people: [Int], faces: [Int]) throws(LikenessError) {
        guard let model = try library.store.read({ try ModelRow.current($0) }) else { return }
        if !people.isEmpty { try make(people, model) }
        if !faces.isEmpty { try makeLoose(model, faces) }
    }

    /// Similarity of prototypes below which nobody is asked: strangers' prototypes reach it about once in a hundred pairs.
    private func floor(_ model: ModelRow) -> Float {
        model.space.calibration.map { $0.threshold(falseAcceptRate: 1e-2) } ?? 0.4
    }

    private func make(_ due: [Int], _ model: ModelRow) throws(LikenessError) {
        let view = try library.prototypes.view(library, model)
        let means = due.compactMap { person in view.mean(person).map { (person: person, mean: $0) } }
        let known = Set(means.map(\.person))
        var pairs: [GroupPair: Float] = [:]
        if !means.isEmpty {
            let found = try view.nearest(Matrix(means.map(\.mean)), k: Self.neighbours + 1, floor: floor(model))
            for (own, list) in zip(means, found) {
                for near in list where near.person != own.person {
                    pairs[GroupPair(own.person, near.person)] = near.similarity
                }
            }
        }
        // others may have asked about them: their own lists are not made anew
        let partners = try library.store.read { db in
            try due.filter(known.contains).map { ($0, try QuestionRows.partners(db, of: $0)) }
        }
        for (person, others) in partners {
            guard let own = view.mean(person) else { continue }
            for other in others {
                guard pairs[GroupPair(person, other)] == nil, let mean = view.mean(other) else { continue }
                let similarity = zip(own, mean).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                if similarity >= floor(model) { pairs[GroupPair(person, other)] = similarity }
            }
        }
        let made = pairs.map { Pair(kind: "person", a: $0.a, b: $0.b, similarity: $1) }
            .sorted { ($0.a, $0.b) < ($1.a, $1.b) }
        for start in stride(from: 0, to: due.count, by: Self.written) {
            let some = Set(due[start..<min(due.count, start + Self.written)])
            // a pair of two parts is written with both: with the first it is taken away again by the second
            let theirs = made.filter { some.contains($0.a) || some.contains($0.b) }
            try library.store.writeUnsynced { db in
                for person in some.sorted() {
                    try QuestionRows.dropPairs(db, of: person)
                    try db.run("DELETE FROM question_due WHERE person = ?", [person])
                }
                for pair in theirs { try enter(pair, db, model, view) }
            }
        }
    }

    /// Questions about the best loose faces, or about these alone.
    private func makeLoose(_ model: ModelRow, _ chosen: [Int]? = nil) throws(LikenessError) {
        let faces = try library.store.read { db in
            guard let chosen else {
                return try Int.fetchAll(
                    db, sql: "SELECT face FROM place WHERE role = 'loose' ORDER BY best DESC, face DESC LIMIT ?",
                    arguments: [Self.looseFaces])
            }
            let list = chosen.map { "\($0)" }.joined(separator: ", ")
            return try Int.fetchAll(
                db, sql: "SELECT face FROM place WHERE role = 'loose' AND face IN (\(list)) ORDER BY face")
        }
        let view = try library.prototypes.view(library, model)
        let known = try library.shelf.vectors(faces, model)
        let taken = view.hasAges ? try library.taken(known.faces) : known.faces.map { _ in nil }
        let found: [LooseNeighbours.Near?]
        if known.faces.isEmpty {
            found = []
        } else if chosen == nil {
            found = try library.looseNeighbours.nearest(
                known.faces, known.rows, taken: taken, in: view, floor: floor(model), model)
        } else {
            found = try view.nearest(known.rows, k: 1, floor: floor(model), taken: taken).map(\.first)
        }
        let made = zip(known.faces, found).compactMap { face, near in
            near.map { Pair(kind: "loose", a: face, b: $0.person, similarity: $0.similarity) }
        }
        try library.store.writeUnsynced { db in
            let written = chosen == nil ? try settled(made, db, model, view) : []
            for pair in made where !written.contains(pair.a) { try enter(pair, db, model, view) }
        }
    }

    /// Takes the questions about loose faces away that are not to be asked any more, and returns the faces of those that may
    /// stay: their probability is as good as the same. Most are, after the import of a photo.
    private func settled(
        _ made: [Pair], _ db: Database, _ model: ModelRow, _ view: Prototypes.View
    ) throws -> Set<Int> {
        let wanted = Dictionary(made.map { ($0.a, $0) }) { $1 }
        var kept: Set<Int> = []
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT q.no, q.a, q.b, q.similarity, q.probability, COALESCE(c.faces, 0) FROM question q
                    LEFT JOIN card c ON c.person = q.b WHERE q.kind = 'loose'
                    """))
        for row in rows {
            let (face, person, probability): (Int, Int, Double) = (row[1], row[2], row[4])
            if let new = wanted[face], new.b == person, Double(new.similarity) == row[3] as Double {
                let now = try self.probability(new, [0, row[5]], db, model, view)
                if abs(now - probability) <= 0.01 * now, now >= Self.leastProbability, try isOpen(new, db) {
                    kept.insert(face)
                    continue
                }
            }
            try db.run("DELETE FROM question WHERE no = ?", [row[0] as Int])
        }
        return kept
    }

    private func enter(_ pair: Pair, _ db: Database, _ model: ModelRow, _ view: Prototypes.View) throws {
        guard try isOpen(pair, db) else { return }
        let sizes = try [pair.a, pair.b].map {
            try Int.fetchOne(db.cachedStatement(sql: "SELECT faces FROM card WHERE person = ?"), arguments: [$0]) ?? 0
        }
        let gain = pair.kind == "loose" ? 1 : min(sizes[0], sizes[1])
        let together = pair.kind == "person" ? try areTogether(pair, sizes, db) : false
        var probability = try probability(pair, sizes, db, model, view)
        // people who stand beside each other in photos are two, but for mirrors and collages
        if together { probability *= 0.2 }
        guard probability >= Self.leastProbability else { return }
        let rank = QuestionRanking.saving(faces: gain, change: probability)
        let isChild = pair.kind == "person" ? try isChild([pair.a, pair.b], db) : false
        let id = Identifier.derived("que", from: library.id, pair.kind, "\(pair.a)", "\(pair.b)")
        try db.run(
            """
            INSERT OR REPLACE INTO question (id, kind, a, b, similarity, probability, gain, rank, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, pair.kind, pair.a, pair.b, Double(pair.similarity), probability, gain, rank,
                pair.kind == "loose" ? "loose" : together || isChild ? "sibling" : "same-person",
            ])
    }

    /// Pairs of a lower probability are not worth a glance.
    private static let leastProbability = 0.01

    /// That both sides are one person, from the calibration of the space and how many people there are.
    private func probability(
        _ pair: Pair, _ sizes: [Int], _ db: Database, _ model: ModelRow, _ view: Prototypes.View
    ) throws -> Double {
        guard let odds = try? SamePersonOdds(model.space) else { return max(0, Double(pair.similarity)) }
        let own = pair.kind == "loose" ? 1 : view.length(pair.a)
        // the product of unscaled means is the mean similarity of all pairs
        let similarity = pair.similarity * own * view.length(pair.b)
        let first = pair.kind == "loose" ? 1 : max(1, sizes[0])
        return odds.probability(
            evidence: odds.evidence(similarity: similarity, sizes: first, max(1, sizes[1])), among: max(1, view.count))
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
                db.cachedStatement(sql: Self.looseIsOpen), arguments: [pair.a, pair.b, pair.a, pair.b, pair.b]) ?? false
        }
        return try Bool.fetchOne(
            db.cachedStatement(sql: Self.pairIsOpen), arguments: [pair.a, pair.b, pair.a, pair.b]) ?? false
    }

    private static let looseIsOpen = """
        SELECT NOT EXISTS (SELECT 1 FROM asked q JOIN identity i ON i.no = q.b
                WHERE q.kind = 'loose' AND q.a = ? AND i.root = ?)
            AND NOT EXISTS (SELECT 1 FROM refusal r JOIN identity i ON i.no = r.person
                WHERE r.face = ? AND i.root = ?)
            AND EXISTS (SELECT 1 FROM card WHERE person = ? AND list <> 'hidden')
        """
    private static let pairIsOpen = """
        WITH left(no) AS (SELECT no FROM identity WHERE root = ?), right(no) AS (SELECT no FROM identity WHERE root = ?)
        SELECT NOT EXISTS (SELECT 1 FROM left l CROSS JOIN right r JOIN asked q ON q.kind = 'person'
                AND q.a = MIN(l.no, r.no) AND q.b = MAX(l.no, r.no))
            AND NOT EXISTS (SELECT 1 FROM left l CROSS JOIN right r JOIN cannot_link c
                ON c.a = MIN(l.no, r.no) AND c.b = MAX(l.no, r.no))
            AND (SELECT COUNT(*) FROM card WHERE person IN (?, ?) AND list <> 'hidden') = 2
        """

    /// Whether a photo shows both. O(faces of the smaller side).
    private func areTogether(_ pair: Pair, _ sizes: [Int], _ db: Database) throws -> Bool {
        let (few, many) = sizes[0] <= sizes[1] ? (pair.a, pair.b) : (pair.b, pair.a)
        return try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM place x WHERE x.person = ? AND EXISTS (
                        SELECT 1 FROM place y WHERE y.person = ? AND y.photo = x.photo))
                    """), arguments: [few, many]) ?? false
    }
}
