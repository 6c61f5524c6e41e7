public import FaceCore
import GRDB

extension PhotoLibrary {
    /// Open questions, the one that saves most first.
    public func questions(page: PageRequest = PageRequest(limit: 1)) throws(LikenessError) -> Page<Question> {
        let cursor = try Cursor.read(page.cursor, count: 2)
        return try store.read { db in
            var condition = "1"
            var arguments: StatementArguments = []
            if let cursor {
                condition = "(rank < ? OR (rank = ? AND no > ?))"
                arguments = [try cursor.number(0), try cursor.number(0), try cursor.integer(1)]
            }
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM question WHERE \(condition) ORDER BY rank DESC, no LIMIT \(page.limit + 1)",
                arguments: arguments)
            let shown = rows.prefix(page.limit)
            return Page(
                items: try shown.compactMap { try Self.question(db, $0) },
                next: rows.count > page.limit
                    ? shown.last.map { Cursor(["\($0["rank"] as Double)", "\($0["no"] as Int)"]).text } : nil,
                total: page.includesTotal ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM question") : nil)
        }
    }

    /// Thinks of questions about people that changed; the job runner does it when it has nothing else to do.
    public func refreshQuestions() throws(LikenessError) { try QuestionMaker(library: self).refresh() }

    private static func question(_ db: Database, _ row: Row) throws -> Question? {
        let (people, faces) = (PersonReader(db: db), try FaceReader(db))
        let (a, b): (Int, Int) = (row["a"], row["b"])
        guard let right = try people.person(number: b) else { return nil }
        var left = Question.Side(person: nil, faces: [])
        if row["kind"] as String == "loose" {
            left.faces = try faces.faces([a])
        } else {
            guard let person = try people.person(number: a) else { return nil }
            left = .init(person: person, faces: try faces.examples(of: a, 8))
        }
        return Question(
            id: row["id"], left: left, right: .init(person: right, faces: try faces.examples(of: b, 8)),
            similarity: FaceReader.rounded(row["similarity"]), probability: FaceReader.rounded(row["probability"]),
            gain: row["gain"], reason: Question.Reason(rawValue: row["reason"]) ?? .samePerson)
    }

    /// Answers a question. It is never asked again, in either direction, whatever the groups become.
    ///
    /// Throws `not-found` for a question that is not open any more, `conflict` (subject `name`) for a yes between two names.
    @discardableResult
    public func answer(
        _ question: String, _ answer: Question.Answer, by author: Author
    ) throws(LikenessError) -> QuestionAnswered {
        let decision = try decided(by: author) { (db, journal) -> (Decision, Set<Int>) in
            let reader = DecisionReader(db: db)
            if let earlier = try journal.earlier() { return (try reader.decision(earlier.entry), []) }
            guard let row = try Row.fetchOne(db, sql: "SELECT * FROM question WHERE id = ?", arguments: [question])
            else {
                throw LikenessError.notFound(question, "open question")
            }
            let outcome =
                row["kind"] as String == "loose"
                ? try Self.answerLoose(db, journal, row, answer) : try Self.answerPair(db, journal, row, answer)
            try db.execute(sql: "DELETE FROM question WHERE id = ?", arguments: [question])
            return (try reader.decision(outcome.entry), outcome.people)
        }
        return QuestionAnswered(decision: decision, next: try questions(page: PageRequest(limit: 1)).items.first)
    }

    private static func answerPair(
        _ db: Database, _ journal: Journal, _ row: Row, _ answer: Question.Answer
    ) throws -> Journal.Outcome {
        let work = DecisionWork(db: db)
        let sides = try [row["a"] as Int, row["b"] as Int].map { number -> DecisionWork.Target in
            guard let person = try PersonReader(db: db).person(number: number) else {
                throw LikenessError.notFound(row["id"], "open question")
            }
            return .init(number: number, id: person.id, person: person)
        }
        if answer == .same {
            // the named one stays, of two the larger
            let first = (sides[0].person.name != nil ? 1 : 0, sides[0].person.faces)
            let second = (sides[1].person.name != nil ? 1 : 0, sides[1].person.faces)
            let order = first >= second ? sides : [sides[1], sides[0]]
            return try journal.decide(.same, try work.merge(order[0], [order[1]], name: nil))
        }
        let payload = DecisionPayload(
            person: sides[0].id, members: try work.members(sides.map(\.number)), other: sides[1].id)
        return try journal.decide(answer == .different ? .different : .unsure, payload)
    }

    private static func answerLoose(
        _ db: Database, _ journal: Journal, _ row: Row, _ answer: Question.Answer
    ) throws -> Journal.Outcome {
        let work = DecisionWork(db: db)
        guard let face = try FaceReader(db).face(number: row["a"]),
            let person = try PersonReader(db: db).person(number: row["b"])
        else { throw LikenessError.notFound(row["id"], "open question") }
        let members = try work.members([row["b"]])
        switch answer {
        case .same:
            return try journal.decide(
                .assign, DecisionPayload(person: person.id, faces: [face.id], members: members))
        case .different, .unsure:
            return try journal.decide(
                answer == .different ? .different : .unsure,
                DecisionPayload(person: person.id, members: members, face: face.id))
        }
    }
}
