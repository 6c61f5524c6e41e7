/// Cuts a density group where constraints forbid it or where it is plainly too wide.
struct PieceCutter {
    let density: DensityRows
    let constraints: GroupConstraints
    let options: IncrementalOptions
    /// How much the similarity rises from one cut to the next.
    private static let step: Float = 0.03
    private static let highest: Float = 0.95

    /// The parts of a group of rows (rising), each rising.
    func pieces(of rows: [Int32]) -> [[Int32]] {
        if needsNoCut(rows) { return [rows] }
        let oversized = rows.count > options.releaseSize
        return cut(rows, at: options.similarity + (oversized ? Self.step : 0))
    }

    private func needsNoCut(_ rows: [Int32]) -> Bool {
        rows.count <= options.releaseSize && !isWide(rows) && !hasClash(rows)
    }

    private func isWide(_ rows: [Int32]) -> Bool {
        rows.count > 2 && GroupPiece.variance(of: rows, density) > options.releaseVariance
    }

    private func hasClash(_ rows: [Int32]) -> Bool {
        guard !constraints.isEmpty else { return false }
        var seen: Set<Int> = []
        var pins: Set<Int64> = []
        for row in rows {
            for tag in constraints.tags(of: row) where !seen.insert(tag).inserted { return true }
            if let pin = constraints.pins[row] { pins.insert(pin) }
        }
        return pins.count > 1
    }

    /// Components of the edges of at least `similarity`, the strongest first, as far as constraints allow; wide ones are
    /// cut again.
    private func cut(_ rows: [Int32], at similarity: Float) -> [[Int32]] {
        let place = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let equals = Dictionary(grouping: rows.indices) { density.entry(of: Int(rows[$0])) }
        var union = ConstrainedUnion(
            tags: rows.map { constraints.tags(of: $0) }, pins: rows.map { constraints.pins[$0] })
        for (k, row) in rows.enumerated() {
            for other in constraints.links[row] ?? [] {
                if let o = place[other] { union.unite(k, o, wished: true) }
            }
        }
        for edge in edges(equals, representatives(rows, equals, &union), similarity) { union.unite(edge.a, edge.b) }
        let parts = Dictionary(grouping: rows.indices) { union.find($0) }
        return parts.sorted { $0.key < $1.key }.flatMap { _, places in
            let part = places.map { rows[$0] }
            let next = similarity + Self.step
            guard next < Self.highest, part.count < rows.count || isWide(part), isWide(part) else { return [part] }
            return cut(part, at: next)
        }
    }

    private struct Edge {
        var similarity: Float
        var a: Int
        var b: Int
    }

    /// By entry, of equal cores one place that stands for all that no constraint may part, joined here, and each other.
    private func representatives(
        _ rows: [Int32], _ equals: [Int: [Int]], _ union: inout ConstrainedUnion
    ) -> [Int: [Int]] {
        var seen: [Int: Int] = [:]
        if !constraints.isEmpty {
            for row in rows { for tag in constraints.tags(of: row) { seen[tag, default: 0] += 1 } }
        }
        func isBound(_ row: Int32) -> Bool {
            guard !constraints.isEmpty else { return false }
            return constraints.links[row] != nil || constraints.pins[row] != nil
                || constraints.tags(of: row).contains { (seen[$0] ?? 0) > 1 }
        }
        var out: [Int: [Int]] = [:]
        for (entry, places) in equals where density.core.isCore[entry] {
            let free = places.count > 1 ? places.filter { !isBound(rows[$0]) } : places
            for place in free.dropFirst() { union.unite(free[0], place) }
            out[entry] =
                places.count == free.count
                ? [places[0]] : (places.filter { isBound(rows[$0]) } + free.prefix(1)).sorted()
        }
        return out
    }

    /// Edges between cores, strongest first; then each border's edge to its nearest core. Ties by lower rows.
    private func edges(_ equals: [Int: [Int]], _ standing: [Int: [Int]], _ similarity: Float) -> [Edge] {
        var inner: [Edge] = []
        var outer: [Edge] = []
        for (entry, places) in equals {
            let own = standing[entry]
            for (k, a) in (own ?? []).enumerated() {
                for b in (own ?? [])[..<k] { inner.append(Edge(similarity: 1, a: b, b: a)) }
            }
            for n in density.core.lists[entry] where n.closeness >= similarity {
                guard let others = standing[Int(n.row)] else { continue }
                guard let own else {
                    outer += places.map { Edge(similarity: n.closeness, a: $0, b: others[0]) }
                    continue
                }
                guard entry < Int(n.row) else { continue }
                for a in own {
                    for b in others { inner.append(Edge(similarity: n.closeness, a: min(a, b), b: max(a, b))) }
                }
            }
        }
        func stronger(_ x: Edge, _ y: Edge) -> Bool { (y.similarity, x.a, x.b) < (x.similarity, y.a, y.b) }
        return inner.sorted(by: stronger) + strongestOfEach(outer.sorted(by: stronger))
    }

    /// A border belongs to one core: joined to two it would connect them.
    private func strongestOfEach(_ edges: [Edge]) -> [Edge] {
        var seen: Set<Int> = []
        return edges.filter { seen.insert($0.a).inserted }
    }
}
