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
        /// Of people whose birth date is known: one prototype a stage of life.
        var ages: (bands: AgeBands, born: String)?
    }

    private struct State {
        var model = 0
        var ready: View?
        /// How often cards had changed before they were read; nil where another process may change them.
        var generation: Int?
    }

    private let state = Mutex(State())
    /// Pictures of a person that make its prototype.
    static let pictures = 48

    func reset() { state.withLock { $0 = State() } }

    /// All prototypes at one moment: most in one index, and those that were made since in a small one beside it.
    struct View: Sendable {
        fileprivate private(set) var entries: [Int: Entry]
        private let space: EmbeddingSpace
        /// The people of the large index, rising.
        private let people: [Int]
        private let index: FlatIndex
        /// One a large index: views that share it differ in those who moved.
        private let base = Base()
        /// Whose rows of the large index do not count any more, and who came since.
        private var moved: Set<Int> = []
        /// Those of them who have a prototype, rising.
        private var recent: [Int] = []
        private var recentIndex: FlatIndex?
        /// People with prototypes by age.
        private var growing: Set<Int>

        private final class Base: Sendable {}

        /// From so many on the large index is made anew.
        private static let mostMoved = 48

        fileprivate init(_ entries: [Int: Entry], _ space: EmbeddingSpace) throws(LikenessError) {
            (self.entries, self.space) = (entries, space)
            let people = entries.filter { !$0.value.mean.isEmpty }.keys.sorted()
            let rows =
                people.isEmpty
                ? Matrix(rows: 0, columns: space.dimension) : Matrix(people.map { entries[$0]?.mean ?? [] })
            var index = FlatIndex(rows, space: space)
            try index.prepare(threads: 1)
            (self.people, self.index) = (people, index)
            growing = Set(people.filter { entries[$0]?.ages != nil })
        }

        /// The view after some prototypes were made and some people have none any more: the small index is made anew, the
        /// large one now and then.
        fileprivate func changing(_ made: [Int: Entry], gone: [Int]) throws(LikenessError) -> View {
            var view = self
            for (person, entry) in made { view.entries[person] = entry }
            for person in gone { view.entries[person] = nil }
            view.moved.formUnion(made.keys)
            view.moved.formUnion(gone)
            if view.moved.count > Self.mostMoved { return try View(view.entries, space) }
            view.growing.subtract(view.moved)
            view.growing.formUnion(view.moved.filter { view.entries[$0]?.ages != nil })
            view.recent = view.moved.filter { view.mean($0) != nil }.sorted()
            let means = view.recent.compactMap { view.mean($0) }
            view.recentIndex = means.isEmpty ? nil : FlatIndex(Matrix(means), space: space)
            try view.recentIndex?.prepare(threads: 1)
            return view
        }

        /// Whether somebody is compared by age.
        var hasAges: Bool { !growing.isEmpty }

        /// People whose prototypes may be others than in an older view, or new; rising.
        func changed(since old: View) -> [Int] {
            let some = base === old.base ? moved.union(old.moved).sorted() : entries.keys.sorted()
            return some.filter { mean($0) != nil && old.entries[$0]?.revision != entries[$0]?.revision }
        }

        /// The most similar of a few people to each vector, whatever their ages.
        func nearest(
            _ queries: Matrix, among few: [Int], floor: Float
        ) throws(LikenessError) -> [(person: Int, similarity: Float)?] {
            let means = few.compactMap { mean($0) }
            guard !means.isEmpty, queries.rows > 0 else { return .init(repeating: nil, count: queries.rows) }
            let known = few.filter { mean($0) != nil }
            return try FlatIndex(Matrix(means), space: space).search(queries, k: 1, floor: floor, threads: 1)
                .map { list in list.first.map { (person: known[Int($0.id)], similarity: $0.similarity) } }
        }

        /// People with a prototype.
        var count: Int { people.count - moved.count { contains($0) } + recent.count }

        /// Whether the large index has a row of a person.
        private func contains(_ person: Int) -> Bool {
            var (low, high) = (0, people.count)
            while low < high {
                let middle = (low + high) / 2
                if people[middle] < person { low = middle + 1 } else { high = middle }
            }
            return low < people.count && people[low] == person
        }

        /// The prototype of one person; nil without a vector.
        func mean(_ person: Int) -> [Float]? { entries[person].flatMap { $0.mean.isEmpty ? nil : $0.mean } }

        /// The length of the mean of a person's unit vectors; 1 where there is none.
        func length(_ person: Int) -> Float { entries[person]?.length ?? 1 }

        /// The people that are most similar to each vector, best first.
        ///
        /// Where it is known when a face was photographed (`taken`, in seconds), people with a birth date are compared as
        /// they were then: a child of three with its own time, not with the adult.
        func nearest(
            _ queries: Matrix, k: Int, floor: Float, taken: [Double?] = []
        ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
            return try candidates(queries, k: k + growing.count, floor: floor).enumerated().map { q, list in
                guard q < taken.count, let at = taken[q], !growing.isEmpty else { return Array(list.prefix(k)) }
                let then = compared(queries.row(q), at: at)
                var all = list.filter { then[$0.person] == nil }
                all += then.filter { $0.value >= floor }.map { (person: $0.key, similarity: $0.value) }
                return Array(all.sorted { ($1.similarity, $0.person) < ($0.similarity, $1.person) }.prefix(k))
            }
        }

        /// The most similar of both indexes, best first.
        private func candidates(
            _ queries: Matrix, k: Int, floor: Float
        ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
            var found = [[(person: Int, similarity: Float)]](repeating: [], count: queries.rows)
            if !people.isEmpty {
                let lists = try index.search(
                    queries, k: min(people.count, k + moved.count), floor: floor, threads: 1)
                for (q, list) in lists.enumerated() {
                    found[q] = list.map { (person: people[Int($0.id)], similarity: $0.similarity) }
                }
            }
            guard !moved.isEmpty else { return found }
            let lists = try recentIndex?.search(queries, k: min(recent.count, k), floor: floor, threads: 1)
            for q in found.indices {
                found[q].removeAll { moved.contains($0.person) }
                for near in lists?[q] ?? [] { found[q].append((recent[Int(near.id)], near.similarity)) }
                found[q].sort { ($1.similarity, $0.person) < ($0.similarity, $1.person) }
                found[q] = Array(found[q].prefix(k))
            }
            return found
        }

        /// How similar a face is to each growing person at a time.
        private func compared(_ vector: [Float], at: Double) -> [Int: Float] {
            var out: [Int: Float] = [:]
            for person in growing {
                guard let (bands, born) = entries[person]?.ages else { continue }
                // before a birth nobody is in a photo
                guard let age = AgeBands.age(on: Timestamp.text(at), born: born) else {
                    out[person] = -1
                    continue
                }
                out[person] = bands.similarity(of: vector, age: age) ?? -1
            }
            return out
        }
    }

    /// The people that are most similar to each vector, best first. `taken` holds when each was photographed.
    func nearest(
        _ queries: Matrix, k: Int, floor: Float, taken: [Double?] = [], _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> [[(person: Int, similarity: Float)]] {
        try view(library, model).nearest(queries, k: k, floor: floor, taken: taken)
    }

    /// The prototype of one person; nil without a vector.
    func mean(_ person: Int, _ library: PhotoLibrary, _ model: ModelRow) throws(LikenessError) -> [Float]? {
        try view(library, model).mean(person)
    }

    /// Makes those anew whose cards changed: O(pictures) of each, and O(people) where another process may change them.
    func view(_ library: PhotoLibrary, _ model: ModelRow) throws(LikenessError) -> View {
        let generation = library.access == .write ? library.store.cards.generation : nil
        let last = state.withLock { $0.model == model.number ? $0 : State() }
        if let ready = last.ready, let generation, last.generation == generation { return ready }
        let changed = last.ready == nil ? nil : last.generation.flatMap { library.store.cards.changes(since: $0) }
        let cards = try library.store.read { db in try Self.cards(db, changed) }
        let known = last.ready?.entries ?? [:]
        // a card that was taken away and made again counts from one
        let stale = cards.filter { changed != nil || known[$0.key]?.revision != $0.value }.keys.sorted()
        let gone = (changed.map(Array.init) ?? Array(known.keys)).filter { cards[$0] == nil && known[$0] != nil }
        let fresh = try means(stale, library, model)
        var made: [Int: Entry] = [:]
        for person in stale {
            made[person] = Entry(
                revision: cards[person] ?? 0, mean: fresh[person]?.mean ?? [], length: fresh[person]?.length ?? 1,
                ages: fresh[person]?.ages)
        }
        let view: View
        if let ready = last.ready {
            view = made.isEmpty && gone.isEmpty ? ready : try ready.changing(made, gone: gone)
        } else {
            view = try View(made, model.space)
        }
        state.withLock { $0 = State(model: model.number, ready: view, generation: generation) }
        return view
    }

    /// The revisions of people's cards, of all or of some.
    private static func cards(_ db: Database, _ some: Set<Int>?) throws -> [Int: Int] {
        let all = "SELECT person, revision FROM card WHERE faces > 0"
        let rows =
            if let some {
                try Row.fetchCursor(
                    db.cachedStatement(sql: all + " AND person IN (SELECT value FROM json_each(?))"),
                    arguments: [some.sorted().jsonList])
            } else {
                try Row.fetchCursor(db.cachedStatement(sql: all))
            }
        var out: [Int: Int] = [:]
        while let row = try rows.next() { out[row[0]] = row[1] }
        return out
    }

    /// What is made of a person's best pictures.
    private struct Made {
        var mean: [Float]
        var length: Float
        var ages: (bands: AgeBands, born: String)?
    }

    private func means(
        _ people: [Int], _ library: PhotoLibrary, _ model: ModelRow
    ) throws(LikenessError) -> [Int: Made] {
        let (places, births) = try library.store.read { db in
            var places: [Int: [(place: VectorLocation, at: Double)]] = [:]
            var births: [Int: String] = [:]
            let best = try db.cachedStatement(
                sql: """
                    SELECT e.segment, e.row, b.at FROM (
                        SELECT face, at FROM place WHERE person = ? ORDER BY best DESC, face DESC LIMIT ?) b
                    JOIN embedding e ON e.model = ? AND e.face = b.face
                    """)
            let born = try db.cachedStatement(sql: "SELECT birthDate FROM person WHERE no = ?")
            for person in people {
                births[person] = try String.fetchOne(born, arguments: [person])
                // a life has more stages than one mean
                let count = births[person] == nil ? Self.pictures : 8 * Self.pictures
                places[person] = try Row.fetchAll(best, arguments: [person, count, model.number])
                    .map { (VectorLocation(segment: $0[0], row: $0[1]), $0[2]) }
            }
            return (places, births)
        }
        let snapshot = try library.shelf.segments(model).snapshot()
        var out: [Int: Made] = [:]
        for (person, all) in places {
            let known = all.filter { snapshot.contains($0.place) }
            let rows = try snapshot.matrix(at: known.map(\.place))
            var sum = [Float](repeating: 0, count: model.space.dimension)
            let pictures = min(Self.pictures, rows.rows)
            for k in 0..<pictures { rows.withRow(k) { row in for i in row.indices { sum[i] += row[i] } } }
            let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0 else { continue }
            let ages = births[person].map { born in
                let ages = known.map {
                    $0.at > Placement.unknownTime ? AgeBands.age(on: Timestamp.text($0.at), born: born) : nil
                }
                return (bands: AgeBands(rows, ages: ages), born: born)
            }
            out[person] = Made(mean: sum.map { $0 / length }, length: length / Float(pictures), ages: ages)
        }
        return out
    }
}
