import FaceCore
import Foundation
import GRDB

/// Rows as faces.
struct FaceReader {
    let db: Database
    let calibration: Calibration?

    init(_ db: Database) throws {
        self.db = db
        calibration = try ModelRow.current(db)?.space.calibration
    }

    /// Read by place: lists have hundreds of faces, and finding a column by its name costs more than reading it.
    private static let select = """
        SELECT f.id, ph.id, f.x, f.y, f.w, f.h, f.landmarks, f.score, f.quality, f.sharpness, f.reasons, f.source, i.id,
            pl.role, pl.similarity, pl.decided, ph.capturedAt, f.crop, f.no, pl.person
        FROM json_each(?) j CROSS JOIN face f ON f.no = j.value CROSS JOIN photo ph ON ph.no = f.photo
        LEFT JOIN place pl ON pl.face = f.no LEFT JOIN identity i ON i.no = pl.person ORDER BY j.key
        """

    private func face(_ row: Row) -> LibraryFace {
        let (id, reasons, similarity): (String, String, Double?) = (row[0], row[10], row[14])
        let crop: String = (row[17] as String?).map { String($0.prefix(12)) } ?? "0"
        let role = (row[13] as String?).flatMap { LibraryFace.Role(rawValue: $0) }
        return LibraryFace(
            id: id, photo: row[1], box: [row[2], row[3], row[4], row[5]],
            landmarks: (row[6] as String?).map(Self.points) ?? [], score: Self.rounded(row[7]),
            quality: .init(
                overall: Self.rounded(row[8]), sharpness: Self.rounded(row[9]),
                reasons: reasons.split(separator: " ").map(String.init)),
            source: LibraryFace.Source(rawValue: row[11]) ?? .detector, person: row[12],
            role: role ?? (reasons.contains("not-a-face") ? .rejected : .loose),
            similarity: similarity.map(Self.rounded),
            confidence: similarity.flatMap { s in calibration.map { Self.rounded($0.probability(Float(s))) } },
            decided: (row[15] as Int?) == 1, capturedAt: Timestamp.text(row[16] as Double?),
            crop: "/v1/faces/\(id)/crop?v=\(crop)")
    }

    /// The points of `[[x,y],…]`; none of another text.
    private static func points(_ text: String) -> [[Double]] {
        let numbers = text.split { "[], ".contains($0) }.map { Double($0) }
        guard numbers.count.isMultiple(of: 2), !numbers.contains(nil) else { return [] }
        return stride(from: 0, to: numbers.count, by: 2).map { [numbers[$0] ?? 0, numbers[$0 + 1] ?? 0] }
    }

    static func rounded(_ x: Double) -> Double { (x * 1e4).rounded() / 1e4 }

    func face(number: Int) throws -> LibraryFace? { try faces([number]).first }

    func faces(_ numbers: [Int]) throws -> [LibraryFace] { try found(numbers).map(\.face) }

    /// Faces in the order of their numbers, as far as they are there, and the number of the person where each stands.
    func found(_ numbers: [Int]) throws -> [(number: Int, face: LibraryFace, person: Int?)] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: Self.select), arguments: [numbers.jsonList])
        return try Array(rows.map { (number: $0[18], face: face($0), person: $0[19]) })
    }

    func number(_ id: String) throws -> Int { try Self.number(db, id) }

    static func number(_ db: Database, _ id: String) throws -> Int {
        let known = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT no FROM face WHERE id = ? AND dropped = 0"), arguments: [id])
        guard let known else { throw LikenessErrorOf.face(id) }
        return known
    }

    /// Pictures that show a person well and differently: the best of each stretch of time.
    func examples(of person: Int, _ count: Int) throws -> [LibraryFace] {
        try faces(
            Int.fetchAll(
                db.cachedStatement(
                    sql: "SELECT face FROM place WHERE person = ? ORDER BY best DESC, face DESC LIMIT ?"),
                arguments: [person, count]))
    }
}
