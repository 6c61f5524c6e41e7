/// What a person has said about rows, and which photo each row is from.
///
/// The newest wish wins: an older one that contradicts it, directly or through others, is overridden and listed.
struct GroupConstraints: Sendable {
    enum Wish: Sendable, Hashable {
        case same(Int32, Int32)
        case different(Int32, Int32)
        /// These rows are confirmed members of a visible group, which keeps its id.
        case pin(Int64, [Int32])
    }

    /// In the order in which they were said.
    fileprivate(set) var wishes: [Wish] = []
    /// Photo of each row, −1 for none in particular: two rows of one photo are two people unless said to be the same.
    private(set) var photos: [Int] = []
    private var hasPhotos = false
    /// Rows that belong together whatever their similarity, both ways.
    private(set) var links: [Int32: [Int32]] = [:]
    /// Tags of rows that were called different: rows that share one may not be together.
    private var tags: [Int32: [Int]] = [:]
    private(set) var pins: [Int32: Int64] = [:]
    /// Places in ``wishes`` that newer ones contradict.
    private(set) var overridden: [Int] = []

    var isEmpty: Bool { wishes.isEmpty && !hasPhotos }

    /// The photos of further rows.
    mutating func append(photos more: [Int]) {
        photos += more
        if more.contains(where: { $0 >= 0 }) { hasPhotos = true }
    }

    mutating func add(_ wish: Wish) {
        wishes.append(wish)
        resolve()
    }

    /// Forgets what was said about rows that are gone.
    mutating func remove(_ rows: Set<Int32>) {
        for row in rows { photos[Int(row)] = -1 }
        guard !wishes.isEmpty else { return }
        wishes = wishes.compactMap { wish in
            switch wish {
            case .same(let a, let b), .different(let a, let b): rows.contains(a) || rows.contains(b) ? nil : wish
            case .pin(let group, let confirmed):
                confirmed.contains { !rows.contains($0) } ? .pin(group, confirmed.filter { !rows.contains($0) }) : nil
            }
        }
        resolve()
    }

    /// Tags of a row: odd ones of photos, even ones of pairs.
    func tags(of row: Int32) -> [Int] {
        let own = tags[row] ?? []
        let photo = photos[Int(row)]
        return photo >= 0 ? own + [2 * photo + 1] : own
    }

    /// All rows that wishes bind to this one, directly or through others.
    func linked(to row: Int32) -> [Int] {
        var seen: Set<Int32> = [row]
        var open = [row]
        while let next = open.popLast() {
            for other in links[next] ?? [] where seen.insert(other).inserted { open.append(other) }
        }
        return seen.map(Int.init)
    }

    fileprivate mutating func resolve() {
        (links, tags, pins, overridden) = ([:], [:], [:], [])
        var sets = KeyedSets()
        var apart: [(Int, Int)] = []
        for (place, wish) in wishes.enumerated().reversed() {
            var holds = true
            switch wish {
            case .same(let a, let b): holds = join(a, b, &sets, apart)
            case .different(let a, let b):
                holds = sets.find(Int(a)) != sets.find(Int(b))
                if holds {
                    apart.append((Int(a), Int(b)))
                    for row in [a, b] { tags[row, default: []].append(2 * place) }
                }
            case .pin(let group, let rows):
                for row in rows where pins[row] == nil && join(rows[0], row, &sets, apart) { pins[row] = group }
            }
            if !holds { overridden.append(place) }
        }
    }

    /// Links two rows unless a newer wish keeps their sets apart.
    private mutating func join(
        _ a: Int32, _ b: Int32, _ sets: inout KeyedSets, _ apart: [(Int, Int)]
    ) -> Bool {
        let (x, y) = (sets.find(Int(a)), sets.find(Int(b)))
        if a == b || x == y { return true }
        let clash = apart.contains { pair in
            let (p, q) = (sets.find(pair.0), sets.find(pair.1))
            return (p == x && q == y) || (p == y && q == x)
        }
        let named = Set(pins.filter { [x, y].contains(sets.find(Int($0.key))) }.values)
        guard !clash, named.count < 2 else { return false }
        sets.unite(x, y)
        links[a, default: []].append(b)
        links[b, default: []].append(a)
        return true
    }
}

extension GroupConstraints {
    /// The wishes as numbers: kind, then two rows, or an id, a count and rows.
    var encoded: [Int64] {
        wishes.flatMap { wish -> [Int64] in
            switch wish {
            case .same(let a, let b): [1, Int64(a), Int64(b)]
            case .different(let a, let b): [2, Int64(a), Int64(b)]
            case .pin(let id, let rows): [3, id, Int64(rows.count)] + rows.map(Int64.init)
            }
        }
    }

    /// Takes back what was saved; false for numbers that are no wishes.
    mutating func restore(photos: [Int], _ numbers: [Int64], rows count: Int) -> Bool {
        append(photos: photos)
        var rest = numbers[...]
        func row(_ n: Int64) -> Int32? { n >= 0 && n < count ? Int32(n) : nil }
        while let kind = rest.popFirst() {
            guard rest.count >= 2, let first = rest.popFirst(), let second = rest.popFirst() else { return false }
            if kind == 3 {
                guard second >= 1, second <= rest.count else { return false }
                let named = rest.prefix(Int(second)).compactMap(row)
                rest = rest.dropFirst(Int(second))
                guard named.count == Int(second) else { return false }
                wishes.append(.pin(first, named))
            } else {
                guard let a = row(first), let b = row(second), kind == 1 || kind == 2 else { return false }
                wishes.append(kind == 1 ? .same(a, b) : .different(a, b))
            }
        }
        resolve()
        return true
    }
}
