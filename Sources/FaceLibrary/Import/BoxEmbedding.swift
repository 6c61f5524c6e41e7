import FaceCore
import GRDB

/// Makes vectors and crops of boxes that people drew.
struct BoxEmbedding {
    let library: PhotoLibrary
    let analyser: any PhotoAnalyser

    /// Returns how many were made. A box whose photo cannot be read is left for the next time.
    func run(_ job: JobContext) throws(LikenessError) -> Int {
        let store = library.store
        let model = try store.write { try ModelRow.find($0, analyser.space) }
        let rows = try store.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT f.no, f.x, f.y, f.w, f.h, ph.id AS photo FROM face f JOIN photo ph ON ph.no = f.photo
                    WHERE f.source IN ('manual', 'imported') AND f.dropped = 0 AND NOT EXISTS (
                        SELECT 1 FROM embedding e WHERE e.face = f.no AND e.model = ?) ORDER BY f.no
                    """, arguments: [model.number])
        }
        var done = 0
        for row in rows {
            guard let path = try? library.photoFile(row["photo"]) else { continue }
            let found: AnalysedFace
            do throws(LikenessError) {
                found = try analyser.face(in: [row["x"], row["y"], row["w"], row["h"]], of: path)
            } catch  where error.code != .cancelled {
                continue
            }
            try keep(found, face: row["no"], model)
            done += 1
            try job.progress(done, of: rows.count)
        }
        return done
    }

    private func keep(_ found: AnalysedFace, face: Int, _ model: ModelRow) throws(LikenessError) {
        let crop = try library.crops.put(found.crop)
        let segments = try library.shelf.segments(model)
        let places = try segments.append(Matrix([found.embedding]))
        do throws(LikenessError) {
            try library.store.write { db in
                try db.execute(
                    sql: "UPDATE face SET crop = ?, quality = ?, sharpness = ?, reasons = ?, best = ? WHERE no = ?",
                    arguments: [
                        crop, Double(found.quality.score), Double(found.quality.measures["sharpness"] ?? 0),
                        found.quality.reasons.map(\.rawValue).joined(separator: " "),
                        Double(BestPicture(quality: found.quality).score), face,
                    ])
                try PhotoIntake.enter(db, places[0], face: face, model: model.number)
                try Placement.update(db, faces: [face])
            }
        } catch {
            segments.rollback()
            throw error
        }
        segments.commit()
    }
}
