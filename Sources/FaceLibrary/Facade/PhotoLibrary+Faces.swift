public import FaceCore
import FaceVision
import GRDB

/// A face's picture.
public struct Crop: Sendable, Hashable {
    /// A square JPEG.
    public var bytes: [UInt8]
    /// Changes with the bytes.
    public var etag: String
}

extension PhotoLibrary {
    /// Throws `not-found`.
    public func face(_ id: String) throws(LikenessError) -> LibraryFace {
        try store.read { db in
            let reader = try FaceReader(db)
            guard let face = try reader.face(number: try reader.number(id)) else { throw LikenessErrorOf.face(id) }
            return face
        }
    }

    /// The picture of a face as it is kept; nil when it would have to be cut again, which takes as long as decoding the
    /// photo. Throws `not-found`.
    public func keptCrop(of face: String) throws(LikenessError) -> Crop? {
        let row = try store.read {
            try Row.fetchOne($0, sql: "SELECT crop FROM face WHERE id = ?", arguments: [face])
        }
        guard let row else { throw LikenessErrorOf.face(face) }
        guard let name: String = row["crop"], let bytes = try? crops.get(name) else { return nil }
        return Crop(bytes: bytes, etag: name)
    }

    /// The picture of a face; cut from the photo again when it is missing or damaged.
    public func crop(of face: String) throws(LikenessError) -> Crop {
        let row = try store.read { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT f.no, f.crop, f.x, f.y, f.w, f.h, p.id AS photo FROM face f JOIN photo p ON p.no = f.photo
                    WHERE f.id = ?
                    """, arguments: [face])
        }
        guard let row else { throw LikenessErrorOf.face(face) }
        if let name: String = row["crop"] {
            do throws(LikenessError) { return Crop(bytes: try crops.get(name), etag: name) } catch {
                // cut again below
            }
        }
        let decoder = try PhotoDecoder(.init(workingSize: 2880, truncated: .acceptWithWarning))
        let raster = try decoder.decode(path: photoFile(row["photo"])).raster
        let (w, h) = (Float(raster.width), Float(raster.height))
        let box = Box(
            x: Float(row["x"] as Double) * w, y: Float(row["y"] as Double) * h, width: Float(row["w"] as Double) * w,
            height: Float(row["h"] as Double) * h)
        let bytes = try RasterEncoder.encode(
            raster.portrait(of: box, side: LibraryVision.cropSide), as: .jpeg(quality: 82))
        guard access == .write else { return Crop(bytes: bytes, etag: SHA256.hex(of: bytes)) }
        let name = try crops.put(bytes)
        let number: Int = row["no"]
        try store.write { try $0.execute(sql: "UPDATE face SET crop = ? WHERE no = ?", arguments: [name, number]) }
        return Crop(bytes: bytes, etag: name)
    }

    /// Loose faces, the best pictures first, each with up to three people whom it resembles.
    public func looseFaces(page: PageRequest = PageRequest()) throws(LikenessError) -> Page<LooseFace> {
        let cursor = try Cursor.read(page.cursor, count: 2)
        let (numbers, faces, next, total, model) = try store.read { db in
            var condition = "role = 'loose'"
            var arguments: StatementArguments = []
            if let cursor {
                condition += " AND (best < ? OR (best = ? AND face < ?))"
                arguments += [try cursor.number(0), try cursor.number(0), try cursor.integer(1)]
            }
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT face, best FROM place WHERE \(condition) ORDER BY best DESC, face DESC LIMIT \(page.limit + 1)
                    """, arguments: arguments)
            let shown = rows.prefix(page.limit)
            let numbers = shown.map { $0["face"] as Int }
            return (
                numbers, try FaceReader(db).faces(numbers),
                rows.count > page.limit
                    ? shown.last.map { Cursor(["\($0["best"] as Double)", "\($0["face"] as Int)"]).text } : nil,
                page.includesTotal ? try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM place WHERE role = 'loose'") : nil,
                try ModelRow.current(db)
            )
        }
        let candidates = try model.map { m throws(LikenessError) in try nearestPeople(numbers, m) } ?? [:]
        return Page(
            items: zip(numbers, faces).map { LooseFace(face: $1, candidates: candidates[$0] ?? []) }, next: next,
            total: total)
    }

    /// The faces of the library that resemble one most.
    public func neighbours(of face: String, limit: Int = 20) throws(LikenessError) -> [SimilarFace] {
        let (number, model) = try store.read { (try FaceReader($0).number(face), try ModelRow.current($0)) }
        guard let model else { return [] }
        let rows = try shelf.vectors([number], model).rows
        guard rows.rows == 1 else { return [] }
        let hits = try shelf.search(rows.row(0), k: max(1, min(500, limit)) + 1, model).hits
        return try store.read { db in
            let reader = try FaceReader(db)
            return try hits.filter { $0.face != number }.prefix(limit).compactMap { hit in
                try reader.face(number: hit.face).map {
                    SimilarFace(face: $0, similarity: FaceReader.rounded(Double(hit.similarity)))
                }
            }
        }
    }
}
