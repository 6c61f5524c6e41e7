public import FaceCore
import GRDB

extension PhotoLibrary {
    /// What contradicts itself, the newest first: which decisions do not hold, and why.
    public func conflicts(page: PageRequest = PageRequest()) throws(LikenessError) -> Page<Conflict> {
        let cursor = try Cursor.read(page.cursor, count: 1)
        let before = try cursor.map { c throws(LikenessError) in try c.integer(0) } ?? .max
        return try store.read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM conflict WHERE no < ? ORDER BY no DESC LIMIT ?",
                arguments: [before, page.limit + 1])
            let shown = rows.prefix(page.limit)
            return Page(
                items: try shown.map { try Self.conflict(db, $0) },
                next: rows.count > page.limit ? shown.last.map { Cursor(["\($0["no"] as Int)"]).text } : nil,
                total: page.includesTotal ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM conflict") : nil)
        }
    }

    private static func conflict(_ db: Database, _ row: Row) throws -> Conflict {
        let kind = Conflict.Kind(rawValue: row["kind"]) ?? .grouping
        let (a, b): (Int, Int) = (row["a"], row["b"])
        let numbers: [Int]
        let reason: String
        switch kind {
        case .samePhoto: (numbers, reason) = ([a, b], "two faces of one photo are one person")
        case .different: (numbers, reason) = ([], "two people who were called different were merged later")
        case .refused: (numbers, reason) = ([a], "a face stands with a person that it was said not to be")
        case .grouping:
            (numbers, reason) = ([], "a grouping was not made: the person would have lost \(a) of \(b) faces")
        }
        return Conflict(
            id: row["id"], kind: kind, person: try PersonReader(db: db).person(number: row["person"]),
            faces: try FaceReader(db).faces(numbers), reason: reason, since: Timestamp.text(row["at"] as Double))
    }
}
