import FaceCore
import Foundation
import GRDB

/// Brings the projections from the state before a decision to the state after it.
///
/// Reads and writes the projection tables, and reads the ids of faces and people; nothing else. So live decisions and a
/// replay of the journal do the same. Work is that of the faces that the decision names.
struct Projection {
    /// Grows when the same journal gives other projections: those of older libraries are made again when they are opened.
    static let rules = 3

    let db: Database
    let entry: JournalEntry
    private(set) var images: [ProjectionImage] = []
    /// Faces and people whose place or card may have changed.
    private(set) var faces: Set<Int> = []
    /// Faces that a person got, or lost, because of the group they stand in: they move only where no group holds them.
    private(set) var claimed: Set<Int> = []
    private(set) var people: Set<Int> = []
    /// People whose ``merge`` links changed: their roots are to be found again.
    private(set) var relinked: Set<Int> = []

    /// What ``isNeeded(_:)`` found since a person or a link changed last.
    private var needed: [Int: Bool] = [:]

    private init(_ db: Database, _ entry: JournalEntry) {
        self.db = db
        self.entry = entry
    }

    /// Applies a decision and notes what it changed.
    static func apply(_ entry: JournalEntry, _ db: Database) throws -> Projection {
        var projection = Projection(db, entry)
        try projection.run(entry.kind, entry.payload)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let before = String(decoding: try encoder.encode(projection.images), as: UTF8.self)
        try db.run("INSERT INTO effect (decision, before) VALUES (?, ?)", [entry.seq, before])
        return projection
    }

    // MARK: Kinds

    private mutating func run(_ kind: Decision.Kind, _ p: DecisionPayload) throws {
        try claimMembers(p)
        switch kind {
        case .name, .rename: try field(p.person, "name", p.name.map { .text($0) } ?? .null)
        case .hide: try field(p.person, "hidden", .integer(p.flag == true ? 1 : 0))
        case .favourite: try field(p.person, "favourite", .integer(p.flag == true ? 1 : 0))
        case .birthDate: try field(p.person, "birthDate", p.value.map { .text($0) } ?? .null)
        case .avatar: try field(p.person, "avatar", p.face.flatMap { try faceNumber($0) }.map { .integer($0) } ?? .null)
        case .merge, .same: try merge(p, kind)
        case .split, .assign: try move(p, kind)
        case .different: try separate(p)
        case .unsure: try note(p, .unsure)
        case .reject: try refuse(p)
        case .ignore:
            try override(p.faces ?? [], p.reason ?? "ignored")
            for person in try holders(p) { try touch(person) }
        case .unignore: for face in try numbers(p.faces ?? []) { try drop(.override, [.integer(face)]) }
        case .box: try box(p)
        case .unbox:
            try override([p.face].compactMap { $0 }, "unboxed")
            for person in try holders(p) { try touch(person) }
        case .settings:
            for (key, value) in (p.settings ?? [:]).sorted(by: { $0.key < $1.key }) {
                try put(.setting, [.text(key)], [value.map { .text($0) } ?? .null])
            }
        case .undo: try takeBack()
        case .forget: for id in p.from ?? [] { try forget(id) }
        }
    }

    private mutating func merge(_ p: DecisionPayload, _ kind: Decision.Kind) throws {
        guard let into = try personNumber(p.person) else { return }
        for other in try (p.from ?? []).compactMap({ try personNumber($0) }) where other != into {
            try set(other, "mergedInto", .integer(into))
            let pair = [min(into, other), max(into, other)].map { ProjectionCell.integer($0) }
            if kind == .same {
                try put(.mustLink, pair, [])
                try put(.asked, [.text("person")] + pair, [.text("same")])
            }
            try drop(.cannotLink, pair)
        }
        if let name = p.name { try set(into, "name", .text(name)) }
        try touch(into)
    }

    /// Faces go to a person, one by one; those that stay behind keep theirs.
    private mutating func move(_ p: DecisionPayload, _ kind: Decision.Kind) throws {
        guard let target = try personNumber(p.created ?? p.person) else { return }
        if let name = p.name { try set(target, "name", .text(name)) }
        let losers = try holders(p)
        for face in try numbers(p.faces ?? []) {
            try put(.claim, [.integer(face)], [.integer(target), .integer(2)])
            try drop(.refusal, [.integer(face), .integer(target)])
            try drop(.override, [.integer(face)])
            if kind == .assign { try put(.asked, [.text("loose"), .integer(face), .integer(target)], [.text("same")]) }
        }
        if kind == .split, let source = try personNumber(p.person) {
            try put(.cannotLink, pair(source, target), [.text("split")])
            try touch(source)
        }
        try touch(target)
        let source = kind == .split ? try personNumber(p.person) : nil
        for person in losers where person != target && person != source { try touch(person) }
    }

    /// The people who had the faces of a decision, as far as decisions say so: whoever read them before is out of date.
    private func holders(_ p: DecisionPayload) throws -> [Int] {
        var out: Set<Int> = []
        for id in (p.members ?? [:]).keys { if let person = try personNumber(id) { out.insert(try root(person)) } }
        for face in try numbers((p.faces ?? []) + [p.face].compactMap { $0 }) {
            let holder = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT person FROM claim WHERE face = ?"), arguments: [face])
            if let holder { out.insert(try root(holder)) }
        }
        return out.sorted()
    }

    private mutating func separate(_ p: DecisionPayload) throws {
        if let a = try personNumber(p.person), let b = try personNumber(p.other) {
            try put(.cannotLink, pair(a, b), [.text("said")])
            people.formUnion([a, b])
        }
        try note(p, .different)
    }

    private mutating func note(_ p: DecisionPayload, _ answer: Question.Answer) throws {
        guard let a = try personNumber(p.person) else { return }
        people.insert(a)
        if let b = try personNumber(p.other) {
            people.insert(b)
            try put(.asked, [.text("person")] + pair(a, b), [.text(answer.rawValue)])
        } else if let id = p.face, let face = try faceNumber(id) {
            try put(.asked, [.text("loose"), .integer(face), .integer(a)], [.text(answer.rawValue)])
            if answer == .different { try put(.refusal, [.integer(face), .integer(a)], []) }
            faces.insert(face)
        }
    }

    private mutating func refuse(_ p: DecisionPayload) throws {
        guard let person = try personNumber(p.person) else { return }
        for face in try numbers(p.faces ?? []) {
            try put(.refusal, [.integer(face), .integer(person)], [])
            let holder = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT person FROM claim WHERE face = ?"), arguments: [face])
            if let holder, try root(holder) == root(person) { try drop(.claim, [.integer(face)]) }
        }
        try touch(person)
    }

    private mutating func override(_ ids: [String], _ state: String) throws {
        for face in try numbers(ids) { try put(.override, [.integer(face)], [.text(state)]) }
    }

    private mutating func box(_ p: DecisionPayload) throws {
        guard let id = p.face, let face = try faceNumber(id) else { return }
        try drop(.override, [.integer(face)])
        faces.insert(face)
        guard let target = try personNumber(p.person) else { return }
        try put(.claim, [.integer(face)], [.integer(target), .integer(2)])
        if let name = p.name { try set(target, "name", .text(name)) }
        try touch(target)
    }

    /// Nothing of a person is left but the id, which is never given again.
    private mutating func forget(_ id: String) throws {
        guard let person = try personNumber(id) else { return }
        // cards and places follow at once: a kill before the rows are erased must leave a library that adds up
        people.insert(person)
        relinked.insert(person)
        let touched = "SELECT face FROM claim WHERE person = ?1 UNION SELECT face FROM refusal WHERE person = ?1"
        faces.formUnion(try Int.fetchAll(db, sql: touched, arguments: [person]))
        relinked.formUnion(try Int.fetchAll(db, sql: "SELECT no FROM person WHERE mergedInto = ?", arguments: [person]))
        for table in ["claim WHERE person", "refusal WHERE person", "asked WHERE b", "person WHERE no"] {
            try db.execute(sql: "DELETE FROM \(table) = ?", arguments: [person])
        }
        try db.execute(sql: "DELETE FROM asked WHERE kind = 'person' AND a = ?", arguments: [person])
        for table in ["must_link", "cannot_link"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE a = ? OR b = ?", arguments: [person, person])
        }
        try db.execute(sql: "UPDATE person SET mergedInto = NULL WHERE mergedInto = ?", arguments: [person])
    }

    private mutating func claimMembers(_ p: DecisionPayload) throws {
        for (id, members) in (p.members ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let person = try personNumber(id) else { continue }
            try claim(members, for: person)
        }
    }

    /// Claims faces that nobody spoke for one by one; in few statements, for groups have many faces.
    private mutating func claim(_ members: [String], for person: Int) throws {
        let known = try db.cachedStatement(
            sql: """
                SELECT f.no, c.person, c.strength, c.decision FROM json_each(?) j CROSS JOIN face f ON f.id = j.value
                LEFT JOIN claim c ON c.face = f.no WHERE c.strength IS NULL OR c.strength < 2 ORDER BY f.no
                """)
        let list = String(decoding: try JSONEncoder().encode(members), as: UTF8.self)
        let rows = try Row.fetchAll(known, arguments: [list])
        for row in rows where row[2] as Int? != nil {
            let before = Array(row.databaseValues.dropFirst()).map { ProjectionCell($0) }
            images.append(ProjectionImage(t: ProjectionTable.claim.rawValue, k: [.integer(row[0])], v: before))
        }
        let fresh = rows.filter { $0[2] as Int? == nil }.map { $0[0] as Int }
        if !fresh.isEmpty { images.append(ProjectionImage(members: fresh, of: person)) }
        let faces = rows.map { $0[0] as Int }
        try db.run(
            """
            INSERT OR REPLACE INTO claim (face, person, strength, decision) SELECT value, ?, 1, ? FROM json_each(?)
            """, [person, entry.seq, faces.jsonList])
        claimed.formUnion(faces)
    }

    // MARK: Undo

    /// Puts back what a decision changed, as far as no newer one has changed it since; taking back an undo applies the
    /// decision again.
    private mutating func takeBack() throws {
        guard let target = entry.undoes else { return }
        var origin = target
        var depth = 0
        while let entry = try JournalEntry.find(db, seq: origin), entry.kind == .undo, let earlier = entry.undoes {
            origin = earlier
            depth += 1
        }
        // an undo of an undo is the decision again; an undo of that is an undo of what it changed then
        if depth % 2 == 1 {
            guard let original = try JournalEntry.find(db, seq: origin) else { return }
            return try run(original.kind, original.payload)
        }
        for image in try Self.images(db, of: target).reversed() { try restore(image, target) }
        // a drawn box has no state before: taken back, it is as if it had been taken away
        if let original = try JournalEntry.find(db, seq: origin), original.kind == .box,
            let face = try original.payload.face.flatMap({ try faceNumber($0) }),
            try row(.override, [.integer(face)]) == nil
        {
            try put(.override, [.integer(face)], [.text("unboxed")])
        }
    }

    private static func images(_ db: Database, of seq: Int) throws -> [ProjectionImage] {
        let text = try String.fetchOne(
            db.cachedStatement(sql: "SELECT before FROM effect WHERE decision = ?"), arguments: [seq])
        return try JSONDecoder().decode([ProjectionImage].self, from: Data((text ?? "[]").utf8))
    }

    private mutating func restore(_ image: ProjectionImage, _ target: Int) throws {
        if image.t.hasPrefix("person.") {
            guard case .integer(let person)? = image.k.first, let change = image.v, change.count == 2 else { return }
            let name = String(image.t.dropFirst("person.".count))
            guard try current(person, name) == change[1] else { return }
            try set(person, name, change[0])
            return try touch(person)
        }
        if image.t == ProjectionImage.membersTable { return try release(image, target) }
        guard let table = ProjectionTable(rawValue: image.t) else { return }
        let now = try row(table, image.k)
        // a deletion leaves no mark of who did it: it is undone when nothing has taken its place
        guard now == nil || now?.last == .integer(target) else { return }
        if now == nil, image.v == nil { return }
        guard let before = try surviving(image.v, table, image.k) else { return try drop(table, image.k, now) }
        try write(table, image.k, before)
    }

    /// The faces of a group, claimed by the first decision about it: later decisions need them as long as one stands.
    private mutating func release(_ image: ProjectionImage, _ target: Int) throws {
        guard case .integer(let person)? = image.k.first, try !isNeeded(person) else { return }
        let gone = try Int.fetchAll(
            db.cachedStatement(
                sql: """
                    DELETE FROM claim WHERE person = ? AND decision = ? AND strength = 1
                        AND face IN (SELECT value FROM json_each(?)) RETURNING face
                    """), arguments: [person, target, image.members.jsonList])
        guard !gone.isEmpty else { return }
        claimed.formUnion(gone)
        images.append(ProjectionImage(members: gone.sorted(), of: person))
    }

    /// The row before, or where its own decision was taken back since, the row before that.
    private func surviving(
        _ row: [ProjectionCell]?, _ table: ProjectionTable, _ key: [ProjectionCell]
    ) throws -> [ProjectionCell]? {
        var row = row
        while case .integer(let seq)? = row?.last, try JournalEntry.isUndone(db, seq, by: entry.seq) {
            let older = try Self.images(db, of: seq).first { image in
                (image.t == table.rawValue && image.k == key)
                    || (table == .claim && image.members.contains { key == [.integer($0)] })
            }
            // one of a group's faces had no claim before
            guard let older, older.t == table.rawValue else { return nil }
            row = older.v
        }
        return row
    }

    // MARK: Rows

    private mutating func put(_ table: ProjectionTable, _ key: [ProjectionCell], _ values: [ProjectionCell]) throws {
        try write(table, key, values + [.integer(entry.seq)])
    }

    private mutating func write(_ table: ProjectionTable, _ key: [ProjectionCell], _ row: [ProjectionCell]) throws {
        remember(table, key, try self.row(table, key))
        try db.cachedStatement(sql: table.upsert).execute(
            arguments: StatementArguments((key + row).map(\.databaseValue)))
    }

    private mutating func drop(_ table: ProjectionTable, _ key: [ProjectionCell]) throws {
        try drop(table, key, try row(table, key))
    }

    /// With the row that is there now, nil: there is none.
    private mutating func drop(_ table: ProjectionTable, _ key: [ProjectionCell], _ now: [ProjectionCell]?) throws {
        guard let now else { return }
        remember(table, key, now)
        try db.cachedStatement(sql: table.delete).execute(arguments: StatementArguments(key.map(\.databaseValue)))
    }

    private mutating func remember(_ table: ProjectionTable, _ key: [ProjectionCell], _ now: [ProjectionCell]?) {
        images.append(ProjectionImage(t: table.rawValue, k: key, v: now))
        if table == .cannotLink { needed = [:] }
        switch table {
        case .claim, .override, .refusal: if case .integer(let face)? = key.first { faces.insert(face) }
        case .cannotLink, .mustLink:
            for case .integer(let person) in key { people.insert(person) }
        case .asked, .setting: break
        }
    }

    private func row(_ table: ProjectionTable, _ key: [ProjectionCell]) throws -> [ProjectionCell]? {
        let statement = try db.cachedStatement(sql: table.select)
        return try Row.fetchOne(statement, arguments: StatementArguments(key.map(\.databaseValue))).map { row in
            Array(row.databaseValues).map { ProjectionCell($0) }
        }
    }

    // MARK: People

    private mutating func field(_ id: String?, _ name: String, _ value: ProjectionCell) throws {
        guard let person = try personNumber(id) else { return }
        try set(person, name, value)
        try touch(person)
    }

    /// Sets one field of a person, whose row is made when decisions speak of it for the first time.
    private mutating func set(_ person: Int, _ name: String, _ value: ProjectionCell) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO person (no) VALUES (?)").execute(arguments: [person])
        needed = [:]
        let before = try current(person, name)
        try db.cachedStatement(sql: "UPDATE person SET \(name) = ? WHERE no = ?")
            .execute(arguments: [value.databaseValue, person.databaseValue])
        images.append(ProjectionImage(t: "person.\(name)", k: [.integer(person)], v: [before, value]))
        people.insert(person)
        guard name == "mergedInto" else { return }
        relinked.insert(person)
        for case .integer(let other) in [before, value] { people.insert(other) }
    }

    private func current(_ person: Int, _ name: String) throws -> ProjectionCell {
        try Row.fetchOne(db.cachedStatement(sql: "SELECT \(name) FROM person WHERE no = ?"), arguments: [person])
            .map { row in ProjectionCell(row.databaseValues.first ?? .null) } ?? .null
    }

    /// A decision about a person: its version grows.
    private mutating func touch(_ person: Int) throws {
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO person (no) VALUES (?)").execute(arguments: [person])
        try db.cachedStatement(sql: "UPDATE person SET version = version + 1 WHERE no = ?")
            .execute(arguments: [person])
        people.insert(person)
    }

    /// Whether a decision that stands is about the one whom a person is now. A group has many faces: asked once for all.
    private mutating func isNeeded(_ person: Int) throws -> Bool {
        if let known = needed[person] { return known }
        let found = try isSpokenFor(try root(person))
        needed[person] = found
        return found
    }

    /// Whether a decision that stands is about this person.
    private func isSpokenFor(_ person: Int) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (SELECT 1 FROM person WHERE no = ?1 AND (name IS NOT NULL OR birthDate IS NOT NULL
                        OR avatar IS NOT NULL OR hidden = 1 OR favourite = 1 OR mergedInto IS NOT NULL))
                    OR EXISTS (SELECT 1 FROM person WHERE mergedInto = ?1)
                    OR EXISTS (SELECT 1 FROM cannot_link WHERE a = ?1 OR b = ?1)
                """)
        return try Bool.fetchOne(statement, arguments: [person]) ?? false
    }

    private func root(_ person: Int) throws -> Int {
        var at = person
        var seen: Set<Int> = []
        let link = try db.cachedStatement(sql: "SELECT mergedInto FROM person WHERE no = ?")
        while seen.insert(at).inserted, let next = try Int.fetchOne(link, arguments: [at]) { at = next }
        return at
    }

    // MARK: Ids

    private func pair(_ a: Int, _ b: Int) -> [ProjectionCell] { [.integer(min(a, b)), .integer(max(a, b))] }

    private func personNumber(_ id: String?) throws -> Int? {
        guard let id else { return nil }
        return try Identity.number(db, id)
    }

    private func faceNumber(_ id: String) throws -> Int? {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT no FROM face WHERE id = ?"), arguments: [id])
    }

    private func numbers(_ ids: [String]) throws -> [Int] { try ids.compactMap { try faceNumber($0) } }
}
