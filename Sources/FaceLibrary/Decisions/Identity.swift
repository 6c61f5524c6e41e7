import GRDB

/// The numbers of person ids.
enum Identity {
    /// The number of an id; a new id gets the next one.
    static func number(_ db: Database, _ id: String) throws -> Int {
        let find = try db.cachedStatement(sql: "SELECT no FROM identity WHERE id = ?")
        if let known = try Int.fetchOne(find, arguments: [id]) { return known }
        let next = (try Int.fetchOne(db.cachedStatement(sql: "SELECT MAX(no) FROM identity")) ?? 0) + 1
        try db.run("INSERT INTO identity (no, id, root) VALUES (?, ?, ?)", [next, id, next])
        return next
    }

    private static let under = """
        WITH RECURSIVE under(no) AS (
            SELECT ? UNION SELECT p.no FROM person p JOIN under u ON p.mergedInto = u.no)
        SELECT no FROM under
        """
    private static let above = """
        WITH RECURSIVE above(no, next) AS (
            SELECT ?, (SELECT mergedInto FROM person WHERE no = ?)
            UNION SELECT p.no, p.mergedInto FROM person p JOIN above a ON p.no = a.next)
        SELECT no FROM above WHERE next IS NULL
        """

    /// Finds the roots anew of people whose merges changed, and of all that were merged into them. Returns all of those.
    @discardableResult
    static func relink(_ db: Database, _ people: Set<Int>) throws -> Set<Int> {
        var relinked: Set<Int> = []
        for person in people.sorted() {
            let below = try Int.fetchAll(db.cachedStatement(sql: under), arguments: [person])
            let top = try Int.fetchOne(db.cachedStatement(sql: above), arguments: [person, person])
            relinked.formUnion(below)
            for no in below {
                try db.cachedStatement(sql: "UPDATE identity SET root = ? WHERE no = ?")
                    .execute(arguments: [top ?? person, no])
            }
        }
        return relinked
    }
}
