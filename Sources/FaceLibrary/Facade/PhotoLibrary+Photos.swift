public import FaceCore
import FaceVision
import GRDB
import Glibc

extension PhotoLibrary {
    /// Photos by the order of their import, of one state or with a part of their path.
    public func photos(
        state: LibraryPhoto.State? = nil, path query: String? = nil, page: PageRequest = PageRequest()
    ) throws(LikenessError) -> Page<LibraryPhoto> {
        let cursor = try Cursor.read(page.cursor, count: 1)
        var conditions: [String] = []
        var arguments: StatementArguments = []
        switch state {
        case nil: break
        case .missing?: conditions.append("p.missing = 1")
        case .some(let state):
            conditions.append("p.missing = 0 AND p.state = ?")
            arguments += [state.rawValue]
        }
        if let query, !query.isEmpty {
            conditions.append("EXISTS (SELECT 1 FROM location l WHERE l.photo = p.no AND l.path LIKE ? ESCAPE '\\')")
            arguments += ["%" + Self.escaped(query) + "%"]
        }
        let all = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
        let countArguments = arguments
        if let cursor {
            conditions.append("p.no > ?")
            arguments += [try cursor.integer(0)]
        }
        let part = conditions.isEmpty ? "1" : conditions.joined(separator: " AND ")
        let found = arguments
        return try store.read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT \(PhotoReader.columns) FROM photo p WHERE \(part) ORDER BY p.no LIMIT \(page.limit + 1)",
                arguments: found)
            let shown = rows.prefix(page.limit)
            let reader = PhotoReader(db: db)
            return Page(
                items: shown.map { reader.photo($0) },
                next: rows.count > page.limit ? shown.last.map { Cursor(["\($0["no"] as Int)"]).text } : nil,
                total: page.includesTotal
                    ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM photo p WHERE \(all)", arguments: countArguments)
                    : nil)
        }
    }

    /// A photo with its faces, ignored ones too. Throws `not-found`.
    public func photo(_ id: String) throws(LikenessError) -> LibraryPhoto {
        try store.read { db in
            let reader = PhotoReader(db: db)
            let number = try reader.number(id)
            guard var photo = try reader.photo(number: number) else { throw LikenessErrorOf.photo(id) }
            let faces = try Int.fetchAll(
                db,
                sql: """
                    SELECT f.no FROM face f LEFT JOIN face_override o ON o.face = f.no
                    WHERE f.photo = ? AND f.dropped = 0 AND COALESCE(o.state, '') <> 'unboxed' ORDER BY f.x, f.no
                    """, arguments: [number])
            photo.faces = try FaceReader(db).faces(faces)
            return photo
        }
    }

    /// A file with the photo's bytes. Throws `not-found`, or `file-missing` when none is there any more.
    public func photoFile(_ id: String) throws(LikenessError) -> String {
        let paths = try store.read { db in
            let number = try PhotoReader(db: db).number(id)
            return try String.fetchAll(
                db, sql: "SELECT path FROM location WHERE photo = ? ORDER BY gone, path", arguments: [number])
        }
        for path in paths where Glibc.access(path, R_OK) == 0 { return path }
        throw LikenessError(
            .fileMissing, subject: id, "the photo's file is not there any more",
            remedy: "connect the drive that it is on, or import the folder again")
    }

    /// What changes with a photo's bytes, for the tags of its pictures. Throws `not-found`.
    public func version(ofPhoto id: String) throws(LikenessError) -> String {
        let hash = try store.read {
            try String.fetchOne($0, sql: "SELECT sha256 FROM photo WHERE id = ?", arguments: [id])
        }
        guard let hash else { throw LikenessErrorOf.photo(id) }
        return String(hash.prefix(24))
    }

    /// The photo upright as a JPEG of at most `side` pixels. Throws what decoding throws.
    public func picture(of photo: String, side: Int) throws(LikenessError) -> [UInt8] {
        let decoder = try PhotoDecoder(.init(workingSize: max(16, min(side, 8192)), truncated: .acceptWithWarning))
        return try RasterEncoder.encode(decoder.decode(path: photoFile(photo)).raster, as: .jpeg(quality: 85))
    }

    /// The models whose vectors are here.
    public func models() throws(LikenessError) -> [LibraryModel] {
        try store.read { db in
            try ModelRow.all(db).map { model in
                LibraryModel(
                    id: "\(model.number)", space: model.space.id, dimension: model.space.dimension, state: model.state,
                    faces: try Int.fetchOne(
                        db, sql: "SELECT COUNT(*) FROM embedding WHERE model = ?", arguments: [model.number]) ?? 0)
            }
        }
    }

    /// The imported folders with their counters and failures.
    public func imports() throws(LikenessError) -> [ImportFolder] {
        try store.read { db in
            let jobs = try Row.fetchAll(
                db,
                sql: "SELECT * FROM job WHERE kind = 'import' AND state IN ('queued', 'running', 'paused') ORDER BY no"
            ).map { try JobRow($0) }
            return try Row.fetchAll(db, sql: "SELECT * FROM folder ORDER BY path").map { folder in
                try Self.folder(db, folder, jobs)
            }
        }
    }

    private static func folder(_ db: Database, _ folder: Row, _ jobs: [JobRow]) throws -> ImportFolder {
        let path: String = folder["path"]
        let states = try Row.fetchAll(
            db,
            sql: """
                SELECT p.state, p.missing, COUNT(*) AS n FROM photo p
                WHERE p.no IN (SELECT photo FROM location WHERE \(Scanner.below)) GROUP BY p.missing, p.state
                """, arguments: Scanner.range(path))
        let failed = try Row.fetchAll(
            db,
            sql: """
                SELECT l.path, p.errorCode AS code, p.errorMessage AS message FROM location l JOIN photo p ON p.no = l.photo
                WHERE \(Scanner.below) AND p.state = 'failed' AND p.missing = 0 ORDER BY l.path
                """, arguments: Scanner.range(path))
        let files =
            try Int.fetchOne(
                db, sql: "SELECT COUNT(*) FROM location WHERE \(Scanner.below) AND gone = 0",
                arguments: Scanner.range(path)) ?? 0
        let counts = counted(states)
        let failures = Dictionary(grouping: failed) { ($0["code"] as String?) ?? "unknown" }
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.map { code, rows in
                ImportFolder.Failure(
                    code: code, message: rows[0]["message"] ?? "", count: rows.count,
                    paths: rows.prefix(5).map { $0["path"] })
            }
        return ImportFolder(
            path: path, lastScan: Timestamp.text(folder["scannedAt"] as Double?), photos: counts,
            duplicates: max(0, files - (counts.total - counts.missing)), watching: false,
            job: jobs.first { ($0.arguments.paths ?? []).contains(path) }?.job, failures: failures)
    }

    static func counted(_ states: [Row]) -> Overview.Photos {
        var out = Overview.Photos()
        for row in states {
            let count: Int = row["n"]
            out.total += count
            if (row["missing"] as Int) == 1 {
                out.missing += count
            } else {
                switch LibraryPhoto.State(rawValue: row["state"]) {
                case .faces: out.withFaces += count
                case .noFaces: out.withoutFaces += count
                case .failed: out.failed += count
                default: out.waiting += count
                }
            }
        }
        return out
    }
}
