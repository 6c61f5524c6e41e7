import FaceCore

/// What people see above the density groups: pieces, the merges decided between them, and ids that stay.
///
/// A function of the live rows and the wishes alone, but for the ids: it does not matter in which order rows came.
struct VisibleGroups: Sendable {
    /// By lowest row.
    private(set) var pieces: [Int32: GroupPiece] = [:]
    /// The piece of each row, −1 for none.
    private var pieceOf: [Int32] = []
    /// Confirmed merge candidates with the similarity of the centres, both ways.
    private(set) var candidates: [Int32: [Int32: Float]] = [:]
    /// The visible group of each row, −1 for nobody.
    private(set) var ids: [Int64] = []
    private(set) var nextID: Int64 = 0
    /// Of an approximate search; then there are no ``centres`` to search.
    private(set) var acquaintances: Acquaintances?
    private var centres: GrowingVectors
    /// The piece of each row of ``centres``, −1 for one that ended, and the reverse.
    private var slots: [Int32] = []
    private var compared = 0
    private var slotOf: [Int32: Int] = [:]
    /// Rows that an update read or wrote, since taken last.
    private(set) var touched = 0
    private(set) var conflicts = 0
    /// The id that each row had before the first change of it since ``takeMoved(before:)``.
    private var earlier: [Int32: Int64] = [:]

    init(dimension: Int, recall: Double = 1) {
        centres = GrowingVectors(dimension: dimension, metric: .cosine)
        if recall < 1 { acquaintances = Acquaintances() }
    }

    mutating func takeTouched() -> Int {
        defer { touched = 0 }
        return touched
    }

    /// Rows below `first` whose id is another one than when this was asked last. Rows that were taken out do not count.
    mutating func takeMoved(before first: Int, isLive: [Bool]) -> Int {
        defer { earlier.removeAll(keepingCapacity: earlier.count < 4096) }
        return earlier.count { row, id in Int(row) < first && isLive[Int(row)] && ids[Int(row)] != id }
    }

    private mutating func setID(_ id: Int64, of row: Int) {
        touched += 1
        guard ids[row] != id else { return }
        if earlier[Int32(row)] == nil { earlier[Int32(row)] = ids[row] }
        ids[row] = id
    }

    /// Follows a change of the density groups or of the constraints.
    mutating func update(
        _ change: DensityCore.Change, _ cutter: PieceCutter, threads: Int
    ) throws(LikenessError) {
        let density = cutter.density
        grow(to: density.count)
        var dirty = change.rows
        let groups = change.groups.sorted().map { density.rows(of: $0) }
        for rows in groups { for row in rows { dirty.insert(Int(row)) } }
        touched += dirty.count
        forget(dirty.filter { !density.isLive[$0] }, density)
        let (gone, bereft) = dissolve(dirty)
        for row in dirty where !density.isLive[row] { setID(-1, of: row) }
        var fresh: [Int32] = []
        var cut: [Int32] = []
        for rows in groups where !rows.isEmpty {
            let parts = cutter.pieces(of: rows).map { add($0, density) }
            fresh += parts
            if parts.count > 1 { cut += parts }
        }
        for row in dirty.sorted() where density.isLive[row] && density.group(of: row) < 0 && density.mayFound(row) {
            fresh.append(add([Int32(row)], density))
        }
        if acquaintances != nil {
            introduce(change.near, cut, density)
            askAcquaintances(fresh.sorted(), cutter)
        } else {
            try findCandidates(fresh.sorted(), cutter, threads)
        }
        for row in dirty where pieceOf[row] < 0 { setID(-1, of: row) }
        decide(from: fresh + bereft.filter { !gone.contains($0) || pieces[$0] != nil }, cutter)
    }

    /// What removed rows knew, one that stays of their piece knows from now on.
    private mutating func forget(_ removed: Set<Int>, _ density: DensityRows) {
        guard acquaintances != nil else { return }
        for row in removed.sorted() {
            let heir = pieces[pieceOf[row]]?.rows.first { density.isLive[Int($0)] }
            acquaintances?.forget(Int32(row), heir: heir)
        }
    }

    private mutating func grow(to count: Int) {
        let more = count - ids.count
        guard more > 0 else { return }
        ids += [Int64](repeating: -1, count: more)
        pieceOf += [Int32](repeating: -1, count: more)
    }

    /// Ends the pieces of these rows; returns them, and the pieces that were candidates beside them.
    private mutating func dissolve(_ rows: Set<Int>) -> (gone: Set<Int32>, bereft: Set<Int32>) {
        var gone: Set<Int32> = []
        for row in rows where pieceOf[row] >= 0 { gone.insert(pieceOf[row]) }
        var bereft: Set<Int32> = []
        for piece in gone {
            for row in pieces[piece]?.rows ?? [] { pieceOf[Int(row)] = -1 }
            for other in candidates.removeValue(forKey: piece)?.keys ?? [:].keys {
                candidates[other]?[piece] = nil
                bereft.insert(other)
            }
            pieces[piece] = nil
            if let slot = slotOf.removeValue(forKey: piece) { slots[slot] = -1 }
        }
        return (gone, bereft)
    }

    private mutating func add(_ rows: [Int32], _ vectors: DensityRows) -> Int32 {
        let name = rows[0]
        pieces[name] = GroupPiece(rows: rows, vectors, keepsCentre: acquaintances != nil)
        for row in rows { pieceOf[Int(row)] = name }
        return name
    }

    // MARK: Candidates

    private mutating func findCandidates(
        _ fresh: [Int32], _ cutter: PieceCutter, _ threads: Int
    ) throws(LikenessError) {
        guard !fresh.isEmpty else { return }
        try compactCentres(cutter.density, threads)
        let queries = Matrix(fresh.map { GroupPiece.centre(of: pieces[$0]?.rows ?? [], cutter.density) })
        for name in fresh {
            slotOf[name] = slots.count
            slots.append(name)
        }
        try centres.append(queries, threads: threads)
        let found = try centres.within(cutter.options.merge, of: queries, threads: threads)
        for (name, list) in zip(fresh, found) {
            for n in list {
                let other = slots[Int(n.row)]
                guard other >= 0, other != name, candidates[name]?[other] == nil else { continue }
                if isConfirmed(name, other, cutter) {
                    candidates[name, default: [:]][other] = n.closeness
                    candidates[other, default: [:]][name] = n.closeness
                }
            }
        }
    }

    /// Mean similarity of the most central rows of either.
    private mutating func isConfirmed(_ a: Int32, _ b: Int32, _ cutter: PieceCutter) -> Bool {
        guard let x = pieces[min(a, b)]?.exemplars, let y = pieces[max(a, b)]?.exemplars else { return false }
        touched += x.count + y.count
        return GroupPiece.agreement(x, y, cutter.density) >= cutter.options.confirm
    }

    /// Centres of ended pieces are thrown out when they are the most.
    private mutating func compactCentres(_ vectors: DensityRows, _ threads: Int) throws(LikenessError) {
        guard slots.count > 1024, slotOf.count < slots.count / 2 else { return }
        slots = slotOf.keys.sorted()
        slotOf = Dictionary(uniqueKeysWithValues: slots.enumerated().map { ($1, $0) })
        centres = GrowingVectors(dimension: centres.dimension, metric: .cosine)
        try centres.append(
            Matrix(slots.map { GroupPiece.centre(of: pieces[$0]?.rows ?? [], vectors) }), threads: threads)
    }

    mutating func takeWork() -> SearchWork {
        defer { compared = 0 }
        return SearchWork(centres: compared + centres.takeWork().rows)
    }

    /// Remembers which rows of other pieces new rows are like, and those of pieces that were cut are in reach of.
    private mutating func introduce(
        _ near: [(row: Int32, others: [GrowingVectors.Neighbour])], _ cut: [Int32], _ density: DensityRows
    ) {
        for (row, others) in near { acquaintances?.introduce(row, others, pieceOf) }
        for piece in cut {
            for row in pieces[piece]?.rows ?? [] {
                let entries = density.core.lists[density.entry(of: Int(row))]
                touched += entries.count
                let others = entries.map { n in
                    GrowingVectors.Neighbour(row: density.lowestRow(like: Int(n.row)), closeness: n.closeness)
                }
                acquaintances?.introduce(row, others, pieceOf)
            }
        }
    }

    /// Pieces whose rows know each other are candidates when their centres are near.
    private mutating func askAcquaintances(_ fresh: [Int32], _ cutter: PieceCutter) {
        guard let acquaintances else { return }
        for name in fresh {
            guard let piece = pieces[name] else { continue }
            var others: Set<Int32> = []
            for row in piece.rows { for other in acquaintances.of(row) { others.insert(pieceOf[Int(other)]) } }
            for other in others.sorted() where other >= 0 && other != name && candidates[name]?[other] == nil {
                guard let partner = pieces[other] else { continue }
                compared += 1
                let s =
                    name < other ? piece.similarity(partner, cutter.density) : partner.similarity(piece, cutter.density)
                guard s >= cutter.options.merge, isConfirmed(name, other, cutter) else { continue }
                candidates[name, default: [:]][other] = s
                candidates[other, default: [:]][name] = s
            }
        }
    }

    // MARK: Decisions

    /// Decides anew among all pieces that hang together with these by candidates or wishes.
    private mutating func decide(from start: [Int32], _ cutter: PieceCutter) {
        let region = region(from: start, cutter.constraints)
        guard !region.isEmpty else { return }
        let place = Dictionary(uniqueKeysWithValues: region.enumerated().map { ($1, $0) })
        let constraints = cutter.constraints
        let rows = region.map { pieces[$0]?.rows ?? [] }
        touched += rows.reduce(0) { $0 + $1.count }
        var union =
            constraints.isEmpty
            ? ConstrainedUnion(tags: region.map { _ in [] }, pins: region.map { _ in nil })
            : ConstrainedUnion(
                tags: rows.map { $0.flatMap { constraints.tags(of: $0) } },
                pins: rows.map { $0.lazy.compactMap { constraints.pins[$0] }.first })
        for row in constraints.links.isEmpty ? [] : rows.joined().sorted() {
            guard let others = constraints.links[row], let a = place[pieceOf[Int(row)]] else { continue }
            for other in others { if let b = place[pieceOf[Int(other)]] { union.unite(a, b, wished: true) } }
        }
        for edge in edges(region, place) {
            let pinned = union.pin(edge.a) != nil || union.pin(edge.b) != nil
            if !pinned || edge.similarity >= cutter.options.merge + 0.03 { union.unite(edge.a, edge.b) }
        }
        conflicts += union.conflicts
        let parts = Dictionary(grouping: region.indices) { union.find($0) }
        let groups = parts.sorted { $0.key < $1.key }.map { root, places in
            (rows: places.flatMap { rows[$0] }, pin: union.pin(root))
        }
        assign(groups)
    }

    private func region(from start: [Int32], _ constraints: GroupConstraints) -> [Int32] {
        var seen = Set(start.filter { pieces[$0] != nil })
        var open = Array(seen)
        while let piece = open.popLast() {
            var near = (candidates[piece] ?? [:]).keys.map { $0 }
            if !constraints.links.isEmpty {
                for row in pieces[piece]?.rows ?? [] {
                    near += (constraints.links[row] ?? []).map { pieceOf[Int($0)] }.filter { $0 >= 0 }
                }
            }
            for other in near where seen.insert(other).inserted { open.append(other) }
        }
        return seen.sorted()
    }

    private struct Edge {
        var similarity: Float
        var a: Int
        var b: Int
    }

    private func edges(_ region: [Int32], _ place: [Int32: Int]) -> [Edge] {
        var out: [Edge] = []
        for (a, name) in region.enumerated() {
            for (other, s) in candidates[name] ?? [:] {
                if let b = place[other], a < b { out.append(Edge(similarity: s, a: a, b: b)) }
            }
        }
        return out.sorted { ($1.similarity, $0.a, $0.b) < ($0.similarity, $1.a, $1.b) }
    }

    /// Gives each group an id: a pinned group its own; then, by largest overlap, an old one (ties: the older id); else a
    /// new one by lowest row.
    private mutating func assign(_ groups: [(rows: [Int32], pin: Int64?)]) {
        var names = groups.map(\.pin)
        var used = Set(names.compactMap { $0 })
        var overlaps: [(count: Int, id: Int64, group: Int)] = []
        for (g, group) in groups.enumerated() where names[g] == nil {
            var counts: [Int64: Int] = [:]
            for row in group.rows where ids[Int(row)] >= 0 { counts[ids[Int(row)], default: 0] += 1 }
            overlaps += counts.map { ($0.value, $0.key, g) }
        }
        overlaps.sort { ($1.count, $0.id, $0.group) < ($0.count, $1.id, $1.group) }
        for o in overlaps where names[o.group] == nil && used.insert(o.id).inserted { names[o.group] = o.id }
        for (g, group) in groups.enumerated() {
            let name = names[g] ?? nextID
            if names[g] == nil { nextID += 1 }
            for row in group.rows { setID(name, of: Int(row)) }
        }
    }
}

extension VisibleGroups {
    /// As saved: the piece and id of each row, the candidates, and of an approximate search the acquaintances; all else
    /// follows. Nil for parts that contradict each other.
    init?(
        pieceOf: [Int32], ids: [Int64], nextID: Int64, candidates edges: [(Int32, Int32, Float)], recall: Double,
        acquaintances pairs: [(Int32, Int32)], _ vectors: DensityRows
    ) throws(LikenessError) {
        self.init(dimension: vectors.dimension, recall: recall)
        var rows: [Int32: [Int32]] = [:]
        for (row, piece) in pieceOf.enumerated() where piece >= 0 { rows[piece, default: []].append(Int32(row)) }
        guard ids.count == pieceOf.count, rows.allSatisfy({ $0.key == $0.value[0] }), ids.allSatisfy({ $0 < nextID }),
            edges.allSatisfy({ rows[$0.0] != nil && rows[$0.1] != nil })
        else { return nil }
        (self.pieceOf, self.ids, self.nextID) = (pieceOf, ids, nextID)
        for (name, own) in rows { pieces[name] = GroupPiece(rows: own, vectors, keepsCentre: recall < 1) }
        if recall < 1 {
            guard pairs.allSatisfy({ vectors.isLive[Int($0.0)] && vectors.isLive[Int($0.1)] }) else { return nil }
            // a state that knew no acquaintances knew candidates
            for (a, b) in pairs.isEmpty ? edges.map({ ($0.0, $0.1) }) : pairs { acquaintances?.introduce(a, b) }
        } else {
            slots = rows.keys.sorted()
            for (slot, name) in slots.enumerated() { slotOf[name] = slot }
            try centres.append(Matrix(slots.map { GroupPiece.centre(of: rows[$0] ?? [], vectors) }))
        }
        for (a, b, s) in edges {
            candidates[a, default: [:]][b] = s
            candidates[b, default: [:]][a] = s
        }
    }

    var savedPieces: [Int32] { pieceOf }

    /// Each candidate once, in rising order.
    var savedCandidates: [(Int32, Int32, Float)] {
        candidates.keys.sorted().flatMap { a in
            (candidates[a] ?? [:]).filter { a < $0.key }.sorted { $0.key < $1.key }.map { (a, $0.key, $0.value) }
        }
    }
}
