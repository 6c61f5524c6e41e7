public import FaceCore
import GRDB

/// What writing the names of one photo's faces beside it does.
public struct SidecarReport: Codable, Sendable, Hashable {
    public var photo: String
    public var path: String
    /// `changed`, `unchanged` or `failed`.
    public var state: String
    /// The lines that go and come, or why it failed.
    public var detail: String
}

extension PhotoLibrary {
    /// Writes the faces of named people into sidecars beside their photos; a dry run only says what would change. The same
    /// names a second time change nothing. Photos themselves are never touched.
    public func writeSidecars(
        dryRun: Bool, cancellation: Cancellation = Cancellation(), _ body: (SidecarReport) throws(LikenessError) -> Void
    ) throws(LikenessError) {
        let photos = try store.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT ph.id FROM card c JOIN place p ON p.person = c.person JOIN photo ph ON ph.no = p.photo
                    WHERE c.name IS NOT NULL AND ph.missing = 0 ORDER BY ph.no
                    """)
        }
        for photo in photos {
            try cancellation.check()
            try body(sidecar(of: photo, dryRun: dryRun))
        }
    }

    private func sidecar(of photo: String, dryRun: Bool) -> SidecarReport {
        do throws(LikenessError) {
            let path = try photoFile(photo)
            let change = try SidecarChange(photo: path, faces: try namedFaces(photo))
            if change.isNothing {
                return SidecarReport(photo: photo, path: change.path, state: "unchanged", detail: "")
            }
            if !dryRun { try change.apply() }
            return SidecarReport(photo: photo, path: change.path, state: "changed", detail: change.diff)
        } catch {
            return SidecarReport(photo: photo, path: error.subject ?? "", state: "failed", detail: error.message)
        }
    }

    private func namedFaces(_ photo: String) throws(LikenessError) -> [NamedFace] {
        try store.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT f.x, f.y, f.w, f.h, c.name FROM photo ph JOIN face f ON f.photo = ph.no
                    JOIN place p ON p.face = f.no JOIN card c ON c.person = p.person
                    WHERE ph.id = ? AND c.name IS NOT NULL ORDER BY f.no
                    """, arguments: [photo]
            ).map { row in
                NamedFace(
                    name: row["name"],
                    box: Box(
                        x: Float(row["x"] as Double), y: Float(row["y"] as Double), width: Float(row["w"] as Double),
                        height: Float(row["h"] as Double)))
            }
        }
    }
}
