/// What a person has said about rows, and which photo each row is from.
///
/// The newest wish wins: an older one that contradicts it, directly or through others, is overridden and listed.
struct GroupConstraints: Sendable {
    enum Wish: Sendable, Hashable {
        case same(Int32, Int32)
        case different(Int32, Int32)
        /// These rows are confirmed members of a visible group, which keeps its id.
        case pin(Int64, [Int32])

        var rows: [Int32] {
            switch self {
            case .same(let a, let b), .different(let a, let b): [a, b]
            case .pin(_, let rows): rows
            }
        }

        /// What is left when rows go; nil for nothing.
        func without(_ gone: Set<Int32>) -> Wish? {
            guard case .pin(let group, let confirmed) = self else {
                return rows.contains { gone.contains($0) } ? nil : self
            }
            let left = confirmed.filter { !gone.contains($0) }
            return left.isEmpty ? nil : .pin(group, left)
        }
    }

    /// By number; a later one was said later.
    private var wishes: [Int: Wish] = [:]
    private var nextWish = 0
    /// The wishes that name a row.
    private var wishesOf: [Int32: Set<Int>] = [:]
    /// Photo of each row, −1 for none in particular: two rows of one photo are two people unless said to be the same.
    private(set) var photos: [Int] = []
    private var hasPhotos = false
    /// Rows that belong together whatever their similarity, both ways.
    private(set) var links: [Int32: [Int32]] = [:]
    /// Tags of rows that were called different: rows that share one may not be together.
    private var tags: [Int32: [Int]] = [:]
    private(set) var pins: [Int32: Int64] = [:]
    /// Numbers of wishes that newer ones contradict.
    private var contradicted: Set<Int> = []
    /// Wishes that were weighed against each other, since the count was taken last.
    private var touched = 0

    var isEmpty: Bool { wishes.isEmpty && !hasPhotos }

    /// Places, in the order in which they were said, of wishes that newer ones contradict. O(wishes).
    var overridden: [Int] {
        let order = wishes.keys.sorted()
        return order.indices.filter { contradicted.contains(order[$0]) }
    }

    mutating func takeTouched() -> Int {
        defer { touched = 0 }
        return touched
    }

    /// The photos of further rows.
    mutating func append(photos more: [Int]) {
        photos += more
        if more.contains(where: { $0 >= 0 }) { hasPhotos = true }
    }

    mutating func add(_ wish: Wish) {
        say(wish)
        resolve(wish.rows)
    }

    private mutating func say(_ wish: Wish) {
        wishes[nextWish] = wish
        for row in wish.rows { wishesOf[row, default: []].insert(nextWish) }
        nextWish += 1
    }

    /// Forgets what was said about rows that are gone.
    mutating func remove(_ rows: Set<Int32>) {
        for row in rows { photos[Int(row)] = -1 }
        let heard = rows.filter { wishesOf[$0] != nil }
        guard !heard.isEmpty else { return }
        let concerned = bound(Array(heard))
        for number in Set(heard.flatMap { wishesOf[$0] ?? [] }) {
            guard let wish = wishes.removeValue(forKey: number) else { continue }
            contradicted.remove(number)
            for row in wish.rows { wishesOf[row]?.remove(number) }
            guard let rest = wish.without(rows) else { continue }
            wishes[number] = rest
            for row in rest.rows { wishesOf[row, default: []].insert(number) }
        }
        resolve(concerned)
        for row in heard { wishesOf[row] = nil }
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

    /// All rows that wishes of any kind, also contradicted ones, connect with these.
    private func bound(_ start: [Int32]) -> [Int32] {
        var seen = Set(start)
        var open = start
        var weighed: Set<Int> = []
        while let row = open.popLast() {
            for number in wishesOf[row] ?? [] where weighed.insert(number).inserted {
                for other in wishes[number]?.rows ?? [] where seen.insert(other).inserted { open.append(other) }
            }
        }
        return seen.sorted()
    }

    /// Weighs the wishes that are connected with these rows, the newest first: no others can be concerned.
    private mutating func resolve(_ start: [Int32]) {
        let rows = bound(start)
        var numbers: Set<Int> = []
        for row in rows {
            (links[row], tags[row], pins[row]) = (nil, nil, nil)
            numbers.formUnion(wishesOf[row] ?? [])
        }
        touched += numbers.count
        var sides = WishSides()
        for number in numbers.sorted(by: >) {
            guard let wish = wishes[number] else { continue }
            if holds(wish, number, &sides) { contradicted.remove(number) } else { contradicted.insert(number) }
        }
    }

    /// Grants a wish as far as newer ones allow; whether it holds.
    private mutating func holds(_ wish: Wish, _ number: Int, _ sides: inout WishSides) -> Bool {
        switch wish {
        case .same(let a, let b): return join(a, b, &sides)
        case .different(let a, let b):
            guard sides.part(a, b) else { return false }
            for row in [a, b] { tags[row, default: []].append(2 * number) }
        case .pin(let group, let rows):
            for row in rows where pins[row] == nil && join(rows[0], row, &sides) {
                pins[row] = group
                sides.name(row, group)
            }
        }
        return true
    }

    /// Links two rows unless a newer wish keeps their sides apart.
    private mutating func join(_ a: Int32, _ b: Int32, _ sides: inout WishSides) -> Bool {
        switch sides.join(a, b) {
        case .refused: return false
        case .together: return true
        case .joined:
            links[a, default: []].append(b)
            links[b, default: []].append(a)
            return true
        }
    }
}

extension GroupConstraints {
    /// The wishes as numbers: kind, then two rows, or an id, a count and rows.
    var encoded: [Int64] {
        wishes.sorted { $0.key < $1.key }.flatMap { _, wish -> [Int64] in
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
                say(.pin(first, named))
            } else {
                guard let a = row(first), let b = row(second), kind == 1 || kind == 2 else { return false }
                say(kind == 1 ? .same(a, b) : .different(a, b))
            }
        }
        resolve(wishesOf.keys.sorted())
        return true
    }
}
