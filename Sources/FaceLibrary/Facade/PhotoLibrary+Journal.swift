public import FaceCore
import Foundation
import GRDB

extension PhotoLibrary {
    /// The journal, the newest first.
    public func decisions(page: PageRequest = PageRequest()) throws(LikenessError) -> Page<Decision> {
        let cursor = try Cursor.read(page.cursor, count: 1)
        return try store.read { db in
            let before = try cursor?.integer(0) ?? Int.max
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM decision WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                arguments: [before, page.limit + 1])
            let reader = DecisionReader(db: db)
            let shown = rows.prefix(page.limit)
            return Page(
                items: try shown.map { try reader.decision(try JournalEntry($0)) },
                next: rows.count > page.limit ? shown.last.map { Cursor(["\($0["seq"] as Int)"]).text } : nil,
                total: page.includesTotal ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM decision") : nil)
        }
    }

    /// Throws `not-found`.
    public func decision(_ id: String) throws(LikenessError) -> Decision {
        try store.read { db in
            guard let entry = try JournalEntry.find(db, id: id) else { throw LikenessError.notFound(id, "decision") }
            return try DecisionReader(db: db).decision(entry)
        }
    }

    /// People with their faces and photos, for other programs.
    public func exportPeople() throws(LikenessError) -> PeopleExport {
        try store.read { db in
            let people = try Self.entries(db, try Int.fetchAll(db, sql: "SELECT person FROM card ORDER BY person"))
            return PeopleExport(library: id, name: name, at: Timestamp.text(Timestamp.now()), people: people)
        }
    }

    /// The same, a few people at a time: as much memory as the largest few of them take. What changes meanwhile may be seen
    /// before or after.
    public func exportPeople(_ entry: (PeopleExport.Entry) throws(LikenessError) -> Void) throws(LikenessError) {
        var after = 0
        while true {
            let (part, last) = try store.read { db in
                let numbers = try Int.fetchAll(
                    db, sql: "SELECT person FROM card WHERE person > ? ORDER BY person LIMIT 20", arguments: [after])
                return (try Self.entries(db, numbers), numbers.last)
            }
            guard let last else { return }
            for each in part { try entry(each) }
            after = last
        }
    }

    private static func entries(_ db: Database, _ numbers: [Int]) throws -> [PeopleExport.Entry] {
        let reader = PersonReader(db: db)
        let faces = try db.makeStatement(
            sql: """
                SELECT f.id, f.x, f.y, f.w, f.h, ph.id AS photo, pl.decided,
                    (SELECT path FROM location WHERE photo = ph.no ORDER BY gone, path LIMIT 1) AS path
                FROM place pl JOIN face f ON f.no = pl.face JOIN photo ph ON ph.no = f.photo WHERE pl.person = ?
                ORDER BY f.no
                """)
        return try numbers.map { number in
            PeopleExport.Entry(
                person: try reader.person(number: number),
                faces: try Row.fetchAll(faces, arguments: [number]).map { row in
                    .init(
                        id: row["id"], photo: row["photo"], path: row["path"] ?? "",
                        box: [row["x"], row["y"], row["w"], row["h"]], decided: (row["decided"] as Int) == 1)
                })
        }
    }

    /// The journal as JSON Lines, the oldest first: what people said, readable without this program.
    public func exportDecisions(_ line: (String) throws(LikenessError) -> Void) throws(LikenessError) {
        var after = 0
        while true {
            let rows = try store.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT * FROM decision WHERE seq > ? ORDER BY seq LIMIT 500", arguments: [after])
            }
            if rows.isEmpty { return }
            for row in rows {
                try line(Self.line(row))
                after = row["seq"]
            }
        }
    }

    /// A row of the journal as one line of JSON.
    static func line(_ row: Row) throws(LikenessError) -> String {
        let undoes: Int? = row["undoes"]
        let head =
            "\"seq\":\(row["seq"] as Int),\"id\":\"\(row["id"] as String)\",\"kind\":\"\(row["kind"] as String)\""
        let actor = try quoted(row["actor"])
        return "{\(head),\"at\":\"\(Timestamp.text(row["at"] as Double))\",\"actor\":\(actor),"
            + "\"undoes\":\(undoes.map { "\($0)" } ?? "null"),\"payload\":\(row["payload"] as String)}"
    }

    private static func quoted(_ text: String) throws(LikenessError) -> String {
        do { return String(decoding: try JSONEncoder().encode(text), as: UTF8.self) } catch {
            throw LikenessError(.defect, "\(error)")
        }
    }
}

/// People and their faces as a file.
public struct PeopleExport: Codable, Sendable, Hashable {
    public struct Face: Codable, Sendable, Hashable {
        public var id: String
        public var photo: String
        public var path: String
        public var box: [Double]
        public var decided: Bool
    }

    public struct Entry: Codable, Sendable, Hashable {
        @Nullable public var person: Person?
        public var faces: [Face]
    }

    public var library: String
    public var name: String
    public var at: String
    public var people: [Entry]
}
