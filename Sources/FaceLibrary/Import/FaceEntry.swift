import FaceCore
import Foundation
import GRDB

/// A face on its way into the database.
struct FaceEntry {
    let face: AnalysedFace
    let crop: String
    let photo: Int
    let detector: String
    var source = "detector"

    /// Enters the face, or gives a known one its new box. Returns its number.
    func keep(_ db: Database, sha: String, carried: (number: Int, source: String)?) throws -> Int {
        let landmarks = String(decoding: try JSONEncoder().encode(face.landmarks), as: UTF8.self)
        let reasons = face.quality.reasons.map(\.rawValue).joined(separator: " ")
        let sharpness = Double(face.quality.measures["sharpness"] ?? 0)
        let values: [any DatabaseValueConvertible] = [
            landmarks, face.score, Double(face.quality.score), sharpness, reasons,
            Double(BestPicture(quality: face.quality).score), crop,
        ]
        let id = FaceCarryOver.id(photo: sha, detector: source == "manual" ? "manual" : detector, box: face.box)
        let known = try Int.fetchOne(db, sql: "SELECT no FROM face WHERE id = ?", arguments: [id])
        if let carried = carried ?? known.map({ ($0, source) }) {
            // a box that somebody drew stays where it was drawn
            let box =
                carried.source == "manual"
                ? "" : "x = \(face.box[0]), y = \(face.box[1]), w = \(face.box[2]), h = \(face.box[3]), "
            try db.execute(
                sql: """
                    UPDATE face SET \(box)landmarks = ?, score = ?, quality = ?, sharpness = ?, reasons = ?, best = ?,
                        crop = ?, detector = ?, dropped = 0 WHERE no = ?
                    """, arguments: StatementArguments(values + [detector, carried.number]))
            return carried.number
        }
        try db.execute(
            sql: """
                INSERT INTO face (landmarks, score, quality, sharpness, reasons, best, crop, detector, id, photo, source,
                    x, y, w, h, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: StatementArguments(
                values + [
                    detector, id, photo, source, face.box[0], face.box[1], face.box[2], face.box[3], Timestamp.now(),
                ]))
        return Int(db.lastInsertedRowID)
    }

    /// Faces that a newer detector does not see are not shown any more, unless somebody spoke for them. Their rows stay:
    /// the journal may name them.
    static func drop(_ db: Database, _ faces: [Int]) throws {
        for face in faces {
            let spoken = try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM claim WHERE face = ? AND strength = 2)
                        OR EXISTS (SELECT 1 FROM refusal WHERE face = ?) OR EXISTS (SELECT 1 FROM face_override WHERE face = ?)
                        OR EXISTS (SELECT 1 FROM person WHERE avatar = ?)
                    """, arguments: [face, face, face, face])
            if spoken == true { continue }
            try db.execute(sql: "UPDATE face SET dropped = 1 WHERE no = ?", arguments: [face])
            for model in try Int.fetchAll(db, sql: "SELECT model FROM embedding WHERE face = ?", arguments: [face]) {
                try VectorsDue.leave(db, face: face, model: model)
            }
            try db.execute(sql: "DELETE FROM embedding WHERE face = ?", arguments: [face])
            try db.execute(sql: "INSERT OR IGNORE INTO face_due VALUES (?)", arguments: [face])
        }
        try Placement.update(db, faces: Set(faces))
    }
}
