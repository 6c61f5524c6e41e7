import GRDB

/// Cards as people.
struct PersonReader {
    let db: Database

    static let columns = """
        c.*, i.id AS personId, p.birthDate, p.hidden, p.favourite, p.avatar AS chosen, p.version, fa.id AS avatarId
        """
    static let joins = """
        JOIN identity i ON i.no = c.person LEFT JOIN person p ON p.no = c.person LEFT JOIN face fa ON fa.no = c.avatar
        """

    func person(_ row: Row) throws -> Person {
        let number: Int = row["person"]
        let aliases = try String.fetchAll(
            db.cachedStatement(sql: "SELECT id FROM identity WHERE root = ? AND no <> ? ORDER BY no LIMIT 100"),
            arguments: [number, number])
        let (chosen, avatar): (Int?, Int?) = (row["chosen"], row["avatar"])
        return Person(
            id: row["personId"], name: row["name"], birthDate: row["birthDate"],
            hidden: (row["hidden"] as Int?) == 1, favourite: (row["favourite"] as Int?) == 1, faces: row["faces"],
            photos: row["photos"], firstSeen: Timestamp.text(row["first"] as Double?),
            lastSeen: Timestamp.text(row["last"] as Double?), avatar: row["avatarId"],
            avatarChosen: chosen != nil && chosen == avatar, confirmed: row["confirmed"],
            version: (row["version"] as Int?) ?? 1, aliases: aliases)
    }

    func person(number: Int) throws -> Person? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.columns) FROM card c \(Self.joins) WHERE c.person = ?"),
            arguments: [number]
        ).map { try person($0) }
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
