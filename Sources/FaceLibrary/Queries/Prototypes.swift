import FaceCore
import FaceSpace
import GRDB
import Synchronization

/// One vector a person: the mean direction of its best pictures. Kept in memory, made anew where a card changed.
final class Prototypes: Sendable {
    private struct Entry: Sendable {
        var revision: Int
        var mean: [Float]
        /// The length of the mean before it was scaled: how alike the pictures are among themselves.
        var length: Float
    }

    private struct State {
        var model = 0
        var entries: [Int: Entry] = [:]
        var index: (people: [Int], index: FlatIndex)?
    }

    private let state = Mutex(State())
    /// Pictures of a person that make its prototype.
    static let pictures = 48

    func reset() { state.withLock { $0 = State() } }

    /// The people that are most similar to each vector, best first.
    func nearest(
        _ queries: Matrix, k: Int, floor: Float, _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
        let (people, index) = try current(library, model)
        guard !people.isEmpty else { return [[(person: Int, similarity: Float)]](repeating: [], count: queries.rows) }
        return try index.search(queries, k: min(k, people.count), floor: floor, threads: 1).map { list in
            list.map { (people[Int($0.id)], $0.similarity) }
        }
    }

    /// The prototype of one person; nil without a vector.
    func mean(_ person: Int, _ library: PhotoLibrary, _ model: ModelRow) throws(LikenessError) -> [Float]? {
        _ = try current(library, model)
        return state.withLock { $0.entries[person]?.mean }
    }

    /// The length of the mean of a person's unit vectors; 1 where there is none.
    func length(_ person: Int) -> Float { state.withLock { $0.entries[person]?.length ?? 1 } }

    private func current(
        _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> (people: [Int], index: FlatIndex) {
        let cards = try library.store.read { db in
            var out: [Int: Int] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT person, revision FROM card WHERE faces > 0")
            while let row = try rows.next() { out[row[0]] = row[1] }
            return out
        }
        let known = state.withLock { $0.model == model.number ? $0.entries.mapValues(\.revision) : [:] }
        let stale = cards.filter { known[$0.key] != $0.value }.keys.sorted()
        if stale.isEmpty, known.count == cards.count, let ready = state.withLock({ $0.index }) { return ready }
        let fresh = try means(stale, library, model)
        let made = state.withLock { s -> [Int: [Float]] in
            if s.model != model.number { s = State(model: model.number) }
            for person in s.entries.keys where cards[person] == nil { s.entries[person] = nil }
            for person in stale {
                s.entries[person] = Entry(
                    revision: cards[person] ?? 0, mean: fresh[person]?.mean ?? [], length: fresh[person]?.length ?? 1)
            }
            return s.entries.mapValues(\.mean)
        }
        let people = made.filter { !$0.value.isEmpty }.keys.sorted()
        var index = FlatIndex(
            people.isEmpty ? Matrix(rows: 0, columns: model.space.dimension) : Matrix(people.map { made[$0] ?? [] }),
            space: model.space)
        try index.prepare(threads: 1)
        let ready = (people, index)
        state.withLock { $0.index = ready }
        return ready
    }

    private func means(
        _ people: [Int], _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> [Int: (mean: [Float], length: Float)] {
        let places = try library.store.read { db in
            var out: [Int: [VectorLocation]] = [:]
            let best = try db.cachedStatement(
                sql: """
                    SELECT e.segment, e.row FROM (SELECT face FROM place WHERE person = ? ORDER BY best DESC, face DESC LIMIT ?) b
                    JOIN embedding e ON e.model = ? AND e.face = b.face
                    """)
            for person in people {
                out[person] = try Row.fetchAll(best, arguments: [person, Self.pictures, model.number])
                    .map { VectorLocation(segment: $0[0], row: $0[1]) }
            }
            return out
        }
        let snapshot = try library.shelf.segments(model).snapshot()
        var out: [Int: (mean: [Float], length: Float)] = [:]
        for (person, all) in places {
            var count: Float = 0
            var sum = [Float](repeating: 0, count: model.space.dimension)
            for place in all where snapshot.contains(place) {
                let row = try snapshot.vector(at: place)
                for i in row.indices { sum[i] += row[i] }
                count += 1
            }
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0 { out[person] = (sum.map { $0 / length }, length / count) }
        }
        return out
    }
}
