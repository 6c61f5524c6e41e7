import GRDB

/// Rows as photos.
struct PhotoReader {
    let db: Database

    static let columns = """
        p.*, (SELECT path FROM location WHERE photo = p.no ORDER BY gone, path LIMIT 1) AS path,
        (SELECT COUNT(*) FROM location WHERE photo = p.no AND gone = 0) AS files
        """

    func photo(_ row: Row) -> LibraryPhoto {
        let id: String = row["id"]
        let missing = (row["missing"] as Int) == 1
        let code: String? = row["errorCode"]
        let latitude: Double? = row["latitude"]
        let place = latitude.flatMap { y in
            (row["longitude"] as Double?).map { LibraryPhoto.Place(latitude: y, longitude: $0) }
        }
        return LibraryPhoto(
            id: id, path: row["path"] ?? "", width: row["width"], height: row["height"],
            capturedAt: Timestamp.text(row["capturedAt"] as Double?), place: place,
            state: missing ? .missing : LibraryPhoto.State(rawValue: row["state"]) ?? .waiting,
            error: code.map { Problem(code: $0, message: row["errorMessage"] ?? "") },
            image: "/v1/photos/\(id)/image?size=1440&v=\((row["sha256"] as String).prefix(12))",
            duplicates: max(0, (row["files"] as Int) - 1))
    }

    func photo(number: Int) throws -> LibraryPhoto? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.columns) FROM photo p WHERE p.no = ?"), arguments: [number]
        ).map { photo($0) }
    }

    func number(_ id: String) throws -> Int {
        guard let known = try Int.fetchOne(db, sql: "SELECT no FROM photo WHERE id = ?", arguments: [id]) else {
            throw LikenessErrorOf.photo(id)
        }
        return known
    }
}
