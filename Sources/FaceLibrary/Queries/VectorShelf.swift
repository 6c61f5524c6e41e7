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
    private let passes = SharedPass<(query: [Float], k: Int, model: ModelRow), Found>()

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
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT e.face, e.segment, e.row FROM json_each(?) j
                    CROSS JOIN embedding e ON e.model = ? AND e.face = j.value
                    """), arguments: [faces.jsonList, model])
        while let row = try rows.next() { out[row[0]] = VectorLocation(segment: row[1], row: row[2]) }
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
        return found.map { hits in
            // a vector that was replaced is there beside the new one until it is erased
            var seen: Set<Int> = []
            let sorted = hits.sorted { ($1.similarity, $0.face) < ($0.similarity, $1.face) }
            return Array(sorted.filter { seen.insert($0.face).inserted }.prefix(k))
        }
    }

    /// The most similar faces, and how many lie at each step of similarity.
    struct Found {
        var hits: [Hit]
        var counts: [Int]
    }

    static let (histogramFrom, histogramStep, histogramCount) = (-0.5, 0.025, 60)

    /// As ``search(_:k:floor:_:threads:)`` for one vector, with a histogram; those that are asked for at once share a pass
    /// over the vectors.
    func search(_ query: [Float], k: Int, _ model: ModelRow) throws(LikenessError) -> Found {
        var found = try passes.join((query, k, model)) { (all) throws(LikenessError) in
            // one model is the current one at a time, but for the moment in which it changes
            var out = [Found](repeating: Found(hits: [], counts: []), count: all.count)
            for number in Set(all.map(\.model.number)) {
                let own = all.indices.filter { all[$0].model.number == number }
                guard let first = own.first else { continue }
                let queries = Matrix(own.map { all[$0].query })
                let most = own.map { all[$0].k }.max() ?? 0
                let lists = try search(queries, k: most, all[first].model, threads: 1)
                let counts = try histograms(queries, all[first].model)
                for (q, place) in own.enumerated() { out[place] = Found(hits: lists[q], counts: counts[q]) }
            }
            return out
        }
        found.hits = Array(found.hits.prefix(k))
        return found
    }

    /// How many faces lie at each step of similarity to each vector; of more than 4,000 an even sample, scaled up.
    private func histograms(_ queries: Matrix, _ model: ModelRow) throws(LikenessError) -> [[Int]] {
        let parts = try parts(model, threads: 1)
        let every = max(1, parts.reduce(0) { $0 + $1.faces.count } / 4000)
        let (from, step, count) = (Float(Self.histogramFrom), Float(Self.histogramStep), Self.histogramCount)
        var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: queries.rows)
        for part in parts {
            for row in stride(from: 0, to: part.faces.count, by: every) where part.faces[row] > 0 {
                for q in 0..<queries.rows {
                    let bin = Int(((part.index.vectors.dot(row, queries, q) - from) / step).rounded(.down))
                    if bin >= 0 { counts[q][min(bin, count - 1)] += every }
                }
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
