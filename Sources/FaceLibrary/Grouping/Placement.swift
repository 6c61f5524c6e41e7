import FaceCore
import GRDB

/// Where faces stand now: the current snapshot of groups under the decisions, and the cards of people that follow.
///
/// A face goes where somebody said; else where its group stands, unless that person was refused for it; else it is loose.
/// Everything is a function of the snapshot and the projections, so that placing some faces anew and placing all give the
/// same.
enum Placement {
    /// Stands for an unknown time in sorted columns.
    static let unknownTime = -1e12

    /// Tables of the connection that writes: the faces to be placed, and where they should stand.
    ///
    /// Made once: a table that is made anew throws away every prepared statement.
    static let workTables = [
        "CREATE TEMP TABLE moved (face INTEGER PRIMARY KEY)",
        """
        CREATE TEMP TABLE wished (
            face INTEGER PRIMARY KEY, photo INTEGER, person INTEGER, role TEXT, similarity REAL, decided INTEGER, at REAL,
            best REAL)
        """,
    ]

    /// Places faces anew, those of `claimed` that no group holds, and those that stand with people whose root changed; then
    /// makes the cards of everyone concerned, `people` among them. O(faces concerned). Returns the people whose cards were
    /// made.
    @discardableResult
    static func update(
        _ db: Database, faces: Set<Int>, claimed: Set<Int> = [], relinked: Set<Int> = [], people: Set<Int> = []
    ) throws -> Set<Int> {
        try db.run("DELETE FROM temp.moved")
        try db.run("INSERT INTO temp.moved SELECT value FROM json_each(?)", [faces.sorted().jsonList])
        if !claimed.isEmpty {
            try db.run(
                """
                INSERT OR IGNORE INTO temp.moved SELECT value FROM json_each(?) j WHERE NOT EXISTS (
                    SELECT 1 FROM membership m WHERE m.face = j.value AND m.until IS NULL)
                """, [claimed.sorted().jsonList])
        }
        for person in relinked.sorted() {
            for source in [
                "claim WHERE person = ?", "refusal WHERE person = ?", "membership WHERE person = ? AND until IS NULL",
            ] {
                try db.run("INSERT OR IGNORE INTO temp.moved SELECT face FROM \(source)", [person])
            }
        }
        var concerned = people.union(relinked)
        for person in concerned {
            let root = try Int.fetchOne(
                db.cachedStatement(sql: "SELECT root FROM identity WHERE no = ?"), arguments: [person])
            if let root { concerned.insert(root) }
        }
        concerned.formUnion(try placedPeople(db))
        try place(db)
        concerned.formUnion(try placedPeople(db))
        try Cards.update(db, concerned)
        try Conflicts.update(db, concerned)
        return concerned
    }

    /// Places every face and makes every card.
    static func rebuild(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM place")
        try db.execute(sql: "DELETE FROM card")
        try db.execute(sql: "DELETE FROM temp.moved")
        try db.execute(sql: "INSERT INTO temp.moved SELECT no FROM face")
        try place(db)
        let people = try Int.fetchAll(
            db, sql: "SELECT DISTINCT person FROM place WHERE person IS NOT NULL UNION SELECT no FROM person")
        try Cards.update(db, Set(people))
        try db.execute(sql: "DELETE FROM conflict WHERE kind <> 'grouping'")
        try Conflicts.update(db, Set(people))
    }

    private static func placedPeople(_ db: Database) throws -> [Int] {
        try Int.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT DISTINCT p.person FROM temp.moved t CROSS JOIN place p ON p.face = t.face
                    WHERE p.person IS NOT NULL
                    """))
    }

    /// Brings the places of the moved faces to what they should be, and writes only rows that differ: a name moves no face,
    /// and a merge changes whose face it is, which half of the indexes do not hold.
    private static func place(_ db: Database) throws {
        try db.run("DELETE FROM temp.wished")
        try db.run("INSERT INTO temp.wished \(wish)")
        try db.run("DELETE FROM place WHERE face IN (SELECT face FROM temp.moved EXCEPT SELECT face FROM temp.wished)")
        try db.run(
            """
            UPDATE place SET person = (SELECT w.person FROM temp.wished w WHERE w.face = place.face)
            WHERE face IN (SELECT w.face FROM temp.wished w CROSS JOIN place p ON p.face = w.face
                WHERE p.person IS NOT w.person AND NOT (\(differs)))
            """)
        try db.run(
            """
            INSERT OR REPLACE INTO place (face, photo, person, role, similarity, decided, at, best)
            SELECT w.* FROM temp.wished w LEFT JOIN place p ON p.face = w.face WHERE p.face IS NULL OR \(differs)
            """)
    }

    /// Whether more than the person of a place is another.
    private static let differs = ["photo", "role", "similarity", "decided", "at", "best"]
        .map { "p.\($0) IS NOT w.\($0)" }.joined(separator: " OR ")

    /// Where the moved faces should stand.
    private static let wish = """
        SELECT face, photo, person,
            CASE state WHEN 'ignored' THEN 'ignored' WHEN 'not-a-face' THEN 'rejected' ELSE
                CASE WHEN person IS NULL THEN 'loose' WHEN role IS NULL OR role = 'loose' THEN 'border'
                     ELSE role END END,
            CASE WHEN person IS NULL THEN NULL ELSE similarity END,
            CASE WHEN strength = 2 THEN 1 ELSE 0 END, at, best
        FROM (
            SELECT f.no AS face, f.photo, o.state, m.role, m.similarity, c.strength, f.best,
                COALESCE(ph.capturedAt, \(unknownTime)) AS at, m.face AS considered, c.face AS claimed,
                CASE
                    WHEN o.state IS NOT NULL THEN NULL
                    WHEN c.strength = 2 THEN ic.root
                    WHEN m.face IS NULL THEN ic.root
                    WHEN m.person IS NULL THEN NULL
                    WHEN EXISTS (SELECT 1 FROM refusal r JOIN identity ir ON ir.no = r.person
                        WHERE r.face = f.no AND ir.root = im.root) THEN NULL
                    ELSE im.root
                END AS person
            FROM temp.moved t
            CROSS JOIN face f ON f.no = t.face AND f.dropped = 0
            JOIN photo ph ON ph.no = f.photo
            LEFT JOIN face_override o ON o.face = f.no
            LEFT JOIN claim c ON c.face = f.no
            LEFT JOIN identity ic ON ic.no = c.person
            LEFT JOIN membership m ON m.face = f.no AND m.until IS NULL
            LEFT JOIN identity im ON im.no = m.person)
        WHERE (state IS NULL OR state <> 'unboxed')
            AND (considered IS NOT NULL OR claimed IS NOT NULL OR state IS NOT NULL)
        """
}
