public import FaceCore
import GRDB

/// Which people a list shows.
public enum PeopleFilter: String, Sendable, Hashable, CaseIterable {
    case named, unnamed, hidden
    /// Named and unnamed.
    case all
}

/// The order of a list of people.
public enum PeopleSort: String, Sendable, Hashable, CaseIterable {
    case faces, name, lastSeen
}

/// The order of a person's faces.
public enum FaceOrder: String, Sendable, Hashable, CaseIterable {
    /// The least similar to the person first.
    case worst
    /// The best pictures first.
    case best
    /// The oldest first.
    case date
}

extension PhotoLibrary {
    /// A page of people. Unnamed groups smaller than the settings say are left out. O(page) by indexes.
    public func people(
        _ filter: PeopleFilter = .all, sort: PeopleSort = .faces, named query: String? = nil,
        page: PageRequest = PageRequest()
    ) throws(LikenessError) -> Page<Person> {
        let cursor = try Cursor.read(page.cursor, count: 2)
        let list = filter == .all ? "c.shown = 1" : "c.list = '\(filter.rawValue)'"
        let enough = """
            (c.name IS NOT NULL OR c.list = 'hidden' OR c.faces >= COALESCE(
                (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'minFacesShown'), ?))
            """
        var arguments: [any DatabaseValueConvertible] = [LibrarySettings().minFacesShown]
        var conditions = [list, enough]
        if let query, !query.isEmpty {
            conditions.append("c.sortName LIKE ? ESCAPE '\\'")
            arguments.append("%" + Self.escaped(query.lowercased()) + "%")
        }
        let all = conditions.joined(separator: " AND ")
        let counted = arguments
        let order: String
        switch sort {
        case .faces: order = "c.faces DESC, c.person"
        case .lastSeen: order = "c.lastSort DESC, c.person"
        case .name: order = "c.sortName, c.person"
        }
        if let cursor {
            switch sort {
            case .faces: conditions.append("(c.faces < ? OR (c.faces = ? AND c.person > ?))")
            case .lastSeen: conditions.append("(c.lastSort < ? OR (c.lastSort = ? AND c.person > ?))")
            case .name: conditions.append("(c.sortName > ? OR (c.sortName = ? AND c.person > ?))")
            }
            let key: any DatabaseValueConvertible = sort == .name ? cursor.keys[0] : try cursor.number(0)
            arguments += [key, key, try cursor.integer(1)]
        }
        let sql = """
            \(PersonReader.select) WHERE \(conditions.joined(separator: " AND ")) ORDER BY \(order) LIMIT ?
            """
        let found = arguments + [page.limit + 1]
        return try store.read { db in
            let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: Self.bound(found))
            let reader = PersonReader(db: db)
            let shown = rows.prefix(page.limit)
            let total =
                page.includesTotal
                ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM card c WHERE \(all)", arguments: Self.bound(counted))
                : nil
            return Page(
                items: try reader.people(shown),
                next: rows.count > page.limit ? shown.last.map { Self.cursor($0, sort).text } : nil, total: total)
        }
    }

    private static func bound(_ values: [any DatabaseValueConvertible]) -> StatementArguments {
        StatementArguments(values.map(\.databaseValue))
    }

    private static func cursor(_ row: Row, _ sort: PeopleSort) -> Cursor {
        let number: Int = row["person"]
        switch sort {
        case .faces: return Cursor(["\(row["faces"] as Int)", "\(number)"])
        case .lastSeen: return Cursor(["\(row["lastSort"] as Double)", "\(number)"])
        case .name: return Cursor([row["sortName"], "\(number)"])
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }

    /// A person; a former id leads to the one that it was merged into. Throws `not-found`.
    public func person(_ id: String) throws(LikenessError) -> Person {
        try store.read { db in
            var (number, person) = try PersonReader(db: db).current(id)
            person.years = try Row.fetchAll(
                db,
                sql: """
                    SELECT CAST(strftime('%Y', at, 'unixepoch') AS INTEGER) AS year, COUNT(*) AS n FROM place
                    WHERE person = ? AND at > \(Placement.unknownTime) GROUP BY year ORDER BY year
                    """, arguments: [number]
            ).map { Person.Year(year: $0["year"], faces: $0["n"]) }
            guard person.name == nil else { return person }
            person.suggestion = try Row.fetchOne(
                db,
                sql: """
                    SELECT f.label, COUNT(*) AS n FROM place p JOIN face f ON f.no = p.face
                    WHERE p.person = ? AND f.label IS NOT NULL GROUP BY f.label ORDER BY n DESC, f.label LIMIT 1
                    """, arguments: [number]
            ).map { Person.Suggestion(name: $0["label"], faces: $0["n"]) }
            return person
        }
    }

    /// A person's faces. O(page) by indexes.
    public func faces(
        of person: String, order: FaceOrder = .best, year: Int? = nil, page: PageRequest = PageRequest()
    ) throws(LikenessError) -> Page<LibraryFace> {
        let cursor = try Cursor.read(page.cursor, count: 2)
        let (column, direction) =
            switch order {
            case .worst: ("similarity", "ASC")
            case .best: ("best", "DESC")
            case .date: ("at", "ASC")
            }
        return try store.read { db in
            let number = try PersonReader(db: db).number(person)
            var condition = "person = ?" + Self.within(year)
            var arguments: StatementArguments = [number]
            if let cursor {
                let sign = direction == "ASC" ? ">" : "<"
                let key: Double? = cursor.keys[0] == "null" ? nil : try cursor.number(0)
                if let key {
                    condition += " AND (\(column) \(sign) ? OR (\(column) = ? AND face \(sign) ?))"
                    arguments += [key, key, try cursor.integer(1)]
                } else {
                    condition += " AND ((\(column) IS NULL AND face > ?) OR \(column) IS NOT NULL)"
                    arguments += [try cursor.integer(1)]
                }
            }
            // years are written into the statement: too many to be kept prepared
            let prepare = year == nil ? db.cachedStatement(sql:) : db.makeStatement(sql:)
            let rows = try Row.fetchAll(
                prepare(
                    """
                    SELECT face, \(column) AS k FROM place WHERE \(condition)
                    ORDER BY \(column) \(direction), face \(direction) LIMIT ?
                    """), arguments: arguments + [page.limit + 1])
            let shown = rows.prefix(page.limit)
            let total =
                page.includesTotal
                ? try Int.fetchOne(db, sql: "SELECT faces FROM card WHERE person = ?", arguments: [number]) : nil
            let next =
                rows.count > page.limit
                ? shown.last.map { row in
                    Cursor([(row["k"] as Double?).map { "\($0)" } ?? "null", "\(row["face"] as Int)"]).text
                } : nil
            return Page(items: try FaceReader(db).faces(shown.map { $0["face"] }), next: next, total: total)
        }
    }

    /// A condition on the capture time; years that no calendar has give nothing.
    private static func within(_ year: Int?) -> String {
        guard let year else { return "" }
        guard (1...9998).contains(year), let from = Timestamp.seconds(Timestamp.padded(year, 4) + "-01-01"),
            let to = Timestamp.seconds(Timestamp.padded(year + 1, 4) + "-01-01")
        else { return " AND 0" }
        return " AND at >= \(from) AND at < \(to)"
    }

    /// The photos that show a person, the newest first. O(page) by indexes.
    public func photos(
        of person: String, year: Int? = nil, page: PageRequest = PageRequest()
    ) throws(LikenessError) -> Page<LibraryPhoto> {
        let cursor = try Cursor.read(page.cursor, count: 2)
        return try store.read { db in
            let number = try PersonReader(db: db).number(person)
            var condition = "person = ?" + Self.within(year)
            var arguments: StatementArguments = [number]
            if let cursor {
                condition += " AND (at < ? OR (at = ? AND photo < ?))"
                arguments += [try cursor.number(0), try cursor.number(0), try cursor.integer(1)]
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT at, photo FROM place WHERE \(condition) ORDER BY at DESC, photo DESC
                    LIMIT \(page.limit + 1)
                    """, arguments: arguments)
            let shown = rows.prefix(page.limit)
            let reader = PhotoReader(db: db)
            let total =
                page.includesTotal
                ? try Int.fetchOne(db, sql: "SELECT photos FROM card WHERE person = ?", arguments: [number]) : nil
            return Page(
                items: try shown.compactMap { try reader.photo(number: $0["photo"]) },
                next: rows.count > page.limit
                    ? shown.last.map { Cursor(["\($0["at"] as Double)", "\($0["photo"] as Int)"]).text } : nil,
                total: total)
        }
    }
}
