import GRDB

/// Cards as people.
struct PersonReader {
    let db: Database

    /// Read by place.
    static let select = """
        SELECT i.id, c.name, p.birthDate, p.hidden, p.favourite, c.faces, c.photos, c.first, c.last, fa.id, p.avatar, c.avatar,
            c.confirmed, p.version, c.person, c.lastSort, c.sortName
        FROM card c JOIN identity i ON i.no = c.person LEFT JOIN person p ON p.no = c.person
        LEFT JOIN face fa ON fa.no = c.avatar
        """

    /// The people of rows of ``select``.
    func people(_ rows: some Collection<Row>) throws -> [Person] {
        let former = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT i.root, i.id FROM json_each(?) j CROSS JOIN identity i ON i.root = j.value AND i.no <> j.value
                    ORDER BY i.root, i.no
                    """), arguments: [rows.map { $0[14] as Int }.jsonList])
        var aliases: [Int: [String]] = [:]
        while let row = try former.next() {
            if aliases[row[0], default: []].count < Self.mostAliases { aliases[row[0], default: []].append(row[1]) }
        }
        return rows.map { row in
            let (chosen, avatar): (Int?, Int?) = (row[10], row[11])
            return Person(
                id: row[0], name: row[1], birthDate: row[2], hidden: (row[3] as Int?) == 1,
                favourite: (row[4] as Int?) == 1, faces: row[5], photos: row[6],
                firstSeen: Timestamp.text(row[7] as Double?), lastSeen: Timestamp.text(row[8] as Double?),
                avatar: row[9], avatarChosen: chosen != nil && chosen == avatar, confirmed: row[12],
                version: (row[13] as Int?) ?? 1, aliases: aliases[row[14]] ?? [])
        }
    }

    private static let mostAliases = 100

    func person(number: Int) throws -> Person? {
        try people(
            Row.fetchAll(db.cachedStatement(sql: "\(Self.select) WHERE c.person = ?"), arguments: [number])
        ).first
    }

    /// The number of the person that an id leads to today: through merges, and through groups that went on in others.
    func number(_ id: String) throws -> Int {
        guard
            var at = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT root FROM identity WHERE id = ?"), arguments: [id])
        else { throw LikenessErrorOf.person(id) }
        var seen: Set<Int> = []
        while seen.insert(at).inserted {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT c.person, p.no, s.root FROM identity i LEFT JOIN card c ON c.person = i.no
                        LEFT JOIN person p ON p.no = i.no LEFT JOIN identity s ON s.no = i.successor WHERE i.no = ?
                        """), arguments: [at])
            if (row?[0] as Int?) != nil { return at }
            if let next = row?[2] as Int? {
                at = next
            } else if (row?[1] as Int?) != nil {
                return at
            } else {
                break
            }
        }
        throw LikenessErrorOf.person(id)
    }

    /// As ``number(_:)``, with the person; one that decisions know but that has nothing left is shown empty.
    func current(_ id: String) throws -> (number: Int, person: Person) {
        let number = try number(id)
        if var person = try person(number: number) {
            if person.id != id { person.movedTo = person.id }
            return (number, person)
        }
        let row = try Row.fetchOne(
            db, sql: "SELECT i.id, p.* FROM person p JOIN identity i ON i.no = p.no WHERE p.no = ?", arguments: [number]
        )
        guard let row else { throw LikenessErrorOf.person(id) }
        let own: String = row["id"]
        return (
            number,
            Person(
                id: own, name: row["name"], birthDate: row["birthDate"], hidden: (row["hidden"] as Int) == 1,
                favourite: (row["favourite"] as Int) == 1, faces: 0, photos: 0, firstSeen: nil, lastSeen: nil,
                avatar: nil,
                avatarChosen: false, confirmed: 0, version: row["version"], aliases: [], movedTo: own == id ? nil : own)
        )
    }
}
