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

    static let columns = """
        f.*, ph.id AS photoId, ph.capturedAt, pl.person AS personNo, pl.role, pl.similarity, pl.decided, i.id AS personId
        """
    static let joins = """
        JOIN photo ph ON ph.no = f.photo LEFT JOIN place pl ON pl.face = f.no LEFT JOIN identity i ON i.no = pl.person
        """

    func face(_ row: Row) -> LibraryFace {
        let similarity: Double? = row["similarity"]
        let crop: String = (row["crop"] as String?).map { String($0.prefix(12)) } ?? "0"
        let (id, reasons): (String, String) = (row["id"], row["reasons"])
        let landmarks = (row["landmarks"] as String?).flatMap {
            try? JSONDecoder().decode([[Double]].self, from: Data($0.utf8))
        }
        let role = (row["role"] as String?).flatMap { LibraryFace.Role(rawValue: $0) }
        return LibraryFace(
            id: id, photo: row["photoId"], box: [row["x"], row["y"], row["w"], row["h"]], landmarks: landmarks ?? [],
            score: Self.rounded(row["score"]),
            quality: .init(
                overall: Self.rounded(row["quality"]), sharpness: Self.rounded(row["sharpness"]),
                reasons: reasons.split(separator: " ").map(String.init)),
            source: LibraryFace.Source(rawValue: row["source"]) ?? .detector, person: row["personId"],
            role: role ?? (reasons.contains("not-a-face") ? .rejected : .loose),
            similarity: similarity.map(Self.rounded),
            confidence: similarity.flatMap { s in calibration.map { Self.rounded($0.probability(Float(s))) } },
            decided: (row["decided"] as Int?) == 1, capturedAt: Timestamp.text(row["capturedAt"] as Double?),
            crop: "/v1/faces/\(id)/crop?v=\(crop)")
    }

    static func rounded(_ x: Double) -> Double { (x * 1e4).rounded() / 1e4 }

    func face(number: Int) throws -> LibraryFace? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.columns) FROM face f \(Self.joins) WHERE f.no = ?"),
            arguments: [number]
        ).map { face($0) }
    }

    func faces(_ numbers: some Sequence<Int>) throws -> [LibraryFace] {
        try numbers.compactMap { try face(number: $0) }
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
