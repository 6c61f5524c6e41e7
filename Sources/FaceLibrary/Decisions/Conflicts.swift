import FaceCore
import GRDB

/// The list of what contradicts itself: kept with the cards, so that it is true at every moment.
enum Conflicts {
    /// Listed for one person at most, of each kind.
    private static let most = 50

    /// Finds those of some people anew; what was known keeps its time. O(their faces) where two are in one photo.
    static func update(_ db: Database, _ people: Set<Int>) throws {
        let known = try db.cachedStatement(sql: "SELECT id, at FROM conflict WHERE person = ? AND kind <> 'grouping'")
        let delete = try db.cachedStatement(sql: "DELETE FROM conflict WHERE person = ? AND kind <> 'grouping'")
        for person in people.sorted() {
            let before = Dictionary(
                uniqueKeysWithValues: try Row.fetchAll(known, arguments: [person]).map {
                    ($0[0] as String, $0[1] as Double)
                })
            if !before.isEmpty { try delete.execute(arguments: [person]) }
            for found in try find(db, person) { try enter(db, found.kind, person, found.a, found.b, before) }
        }
    }

    private static func find(_ db: Database, _ person: Int) throws -> [(kind: Conflict.Kind, a: Int, b: Int)] {
        var out: [(kind: Conflict.Kind, a: Int, b: Int)] = []
        func take(_ kind: Conflict.Kind, _ sql: String) throws {
            let rows = try Row.fetchAll(db.cachedStatement(sql: sql + " LIMIT \(most)"), arguments: [person])
            out += rows.map { (kind, $0[0], $0[1]) }
        }
        let crowded = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT faces > photos FROM card WHERE person = ?"), arguments: [person])
        if crowded == true {
            try take(
                .samePhoto,
                """
                SELECT x.face, y.face FROM place x JOIN place y ON y.person = ?1 AND y.photo = x.photo AND y.face > x.face
                WHERE x.person = ?1 ORDER BY x.face, y.face
                """)
        }
        try take(
            .different,
            """
            SELECT c.a, c.b FROM identity x JOIN cannot_link c ON c.a = x.no JOIN identity y ON y.no = c.b
            WHERE x.root = ?1 AND y.root = ?1 ORDER BY c.a, c.b
            """)
        try take(
            .refused,
            """
            SELECT r.face, r.person FROM identity i JOIN refusal r ON r.person = i.no
            JOIN place p ON p.face = r.face AND p.person = i.root WHERE i.root = ?1 ORDER BY r.face, r.person
            """)
        return out
    }

    /// A grouping that was not made, because named people would have lost most of their faces. Replaces earlier ones.
    static func refused(_ db: Database, _ losses: [(person: Int, lost: Int, had: Int)]) throws {
        try settled(db)
        for loss in losses { try enter(db, .grouping, loss.person, loss.lost, loss.had, [:]) }
    }

    /// A grouping came to its end: what stopped earlier ones does not any more.
    static func settled(_ db: Database) throws { try db.execute(sql: "DELETE FROM conflict WHERE kind = 'grouping'") }

    private static func enter(
        _ db: Database, _ kind: Conflict.Kind, _ person: Int, _ a: Int, _ b: Int, _ before: [String: Double]
    ) throws {
        let id = Identifier.derived("con", from: kind.rawValue, "\(person)", "\(a)", "\(b)")
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO conflict (id, kind, person, a, b, at) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [id, kind.rawValue, person, a, b, before[id] ?? Timestamp.now()])
    }
}
