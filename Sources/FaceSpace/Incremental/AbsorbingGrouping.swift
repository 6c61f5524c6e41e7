public import FaceCore

/// The classic loop: absorb new rows into existing groups by their centres, cluster the rest, merge groups, release those
/// that are plainly wrong.
///
/// Absorption is greedy and final, so that the result depends on the order of the rows: kept as the baseline beside
/// ``IncrementalGrouping``. It knows photos and the quality floor, but no wishes: a wish that undoes an absorption would need
/// the edges that this method does not keep.
public struct AbsorbingGrouping: Sendable {
    public let space: EmbeddingSpace
    public let options: IncrementalOptions
    private var vectors: GrowingVectors
    private var constraints = GroupConstraints()
    public private(set) var isLive: [Bool] = []
    /// Whether each row may found a group; poorer ones are only absorbed.
    private var mayFound: [Bool] = []
    /// The group of each row, −1 while it waits for the next round.
    public private(set) var groups: [Int64] = []
    private var members: [Int64: [Int32]] = [:]
    /// Sums of the rows of each group.
    private var sums: [Int64: [Double]] = [:]
    /// Rows without a group, rising.
    private var pool: [Int] = []
    private var nextID: Int64 = 0
    private var work = SearchWork()
    private var clustered = 0

    /// Throws as ``IncrementalGrouping``.
    public init(space: EmbeddingSpace, options: IncrementalOptions = .init()) throws(LikenessError) {
        try options.check(space)
        self.space = space
        self.options = options
        vectors = GrowingVectors(dimension: space.dimension, metric: .cosine)
    }

    public var count: Int { groups.count }

    /// One round: n×d new rows of unit length and what waits in the pool. Throws as ``IncrementalGrouping``.
    @discardableResult
    public mutating func insert(
        _ rows: Matrix, quality: [Float] = [], photos: [Int] = [], threads: Int = availableThreads()
    ) throws(LikenessError) -> GroupingChange {
        try IncrementalGrouping.check(rows, space, quality, photos)
        let (first, before) = (count, groups)
        try vectors.append(rows)
        constraints.append(photos: photos.isEmpty ? [Int](repeating: -1, count: rows.rows) : photos)
        mayFound +=
            quality.isEmpty
            ? [Bool](repeating: true, count: rows.rows) : quality.map { $0 >= options.qualityFloor }
        isLive += [Bool](repeating: true, count: rows.rows)
        groups += [Int64](repeating: -1, count: rows.rows)
        pool += first..<count
        try absorb(threads)
        let fresh = try cluster(threads)
        try merge(fresh, threads)
        release()
        var report = GroupingChange(rows: first..<count)
        report.movedRows = before.indices.count { before[$0] != groups[$0] }
        let work = self.work.take()
        // what it compares rows with are centres, but for the rows that it clusters
        (report.comparedRows, report.comparedCentres) = (clustered, work.rows + work.centres)
        (report.calibrationRows, clustered) = (work.calibration, 0)
        return report
    }

    /// Removes rows. Throws `row-missing`; then nothing has changed.
    public mutating func remove(_ rows: [Int]) throws(LikenessError) {
        let gone = Set(rows)
        for row in gone where row < 0 || row >= count || !isLive[row] {
            throw LikenessError(.rowMissing, subject: "row \(row)", "there is no such row in the grouping")
        }
        for row in gone.sorted() {
            isLive[row] = false
            leave(row)
        }
        pool.removeAll { gone.contains($0) }
        constraints.remove(Set(gone.map(Int32.init)))
        vectors.erase(gone)
    }

    // MARK: Steps

    /// Each waiting row, in its order, joins the nearest centre of at least the similarity that no constraint forbids.
    private mutating func absorb(_ threads: Int) throws(LikenessError) {
        let names = members.keys.sorted()
        guard !names.isEmpty, !pool.isEmpty else { return }
        let queries = Matrix(pool.map { row in vectors.withRow(row) { Array($0) } })
        let lists = try reach(of: queries, among: Matrix(names.map(centre)), options.similarity, threads)
        var left: [Int] = []
        for (row, list) in zip(pool, lists) {
            // centres move as rows join: the lists are a first choice, the similarity is taken again
            let near = list.map { (id: names[Int($0.row)], s: similarity(row, names[Int($0.row)])) }
                .sorted { ($1.s, $0.id) < ($0.s, $1.id) }
            if let best = near.first(where: { $0.s >= options.similarity && !clash(row, $0.id) }) {
                enter(row, best.id)
            } else {
                left.append(row)
            }
        }
        pool = left
    }

    private mutating func reach(
        of queries: Matrix, among base: Matrix, _ similarity: Float, _ threads: Int
    ) throws(LikenessError) -> [[GrowingVectors.Neighbour]] {
        var all = GrowingVectors(dimension: space.dimension, metric: .cosine, recall: options.recall)
        try all.append(base, threads: threads)
        defer { work += all.takeWork() }
        return try all.within(similarity, of: queries, threads: threads)
    }

    /// What was not absorbed is clustered by density; what belongs to nobody waits on. Returns the new groups.
    private mutating func cluster(_ threads: Int) throws(LikenessError) -> [Int64] {
        guard !pool.isEmpty else { return [] }
        let rows = Matrix(pool.map { row in vectors.withRow(row) { Array($0) } })
        var part = DensityRows(
            dimension: space.dimension, minimumPoints: max(2, options.minimumPoints), recall: options.recall)
        _ = try part.insert(
            rows, mayFound: pool.map { mayFound[$0] }, within: options.similarity, threads: threads)
        let own = part.takeWork()
        clustered += own.rows
        work.centres += own.centres
        work.calibration += own.calibration
        var local = GroupConstraints()
        local.append(photos: pool.map { constraints.photos[$0] })
        let cutter = PieceCutter(density: part, constraints: local, options: options)
        var fresh: [Int64] = []
        for group in part.core.members.keys.sorted() {
            for piece in cutter.pieces(of: part.rows(of: group))
            where piece.count > 1 && piece.contains(where: { mayFound[pool[Int($0)]] }) {
                fresh.append(nextID)
                for row in piece { enter(pool[Int(row)], nextID) }
                nextID += 1
            }
        }
        pool = pool.filter { groups[$0] < 0 }
        return fresh
    }

    /// Groups whose centres are near merge, the nearest first, where their most central rows agree.
    private mutating func merge(_ fresh: [Int64], _ threads: Int) throws(LikenessError) {
        let names = members.keys.sorted()
        guard names.count > 1 else { return }
        let centres = Matrix(names.map(centre))
        let pieces = names.map { GroupPiece(rows: (members[$0] ?? []).sorted(), vectors) }
        var edges: [(s: Float, a: Int, b: Int)] = []
        for (a, list) in try reach(of: centres, among: centres, options.merge, threads).enumerated() {
            for n in list where Int(n.row) > a && agree(pieces[a], pieces[Int(n.row)]) {
                edges.append((n.closeness, a, Int(n.row)))
            }
        }
        edges.sort { ($1.s, $0.a, $0.b) < ($0.s, $1.a, $1.b) }
        var union = ConstrainedUnion(
            tags: constraints.isEmpty
                ? names.map { _ in [] } : pieces.map { $0.rows.flatMap { constraints.tags(of: $0) } },
            pins: names.map { _ in nil })
        for edge in edges { union.unite(edge.a, edge.b) }
        for a in names.indices where union.find(a) != a {
            let target = names[union.find(a)]
            for row in members[names[a]] ?? [] {
                leave(Int(row))
                enter(Int(row), target)
            }
        }
    }

    private func agree(_ a: GroupPiece, _ b: GroupPiece) -> Bool {
        GroupPiece.agreement(a.exemplars, b.exemplars, vectors) >= options.confirm
    }

    /// Oversized and wide groups are dissolved: their rows wait for the next round.
    private mutating func release() {
        for name in members.keys.sorted() {
            guard let rows = members[name], rows.count > 2 else { continue }
            let variance = Float(1 - (sums[name] ?? []).reduce(0) { $0 + $1 * $1 } / Double(rows.count * rows.count))
            guard rows.count > options.releaseSize || variance > options.releaseVariance else { continue }
            for row in rows { leave(Int(row)) }
            pool = (pool + rows.map { Int($0) }).sorted()
        }
    }

    // MARK: Groups

    private func centre(_ name: Int64) -> [Float] {
        let sum = sums[name] ?? []
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { Float($0 / max(length, .leastNormalMagnitude)) }
    }

    private func similarity(_ row: Int, _ name: Int64) -> Float {
        let centre = centre(name)
        return vectors.withRow(row) { x in centre.withUnsafeBufferPointer { x.product($0) } }
    }

    private func clash(_ row: Int, _ name: Int64) -> Bool {
        guard !constraints.isEmpty else { return false }
        let own = Set(constraints.tags(of: Int32(row)))
        return !own.isEmpty && (members[name] ?? []).contains { !own.isDisjoint(with: constraints.tags(of: $0)) }
    }

    private mutating func enter(_ row: Int, _ name: Int64) {
        groups[row] = name
        members[name, default: []].append(Int32(row))
        var sum = sums.removeValue(forKey: name) ?? [Double](repeating: 0, count: space.dimension)
        vectors.withRow(row) { x in for k in x.indices { sum[k] += Double(x[k]) } }
        sums[name] = sum
    }

    private mutating func leave(_ row: Int) {
        let name = groups[row]
        guard name >= 0 else { return }
        groups[row] = -1
        members[name]?.removeAll { $0 == Int32(row) }
        guard members[name]?.isEmpty == false else {
            members[name] = nil
            sums[name] = nil
            return
        }
        vectors.withRow(row) { x in for k in x.indices { sums[name]?[k] -= Double(x[k]) } }
    }
}
