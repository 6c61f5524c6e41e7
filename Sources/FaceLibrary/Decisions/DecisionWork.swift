import FaceCore
import GRDB

/// Reads what a decision is about, and checks it.
struct DecisionWork {
    let db: Database

    struct Target {
        var number: Int
        var id: String
        var person: Person
    }

    /// The person that an id leads to. Throws `stale-version` when its version is not the expected one.
    func person(_ id: String, ifMatch: Int?) throws -> Target {
        let (number, person) = try PersonReader(db: db).current(id)
        if let ifMatch, ifMatch != person.version {
            throw LikenessError(
                .staleVersion, subject: person.id, "the person is at version \(person.version), not \(ifMatch)",
                remedy: "read it again, and decide on what is there now")
        }
        return Target(number: number, id: person.id, person: person)
    }

    /// Faces by their ids, each once. Throws `invalid-input` for none or too many, `not-found`.
    func faces(_ ids: [String]) throws -> [(id: String, number: Int)] {
        guard !ids.isEmpty, ids.count <= 100_000 else {
            throw LikenessError.invalid("faces", "1…100000 faces are expected")
        }
        var seen: Set<String> = []
        return try ids.filter { seen.insert($0).inserted }.map { ($0, try FaceReader.number(db, $0)) }
    }

    /// The people where faces stand.
    func holders(_ faces: [(id: String, number: Int)]) throws -> Set<Int> {
        var out: Set<Int> = []
        for face in faces {
            let person = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT person FROM place WHERE face = ? AND person IS NOT NULL"),
                arguments: [face.number])
            if let person { out.insert(person) }
        }
        return out
    }

    func require(_ face: String, isOf person: Int) throws {
        let holder = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT pl.person FROM face f JOIN place pl ON pl.face = f.no WHERE f.id = ?"),
            arguments: [face])
        guard holder == person else {
            throw LikenessError.invalid("faces", "\(face.prefix(40)) is no face of this person")
        }
    }

    /// The faces of people that only a group holds together: a decision about the group names them, so that the person
    /// lasts when groups are made again. People that live by decisions already have theirs.
    func members(_ people: [Int], but left: Set<Int> = []) throws -> [String: [String]]? {
        var out: [String: [String]] = [:]
        for person in people {
            let claimed = try Bool.fetchOne(
                db.cachedStatement(
                    sql: "SELECT EXISTS (SELECT 1 FROM identity i JOIN claim c ON c.person = i.no WHERE i.root = ?)"),
                arguments: [person])
            if claimed == true { continue }
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT f.no, f.id FROM place pl JOIN face f ON f.no = pl.face WHERE pl.person = ? ORDER BY f.no
                        """), arguments: [person])
            let ids = rows.filter { !left.contains($0[0]) }.map { $0[1] as String }
            guard !ids.isEmpty,
                let id = try String.fetchOne(
                    db.cachedStatement(sql: "SELECT id FROM identity WHERE no = ?"), arguments: [person])
            else { continue }
            out[id] = ids
        }
        return out.isEmpty ? nil : out
    }

    /// The people of a merge beside the one that stays.
    func others(_ ids: [String], than target: Target) throws -> [Target] {
        guard !ids.isEmpty, ids.count <= 1000 else { throw LikenessError.invalid("from", "1…1000 people are expected") }
        var seen: Set<Int> = []
        let others = try ids.map { try person($0, ifMatch: nil) }.filter { seen.insert($0.number).inserted }
        guard !others.contains(where: { $0.number == target.number }) else {
            throw LikenessError.invalid("from", "a person cannot be merged with itself")
        }
        return others
    }

    /// The payload of a merge. Throws `conflict` when names differ and none is chosen.
    func merge(_ target: Target, _ others: [Target], name: String?) throws -> DecisionPayload {
        let names = ([target] + others).compactMap(\.person.name)
        let distinct = Set(names).sorted()
        guard name != nil || distinct.count <= 1 else {
            let list = distinct.prefix(5).map { "“\($0)”" }.joined(separator: " and ")
            throw LikenessError(
                .conflict, subject: "name", "they are called \(list): say which name stays",
                remedy: "send \"name\" with the merge")
        }
        let chosen = name ?? names.first
        return DecisionPayload(
            person: target.id, from: others.map(\.id), name: chosen == target.person.name ? nil : chosen,
            before: target.person.name, members: try members([target.number] + others.map(\.number)),
            count: others.reduce(0) { $0 + $1.person.faces })
    }

    /// The face of a drawn box: a new one, or the one that was drawn in the same place before.
    func drawn(_ box: [Double], _ photo: String) throws -> (id: String, isNew: Bool) {
        let row = try Row.fetchOne(db, sql: "SELECT no, sha256 FROM photo WHERE id = ?", arguments: [photo])
        guard let row else { throw LikenessErrorOf.photo(photo) }
        let id = FaceCarryOver.id(photo: row["sha256"], detector: "manual", box: box)
        if try Int.fetchOne(db, sql: "SELECT no FROM face WHERE id = ?", arguments: [id]) != nil { return (id, false) }
        try db.execute(
            sql: """
                INSERT INTO face (id, photo, source, detector, x, y, w, h, landmarks, score, quality, sharpness, reasons,
                    best, createdAt) VALUES (?, ?, 'manual', 'manual', ?, ?, ?, ?, '[]', 1, 1, 0, '', 0.5, ?)
                """, arguments: [id, row["no"] as Int, box[0], box[1], box[2], box[3], Timestamp.now()])
        return (id, true)
    }
}
