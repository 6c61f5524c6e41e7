import FaceCore
import FaceVision
import GRDB

/// What a photo's file and sidecars say of it, on its way into the database: evidence, never a decision.
struct EvidenceEntry {
    let db: Database
    let photo: Int
    let sha: String

    /// Keeps date and place where nothing better is known, the names that regions give to faces, and regions that no
    /// detector saw as faces of their own, whose vectors the next job makes.
    func keep(_ evidence: PhotoEvidence) throws {
        try db.execute(
            sql: """
                UPDATE photo SET capturedAt = COALESCE(capturedAt, ?), latitude = ?, longitude = ? WHERE no = ?
                """,
            arguments: [
                evidence.capture.date.flatMap { Timestamp.seconds($0) }, evidence.capture.latitude,
                evidence.capture.longitude, photo,
            ])
        guard !evidence.regions.isEmpty else { return }
        let faces = try Row.fetchAll(
            db, sql: "SELECT no, x, y, w, h FROM face WHERE photo = ? AND dropped = 0 ORDER BY no", arguments: [photo])
        let boxes = evidence.regions.map { r in [r.box.x, r.box.y, r.box.width, r.box.height].map { Double($0) } }
        let matches = FaceCarryOver.matches(known: faces.map { [$0["x"], $0["y"], $0["w"], $0["h"]] }, found: boxes)
        for match in matches {
            guard let name = evidence.regions[match.found].name else { continue }
            try db.execute(
                sql: "UPDATE face SET label = ? WHERE no = ?", arguments: [name, faces[match.known]["no"] as Int])
        }
        let seen = Set(matches.map(\.found))
        let new = boxes.indices.filter { !seen.contains($0) }
        for k in new { try enter(boxes[k], evidence.regions[k]) }
        if !new.isEmpty { _ = try JobQueue.enqueue(db, .embed, key: "boxes") }
    }

    private func enter(_ box: [Double], _ region: FaceRegion) throws {
        let gone = try Row.fetchAll(db, sql: "SELECT x, y, w, h FROM tombstone WHERE photo = ?", arguments: [photo])
        guard box[2] > 0.002, box[3] > 0.002,
            FaceCarryOver.matches(known: gone.map { [$0["x"], $0["y"], $0["w"], $0["h"]] }, found: [box]).isEmpty
        else { return }
        let id = FaceCarryOver.id(photo: sha, detector: "imported", box: box)
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO face (id, photo, source, detector, x, y, w, h, landmarks, score, quality, sharpness,
                    reasons, best, label, createdAt) VALUES (?, ?, 'imported', ?, ?, ?, ?, ?, '[]', 1, 1, 0, '', 0.5, ?, ?)
                """,
            arguments: [
                id, photo, region.schema.rawValue, box[0], box[1], box[2], box[3], region.name, Timestamp.now(),
            ])
    }
}
