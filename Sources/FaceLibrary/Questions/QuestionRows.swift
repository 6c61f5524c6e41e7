import GRDB

/// The questions that are open now, as rows.
enum QuestionRows {
    /// The pairs of a person: by the indexes of its two columns (`+` keeps the one of `kind` away, which is all pairs).
    private static let pairs = "question WHERE +kind = 'person' AND (a = ?1 OR b = ?1)"

    /// The others of a person's pairs.
    static func partners(_ db: Database, of person: Int) throws -> [Int] {
        try Int.fetchAll(db.cachedStatement(sql: "SELECT a + b - ?1 FROM \(pairs)"), arguments: [person])
    }

    /// Takes the pairs of a person away.
    static func dropPairs(_ db: Database, of person: Int) throws { try db.run("DELETE FROM \(pairs)", [person]) }

    /// Takes a person's loose faces away.
    static func dropLoose(_ db: Database, of person: Int) throws {
        try db.run("DELETE FROM question WHERE +kind = 'loose' AND b = ?", [person])
    }
}
