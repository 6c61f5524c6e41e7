import FaceCore
import FaceVision
import Foundation
import GRDB

/// Looks at photos that wait, and keeps what was found: crops, then vectors, then one transaction that makes both count.
///
/// A kill at any point loses at most one batch of looking; ids of faces follow from the photo's bytes, so that looking again
/// finds the same faces.
struct PhotoIntake {
    let store: Store
    let shelf: VectorShelf
    let crops: CropStore
    let analyser: any PhotoAnalyser

    /// What was done.
    struct Report: Codable, Sendable, Hashable {
        var photos = 0
        var faces = 0
        var failed = 0
    }

    private static let chunk = 64
    private static let commitEvery = 16

    /// Which photos are looked at.
    enum Task {
        /// Those that wait.
        case waiting
        /// Those too that another detector has seen.
        case again
        /// Those with faces that have no vector of a model yet.
        case model(Int)
    }

    /// How many photos a task is about.
    func waiting(_ task: Task) throws(LikenessError) -> Int {
        try store.read { db in
            try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM photo WHERE \(condition(task))") ?? 0
        }
    }

    private func condition(_ task: Task) -> String {
        let wanted = "missing = 0 AND state = 'waiting'"
        switch task {
        case .waiting: return wanted
        case .again:
            return "(\(wanted) OR (missing = 0 AND state IN ('faces', 'no-faces') AND detector <> '\(quoted)'))"
        case .model(let model):
            return """
                missing = 0 AND EXISTS (SELECT 1 FROM face f WHERE f.photo = photo.no AND f.dropped = 0 AND f.source = 'detector'
                    AND NOT EXISTS (SELECT 1 FROM embedding e WHERE e.model = \(model) AND e.face = f.no))
                """
        }
    }

    private var quoted: String { analyser.detector.replacing("'", with: "''") }

    /// Looks at all that wait; `progress` gets the number done after each batch.
    func run(
        _ task: Task = .waiting, cancellation: Cancellation, progress: (Report) throws(LikenessError) -> Void
    ) throws(LikenessError) -> Report {
        let model = try store.write { try ModelRow.find($0, analyser.space) }
        try VectorsDue.erase(store, shelf)
        var report = Report()
        var tried: Set<Int> = []
        while true {
            try cancellation.check()
            let batch = try next(task, after: tried)
            if batch.isEmpty { return report }
            tried.formUnion(batch.map(\.photo))
            var done: [(Waiting, AnalysedPhoto)] = []
            let photos = batch
            var at = 0
            try analyser.analyse(photos.map(\.path), cancellation: cancellation) { result throws(LikenessError) in
                // a photo that was looked at well before keeps what was found when it cannot be read now
                if case .model = task, result.error != nil {} else { done.append((photos[at], result)) }
                at += 1
                if done.count == Self.commitEvery || at == photos.count {
                    try keep(done, model, &report)
                    done = []
                    try progress(report)
                }
            }
        }
    }

    private struct Waiting {
        var photo: Int
        var sha: String
        var path: String
    }

    private func next(_ task: Task, after tried: Set<Int>) throws(LikenessError) -> [Waiting] {
        try store.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT no, sha256, (SELECT path FROM location WHERE photo = photo.no AND gone = 0 LIMIT 1) AS path
                    FROM photo WHERE \(condition(task)) ORDER BY no
                    """)
            var out: [Waiting] = []
            while out.count < Self.chunk, let row = try rows.next() {
                guard let path: String = row["path"], !tried.contains(row["no"]) else { continue }
                out.append(Waiting(photo: row["no"], sha: row["sha256"], path: path))
            }
            return out
        }
    }

    // MARK: Keeping

    private func keep(
        _ batch: [(Waiting, AnalysedPhoto)], _ model: ModelRow, _ report: inout Report
    ) throws(LikenessError) {
        // a file that changed while it was looked at, or went with its drive, waits for the next scan
        let batch = try withoutForgotten(
            batch.filter { photo, found in
                if let code = found.error?.code, [.fileMissing, .fileUnreadable].contains(code) { return false }
                return found.contentHash == nil || found.contentHash == photo.sha
            })
        let evidence = batch.map { photo, found in
            found.error == nil ? try? PhotoEvidence(photo: photo.path) : nil
        }
        var cropNames: [[String]] = []
        var vectors: [[Float]] = []
        for (_, found) in batch {
            var names: [String] = []
            for face in found.faces {
                names.append(try crops.put(face.crop))
                vectors.append(face.embedding)
            }
            cropNames.append(names)
        }
        let segments = try shelf.segments(model)
        let places = vectors.isEmpty ? [] : try segments.append(Matrix(vectors))
        do throws(LikenessError) {
            try store.write { db in
                var next = 0
                for (k, (photo, found)) in batch.enumerated() {
                    let own = Array(places[next..<next + found.faces.count])
                    next += found.faces.count
                    try enter(photo, found, cropNames[k], own, model, db)
                    if let said = evidence[k] {
                        try EvidenceEntry(db: db, photo: photo.photo, sha: photo.sha).keep(said)
                    }
                }
            }
        } catch {
            segments.rollback()
            throw error
        }
        segments.commit()
        try VectorsDue.erase(store, shelf)
        report.photos += batch.count
        report.faces += vectors.count
        report.failed += batch.count { $0.1.error != nil }
    }

    /// Faces that were forgotten are not found again.
    private func withoutForgotten(
        _ batch: [(Waiting, AnalysedPhoto)]
    ) throws(LikenessError) -> [(Waiting, AnalysedPhoto)] {
        try store.read { db in
            try batch.map { photo, found in
                let boxes = try Row.fetchAll(
                    db, sql: "SELECT x, y, w, h FROM tombstone WHERE photo = ?", arguments: [photo.photo])
                guard !boxes.isEmpty else { return (photo, found) }
                let gone = FaceCarryOver.matches(
                    known: boxes.map { [$0["x"], $0["y"], $0["w"], $0["h"]] }, found: found.faces.map(\.box))
                var rest = found
                rest.faces = found.faces.indices.filter { k in !gone.contains { $0.found == k } }.map {
                    found.faces[$0]
                }
                return (photo, rest)
            }
        }
    }

    private func enter(
        _ photo: Waiting, _ found: AnalysedPhoto, _ crops: [String], _ places: [VectorLocation], _ model: ModelRow,
        _ db: Database
    ) throws {
        let captured = found.captureDate.flatMap { Timestamp.seconds($0) }
        let state = found.error != nil ? "failed" : found.faces.isEmpty ? "no-faces" : "faces"
        try db.execute(
            sql: """
                UPDATE photo SET state = ?, detector = ?, width = ?, height = ?, capturedAt = COALESCE(?, capturedAt),
                    errorCode = ?, errorMessage = ?, stateAt = ? WHERE no = ?
                """,
            arguments: [
                state, analyser.detector, found.width, found.height, captured, found.error?.code.description,
                found.error?.message, Timestamp.now(), photo.photo,
            ])
        guard found.error == nil else { return }
        let known = try Row.fetchAll(
            db, sql: "SELECT no, x, y, w, h, source FROM face WHERE photo = ? ORDER BY no", arguments: [photo.photo])
        let matches = FaceCarryOver.matches(
            known: known.map { [$0["x"], $0["y"], $0["w"], $0["h"]] }, found: found.faces.map(\.box))
        let carried = Dictionary(uniqueKeysWithValues: matches.map { ($0.found, known[$0.known]) })
        for (k, face) in found.faces.enumerated() {
            let entry = FaceEntry(face: face, crop: crops[k], photo: photo.photo, detector: analyser.detector)
            let no = try entry.keep(
                db, sha: photo.sha, carried: carried[k].map { ($0["no"] as Int, $0["source"] as String) })
            try Self.enter(db, places[k], face: no, model: model.number)
        }
        let kept = Set(matches.map(\.known))
        let lost = known.indices.filter { !kept.contains($0) && (known[$0]["source"] as String) == "detector" }
        try FaceEntry.drop(db, lost.map { known[$0]["no"] })
    }

    /// Records where a face's vector lies: from here on the row counts, and one that it replaces is due to be erased.
    static func enter(_ db: Database, _ place: VectorLocation, face: Int, model: Int) throws {
        try VectorsDue.leave(db, face: face, model: model)
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO face_due VALUES (?)").execute(arguments: [face])
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO embedding (model, face, segment, row) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [model, face, place.segment, place.row])
        try db.cachedStatement(
            sql: """
                INSERT INTO segment (model, number, rows) VALUES (?, ?, ?)
                ON CONFLICT (model, number) DO UPDATE SET rows = MAX(rows, excluded.rows)
                """
        ).execute(arguments: [model, place.segment, place.row + 1])
    }
}
