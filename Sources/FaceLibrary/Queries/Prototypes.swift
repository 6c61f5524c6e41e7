import FaceCore
import FaceSpace
import GRDB
import Synchronization

/// One vector a person: the mean direction of its best pictures. Kept in memory, made anew where a card changed.
final class Prototypes: Sendable {
    fileprivate struct Entry: Sendable {
        var revision: Int
        var mean: [Float]
        /// The length of the mean before it was scaled: how alike the pictures are among themselves.
        var length: Float
    }

    private struct State {
        var model = 0
        var ready: View?
    }

    private let state = Mutex(State())
    /// Pictures of a person that make its prototype.
    static let pictures = 48

    func reset() { state.withLock { $0 = State() } }

    /// All prototypes at one moment.
    struct View: Sendable {
        fileprivate var entries: [Int: Entry]
        fileprivate var people: [Int]
        fileprivate var index: FlatIndex

        /// People with a prototype.
        var count: Int { people.count }

        /// The prototype of one person; nil without a vector.
        func mean(_ person: Int) -> [Float]? { entries[person].flatMap { $0.mean.isEmpty ? nil : $0.mean } }

        /// The length of the mean of a person's unit vectors; 1 where there is none.
        func length(_ person: Int) -> Float { entries[person]?.length ?? 1 }

        /// The people that are most similar to each vector, best first.
        func nearest(
            _ queries: Matrix, k: Int, floor: Float
        ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
            guard !people.isEmpty else {
                return [[(person: Int, similarity: Float)]](repeating: [], count: queries.rows)
            }
            return try index.search(queries, k: min(k, people.count), floor: floor, threads: 1).map { list in
                list.map { (people[Int($0.id)], $0.similarity) }
            }
        }
    }

    /// The people that are most similar to each vector, best first.
    func nearest(
        _ queries: Matrix, k: Int, floor: Float, _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
        try view(library, model).nearest(queries, k: k, floor: floor)
    }

    /// The prototype of one person; nil without a vector.
    func mean(_ person: Int, _ library: PhotoLibrary, _ model: ModelRow) throws(LikenessError) -> [Float]? {
        try view(library, model).mean(person)
    }

    /// Makes those anew whose cards changed. O(people), and O(pictures) of each that changed.
    func view(_ library: PhotoLibrary, _ model: ModelRow) throws(LikenessError) -> View {
        let cards = try library.store.read { db in
            var out: [Int: Int] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT person, revision FROM card WHERE faces > 0")
            while let row = try rows.next() { out[row[0]] = row[1] }
            return out
        }
        let known = state.withLock { $0.model == model.number ? $0.ready : nil }
        let stale = cards.filter { known?.entries[$0.key]?.revision != $0.value }.keys.sorted()
        if let known, stale.isEmpty, known.entries.count == cards.count { return known }
        let fresh = try means(stale, library, model)
        var entries = known?.entries ?? [:]
        for person in entries.keys where cards[person] == nil { entries[person] = nil }
        for person in stale {
            entries[person] = Entry(
                revision: cards[person] ?? 0, mean: fresh[person]?.mean ?? [], length: fresh[person]?.length ?? 1)
        }
        let people = entries.filter { !$0.value.mean.isEmpty }.keys.sorted()
        var index = FlatIndex(
            people.isEmpty
                ? Matrix(rows: 0, columns: model.space.dimension) : Matrix(people.map { entries[$0]?.mean ?? [] }),
            space: model.space)
        try index.prepare(threads: 1)
        let made = View(entries: entries, people: people, index: index)
        state.withLock { $0 = State(model: model.number, ready: made) }
        return made
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
