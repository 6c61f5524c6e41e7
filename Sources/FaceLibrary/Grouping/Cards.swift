import GRDB

/// The cards of people: what lists show of them.
enum Cards {
    /// Makes these people's cards anew; people without faces and without decisions lose theirs. O(their faces).
    static func update(_ db: Database, _ people: Set<Int>) throws {
        let select = try db.cachedStatement(
            sql: """
                SELECT COUNT(*) AS faces, SUM(decided) AS confirmed,
                    (SELECT COUNT(*) FROM (SELECT DISTINCT photo FROM place WHERE person = ?1)) AS photos,
                    MIN(CASE WHEN at > \(Placement.unknownTime) THEN at END) AS first,
                    MAX(CASE WHEN at > \(Placement.unknownTime) THEN at END) AS last
                FROM place WHERE person = ?1
                """)
        let best = try db.cachedStatement(
            sql: "SELECT face FROM place WHERE person = ? ORDER BY best DESC, face DESC LIMIT 1")
        let said = try db.cachedStatement(sql: "SELECT * FROM person WHERE no = ?")
        let known = try db.cachedStatement(sql: "SELECT root FROM identity WHERE no = ?")
        let revision = try db.cachedStatement(sql: "SELECT revision FROM card WHERE person = ?")
        let delete = try db.cachedStatement(sql: "DELETE FROM card WHERE person = ?")
        let due = try db.cachedStatement(sql: "INSERT OR IGNORE INTO question_due (person) VALUES (?)")
        for person in people.sorted() {
            let decided = try Row.fetchOne(said, arguments: [person])
            guard let counts = try Row.fetchOne(select, arguments: [person]) else { continue }
            let isRoot = try Int.fetchOne(known, arguments: [person]) == person
            let name: String? = decided?["name"]
            let faces: Int = counts["faces"]
            let hidden = (decided?["hidden"] as Int?) == 1
            try due.execute(arguments: [person])
            guard isRoot, faces > 0 || name != nil else {
                try delete.execute(arguments: [person])
                try QuestionRows.dropPairs(db, of: person)
                try QuestionRows.dropLoose(db, of: person)
                continue
            }
            let chosen: Int? = decided?["avatar"]
            let isThere = try chosen.map {
                try Int.fetchOne(
                    db.cachedStatement(sql: "SELECT person FROM place WHERE face = ?"), arguments: [$0]) == person
            }
            let avatar = isThere == true ? chosen : try Int.fetchOne(best, arguments: [person])
            let last: Double? = counts["last"]
            let number = (try Int.fetchOne(revision, arguments: [person]) ?? 0) + 1
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO card (person, faces, photos, first, last, avatar, confirmed, name, sortName, list,
                        shown, lastSort, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                person, faces, counts["photos"] as Int, counts["first"] as Double?, last, avatar,
                (counts["confirmed"] as Int?) ?? 0, name, sortKey(name),
                hidden ? "hidden" : name == nil ? "unnamed" : "named",
                hidden ? 0 : 1, last ?? Placement.unknownTime, number,
            ])
        }
    }

    /// Names sort without regard to case; people without a name come last.
    static func sortKey(_ name: String?) -> String { name.map { $0.lowercased() } ?? "\u{10FFFF}" }
}
