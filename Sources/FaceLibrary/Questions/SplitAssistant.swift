public import FaceCore

/// Shows one person's faces in parts that may be other people, with the weakest bridges between them first.
///
/// Deterministic. O(n²·d) up to ``mostUnits`` faces; of more, the nearest are taken together first, O(n·units·d).
public struct SplitAssistant: Sendable {
    /// Faces that may be one person of their own.
    public struct Part: Sendable, Hashable {
        /// Rows, rising.
        public var rows: [Int]
        /// Up to twelve of the rows that show the variety of the part.
        public var examples: [Int]
        /// How many photos of each year, by year; without those of unknown date.
        public var years: [YearCount]
    }

    public struct YearCount: Sendable, Hashable {
        public var year: Int
        public var count: Int
    }

    /// What holds two sides together.
    public struct Bridge: Sendable, Hashable {
        /// Places of the parts on each side.
        public var left: [Int]
        public var right: [Int]
        /// The mean similarity of all pairs across the bridge.
        public var similarity: Float
        /// The two most similar faces across it.
        public var rowA: Int
        public var rowB: Int
        public var best: Float
        /// That both sides are one person, by chance and similarity alone.
        public var probability: Double
    }

    public struct Proposal: Sendable, Hashable {
        /// The largest first.
        public var parts: [Part]
        /// One less than parts, the weakest first.
        public var bridges: [Bridge]
    }

    /// Parts at most.
    public static let mostParts = 12
    static let mostUnits = 1_500
    /// −ln(1e-4), in nats: bridges that one of ten thousand pairs of strangers could build are shown.
    private static let doubtfulEvidence: Float = 9.21

    private let odds: SamePersonOdds

    /// Throws `calibration-missing`.
    public init(_ space: EmbeddingSpace) throws(LikenessError) { odds = try SamePersonOdds(space) }

    /// Parts by similarity of n×d unit rows; `years` holds the year of each row's photo, or is empty.
    ///
    /// Cut where a bridge is no stronger than one stranger in ten thousand could be; at least two parts, whatever the
    /// similarity, so that the weakest bridge can always be looked at.
    public func bySimilarity(_ vectors: Matrix, years: [Int?] = []) -> Proposal {
        precondition(years.isEmpty || years.count == vectors.rows, "a year, or nil, for each row")
        guard vectors.rows > 1 else {
            return Proposal(parts: [part(Array(0..<vectors.rows), vectors, years)], bridges: [])
        }
        let units = units(vectors)
        let tree = AverageLinkage(similarities: similarities(units, vectors), weights: units.map(\.count))
        let rows = { (cluster: Int) in tree.elements(of: cluster).flatMap { units[$0] }.sorted() }
        var cut: [AverageLinkage.Union] = []
        for union in tree.unions.reversed() {
            let sizes = (rows(union.a).count, rows(union.b).count)
            let nats = odds.evidence(similarity: union.similarity, sizes: sizes.0, sizes.1)
            guard cut.isEmpty || (nats < Self.doubtfulEvidence && cut.count < Self.mostParts - 1) else { break }
            cut.append(union)
        }
        return proposal(cut, rows, vectors, years)
    }

    /// Parts by year of the photo, rows of unknown year last; bridges between neighbouring years.
    public func byYear(_ vectors: Matrix, years: [Int?]) -> Proposal {
        precondition(years.count == vectors.rows, "a year, or nil, for each row")
        let groups = Dictionary(grouping: 0..<vectors.rows) { years[$0] ?? Int.max }.sorted { $0.key < $1.key }
        let parts = groups.map { part($0.value, vectors, years) }
        let bridges = zip(parts.indices, parts.indices.dropFirst()).map { bridge([$0], [$1], parts, vectors) }
        return Proposal(parts: parts, bridges: bridges.sorted { ($0.similarity, $0.rowA) < ($1.similarity, $1.rowA) })
    }

    // MARK: inside

    /// Faces that are taken together from the start: each alone, unless there are too many.
    private func units(_ vectors: Matrix) -> [[Int]] {
        guard vectors.rows > Self.mostUnits else { return (0..<vectors.rows).map { [$0] } }
        let choice = FarthestFirst.choose(vectors, count: Self.mostUnits)
        var units = [[Int]](repeating: [], count: choice.rows.count)
        for (row, unit) in choice.nearest.enumerated() { units[unit].append(row) }
        return units
    }

    private func similarities(_ units: [[Int]], _ vectors: Matrix) -> [Float] {
        let means = Matrix(units.map { GroupSummary.mean(of: vectors.rows(at: $0)) })
        let n = units.count
        var out = [Float](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<i {
                let s = means.dot(i, means, j)
                (out[i * n + j], out[j * n + i]) = (s, s)
            }
        }
        return out
    }

    private func proposal(
        _ cut: [AverageLinkage.Union], _ rows: (Int) -> [Int], _ vectors: Matrix, _ years: [Int?]
    ) -> Proposal {
        let split = Set(cut.flatMap { [rows($0.a), rows($0.b)] })
        // parts are the sides that are not cut further: no other side lies inside of them
        let sides = split.map(Set.init)
        let leaves = split.filter { side in
            let own = Set(side)
            return !sides.contains { $0.count < own.count && $0.isSubset(of: own) }
        }
        let parts = leaves.sorted { (-$0.count, $0[0]) < (-$1.count, $1[0]) }.map { part($0, vectors, years) }
        let bridges = cut.map { union -> Bridge in
            let (a, b) = (Set(rows(union.a)), Set(rows(union.b)))
            let left = parts.indices.filter { a.contains(parts[$0].rows[0]) }
            let right = parts.indices.filter { b.contains(parts[$0].rows[0]) }
            return bridge(left, right, parts, vectors)
        }
        return Proposal(parts: parts, bridges: bridges)
    }

    private func part(_ rows: [Int], _ vectors: Matrix, _ years: [Int?]) -> Part {
        let chosen = FarthestFirst.choose(vectors.rows(at: rows), count: 12).rows.map { rows[$0] }
        let counts = Dictionary(years.isEmpty ? [] : rows.compactMap { years[$0].map { ($0, 1) } }, uniquingKeysWith: +)
        return Part(
            rows: rows, examples: chosen,
            years: counts.sorted { $0.key < $1.key }.map { YearCount(year: $0.key, count: $0.value) })
    }

    private func bridge(_ left: [Int], _ right: [Int], _ parts: [Part], _ vectors: Matrix) -> Bridge {
        let (a, b) = (left.flatMap { parts[$0].rows }.sorted(), right.flatMap { parts[$0].rows }.sorted())
        let means = Matrix([GroupSummary.mean(of: vectors.rows(at: a)), GroupSummary.mean(of: vectors.rows(at: b))])
        let similarity = means.dot(0, means, 1)
        // of large sides the most central faces of the other side's look are enough to find a strong pair
        let (few, many) = (sample(a, vectors), sample(b, vectors))
        var best = (row: few[0], other: many[0], similarity: -Float.infinity)
        for i in few {
            for j in many {
                let s = vectors.dot(i, vectors, j)
                if s > best.similarity { best = (i, j, s) }
            }
        }
        let nats = odds.evidence(similarity: similarity, sizes: a.count, b.count)
        return Bridge(
            left: left, right: right, similarity: similarity, rowA: best.row, rowB: best.other, best: best.similarity,
            probability: odds.probability(evidence: nats, among: 2))
    }

    /// All rows of a side, or 256 that stand for them.
    private func sample(_ rows: [Int], _ vectors: Matrix) -> [Int] {
        guard rows.count > 256 else { return rows }
        return FarthestFirst.choose(vectors.rows(at: rows), count: 256).rows.map { rows[$0] }
    }
}
