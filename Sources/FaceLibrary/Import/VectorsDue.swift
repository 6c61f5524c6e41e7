import FaceCore
import GRDB

/// Vectors that were replaced or dropped: nobody refers to them from the transaction on, and their bytes go right after.
///
/// Their places are kept in a table between the two, so that a kill leaves nothing behind.
enum VectorsDue {
    /// Takes the vector of a face out of use, in the transaction that gives it another one or none.
    static func leave(_ db: Database, face: Int, model: Int) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO vector_due SELECT model, segment, row FROM embedding WHERE model = ? AND face = ?
                """
        ).execute(arguments: [model, face])
        guard db.changesCount > 0 else { return }
        // the density state is of the current model; its row of the old vector leaves with the next grouping
        try db.cachedStatement(
            sql: """
                UPDATE density_row SET face = -1 - row WHERE face = ?
                    AND EXISTS (SELECT 1 FROM model WHERE no = ? AND state = 'current')
                """
        ).execute(arguments: [face, model])
    }

    /// Overwrites what is due. O(due).
    static func erase(_ store: Store, _ shelf: VectorShelf) throws(LikenessError) {
        let due = try store.read { db in
            Dictionary(
                grouping: try Row.fetchAll(db, sql: "SELECT model, segment, row FROM vector_due").map {
                    (model: $0[0] as Int, place: VectorLocation(segment: $0[1], row: $0[2]))
                }, by: \.model)
        }
        guard !due.isEmpty else { return }
        for model in try store.read({ try ModelRow.all($0) }) {
            guard let places = due[model.number]?.map(\.place) else { continue }
            let segments = try shelf.segments(model)
            let snapshot = segments.snapshot()
            try segments.erase(places.filter { snapshot.contains($0) })
            try store.write { db in
                for place in places {
                    try db.execute(
                        sql: "DELETE FROM vector_due WHERE model = ? AND segment = ? AND row = ?",
                        arguments: [model.number, place.segment, place.row])
                }
            }
        }
    }
}
