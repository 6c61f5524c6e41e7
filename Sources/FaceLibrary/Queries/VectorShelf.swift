import FaceCore
import FaceSpace
import Foundation
import GRDB
import Synchronization

/// The vectors of a library by model, and the search among those of the current one.
final class VectorShelf: Sendable {
    private let folder: LibraryFolder
    private let store: Store
    private let key: LibraryKey?
    private let readOnly: Bool
    private let open = Mutex<[Int: VectorSegments]>([:])
    private let shelves = Mutex<[Int: [Part]]>([:])
    private let passes = SharedPass<(query: [Float], k: Int, model: ModelRow), [Hit]>()

    /// One segment, ready to be searched: the face of each row, 0 where it was erased.
    private struct Part: Sendable {
        var number: Int
        var faces: [Int]
        var index: FlatIndex
        var live: Int
    }

    init(_ folder: LibraryFolder, _ store: Store, key: LibraryKey?, readOnly: Bool) {
        (self.folder, self.store, self.key, self.readOnly) = (folder, store, key, readOnly)
    }

    /// The segments of a model.
    func segments(_ model: ModelRow) throws(LikenessError) -> VectorSegments {
        // made under the lock: a second one would cut the files back to the rows that it knows as committed
        try open.withLock { (all) throws(LikenessError) in
            if let known = all[model.number] { return known }
            let rows = try store.read {
                try Row.fetchAll($0, sql: "SELECT number, rows FROM segment WHERE model = ?", arguments: [model.number])
            }
            let committed = Dictionary(uniqueKeysWithValues: rows.map { ($0["number"] as Int, $0["rows"] as Int) })
            let path = "\(folder.vectors)/\(model.folderName)"
            let made = try VectorSegments(path, space: model.space, committed: committed, key: key, readOnly: readOnly)
            if !readOnly { _ = try made.removeStrays() }
            // a reader comes again when something is there
            if !(readOnly && committed.isEmpty) { all[model.number] = made }
            return made
        }
    }

    /// The vectors of faces, in their order; faces without one are left out.
    func vectors(_ faces: [Int], _ model: ModelRow) throws(LikenessError) -> (faces: [Int], rows: Matrix) {
        let places = try store.read { db in try Self.locations(db, faces, model.number) }
        let snapshot = try segments(model).snapshot()
        let known = faces.filter { places[$0].map { snapshot.contains($0) } == true }
        return (known, try snapshot.matrix(at: known.compactMap { places[$0] }))
    }

    static func locations(_ db: Database, _ faces: [Int], _ model: Int) throws -> [Int: VectorLocation] {
        var out: [Int: VectorLocation] = [:]
        let statement = try db.cachedStatement(sql: "SELECT segment, row FROM embedding WHERE model = ? AND face = ?")
        for face in faces {
            if let row = try Row.fetchOne(statement, arguments: [model, face]) {
                out[face] = VectorLocation(segment: row["segment"], row: row["row"])
            }
        }
        return out
    }

    /// A face and how similar it is.
    struct Hit {
        var face: Int
        var similarity: Float
    }

    /// The most similar faces of the whole library. One exact scan; full segments are prepared once.
    func search(
        _ queries: Matrix, k: Int, floor: Float = 0.05, _ model: ModelRow, threads: Int
    ) throws(LikenessError) -> [[Hit]] {
        var found = [[Hit]](repeating: [], count: queries.rows)
        for part in try parts(model, threads: threads) {
            let lists = try part.index.search(queries, k: k, floor: floor, threads: threads)
            for (q, list) in lists.enumerated() {
                found[q] += list.compactMap { hit in
                    let face = part.faces[Int(hit.id)]
                    return face > 0 ? Hit(face: face, similarity: hit.similarity) : nil
                }
            }
        }
        return found.map { $0.sorted { ($1.similarity, $0.face) < ($0.similarity, $1.face) }.prefix(k).map { $0 } }
    }

    /// As ``search(_:k:floor:_:threads:)`` for one vector; those that are asked for at once share a pass over the vectors.
    func search(_ query: [Float], k: Int, _ model: ModelRow) throws(LikenessError) -> [Hit] {
        let found = try passes.join((query, k, model)) { (all) throws(LikenessError) in
            // one model is the current one at a time, but for the moment in which it changes
            var out = [[Hit]](repeating: [], count: all.count)
            for number in Set(all.map(\.model.number)) {
                let own = all.indices.filter { all[$0].model.number == number }
                guard let first = own.first else { continue }
                let lists = try search(
                    Matrix(own.map { all[$0].query }), k: own.map { all[$0].k }.max() ?? 0, all[first].model, threads: 1
                )
                for (place, list) in zip(own, lists) { out[place] = list }
            }
            return out
        }
        return Array(found.prefix(k))
    }

    /// How many faces lie at each step of similarity to a vector; of more than 4,000 an even sample, scaled up.
    func histogram(_ query: [Float], from: Float, step: Float, count: Int, _ model: ModelRow) throws(LikenessError)
        -> [Int]
    {
        let parts = try parts(model, threads: 1)
        let total = parts.reduce(0) { $0 + $1.faces.count }
        let stride = max(1, total / 4000)
        let asked = Matrix([query])
        var counts = [Int](repeating: 0, count: count)
        for part in parts {
            for row in Swift.stride(from: 0, to: part.faces.count, by: stride) where part.faces[row] > 0 {
                let s = part.index.vectors.dot(row, asked, 0)
                let bin = Int(((s - from) / step).rounded(.down))
                if bin >= 0 { counts[min(bin, count - 1)] += stride }
            }
        }
        return counts
    }

    /// Rows with a vector that no face refers to, beside those that are due to be erased.
    func strayVectors(_ model: ModelRow) throws(LikenessError) -> Int {
        let (used, due) = try store.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM embedding WHERE model = ?", arguments: [model.number])
                    ?? 0,
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM vector_due WHERE model = ?", arguments: [model.number])
                    ?? 0
            )
        }
        let live = try segments(model).snapshot().segments.reduce(0) { $0 + $1.count - $1.erasedCount }
        return max(0, live - used - due)
    }

    /// Forgets what was prepared, after vectors were erased.
    func reset() {
        shelves.withLock { $0 = [:] }
    }

    private func parts(_ model: ModelRow, threads: Int) throws(LikenessError) -> [Part] {
        let segments = try segments(model).snapshot().segments
        let known = shelves.withLock { $0[model.number] ?? [] }
        var out: [Part] = []
        for segment in segments {
            let live = segment.count - segment.erasedCount
            if let same = known.first(where: {
                $0.number == segment.number && $0.faces.count == segment.count && $0.live == live
            }) {
                out.append(same)
                continue
            }
            let rows = try store.read { db in
                try Row.fetchAll(
                    db, sql: "SELECT face, row FROM embedding WHERE model = ? AND segment = ?",
                    arguments: [model.number, segment.number])
            }
            var faces = [Int](repeating: 0, count: segment.count)
            for row in rows {
                let at: Int = row["row"]
                if at < faces.count { faces[at] = row["face"] }
            }
            var index = FlatIndex(segment.matrix, space: model.space)
            try index.prepare(threads: threads)
            out.append(Part(number: segment.number, faces: faces, index: index, live: live))
        }
        let made = out
        shelves.withLock { $0[model.number] = made }
        return out
    }
}
