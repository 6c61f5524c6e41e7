import FaceCore
import Foundation
import GRDB

/// What could be left of somebody, noted before the forgetting and looked for after it, by other ways than it was erased.
struct ForgetTraces {
    /// Names that nobody else has or had.
    private let names: Set<String>
    /// Crops that no other face has.
    private let crops: Set<String>

    init(_ library: PhotoLibrary, _ scope: Forgetting.Scope) throws(LikenessError) {
        (names, crops) = try library.store.read { db in
            var (own, others): (Set<String>, Set<String>) = ([], [])
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM decision ORDER BY seq")
            while let row = try rows.next() {
                let entry = try JournalEntry(row)
                for name in [entry.payload.name, entry.payload.before].compactMap({ $0 })
                where !name.hasPrefix("forgotten:") {
                    if Forgetting.names(entry, scope) { own.insert(name) } else { others.insert(name) }
                }
            }
            let forgotten = Set(scope.faces)
            var (gone, kept): (Set<String>, Set<String>) = ([], [])
            let faces = try Row.fetchCursor(db, sql: "SELECT no, crop FROM face WHERE crop IS NOT NULL")
            while let face = try faces.next() {
                if forgotten.contains(face[0]) { gone.insert(face[1]) } else { kept.insert(face[1]) }
            }
            return (own.subtracting(others), gone.subtracting(kept))
        }
    }

    /// Columns of text in which a name may stand.
    private static let texts = [
        "decision.payload", "effect.before", "person.name", "card.name", "card.sortName", "job.arguments", "job.detail",
        "job.error", "audit.objects", "receipt.text", "setting.value",
    ]

    /// How much is still there, by kind; all 0.
    func left(_ library: PhotoLibrary) throws(LikenessError) -> [String: Int] {
        var out = ["names": 0, "crops": 0, "strays": 0]
        let rows = try library.store.read { db in
            try Self.texts.reduce(0) { sum, text in
                let parts = text.split(separator: ".")
                return try names.reduce(sum) { sum, name in
                    sum
                        + (try Int.fetchOne(
                            db, sql: "SELECT COUNT(*) FROM \(parts[0]) WHERE instr(lower(\(parts[1])), lower(?)) > 0",
                            arguments: [name]) ?? 0)
                }
            }
        }
        out["names"] = rows + (try names.isEmpty ? 0 : inFile(library.layout.database))
        for crop in crops where try library.crops.contains(crop) { out["crops", default: 0] += 1 }
        let kept = try library.store.read {
            try String.fetchSet($0, sql: "SELECT DISTINCT crop FROM face WHERE crop IS NOT NULL")
        }
        out["strays"] = Set(try library.crops.hashes()).subtracting(kept).count
        for model in try library.store.read({ try ModelRow.all($0) }) {
            out["strays", default: 0] += try library.shelf.strayVectors(model)
        }
        return out
    }

    /// How many of the names stand in the bytes of a file. O(bytes).
    private func inFile(_ path: String) throws(LikenessError) -> Int {
        do {
            let all = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            return names.count { all.range(of: Data($0.utf8)) != nil }
        } catch {
            throw LikenessError(.fileUnreadable, subject: path, error.localizedDescription)
        }
    }
}
