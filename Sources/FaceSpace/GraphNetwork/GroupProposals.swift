public import FaceCore

/// Candidate groups for a network to judge: parts of the lists at several lengths, similarities and largest sizes
/// (``CDPPropagation``), and on a second level unions of a few such parts whose mean vectors are near (Yang et al., CVPR 2019).
public struct GroupProposals: Sendable, Hashable {
    /// One list length and the similarity from which its entries count.
    public struct Cut: Sendable, Hashable {
        public var neighbours: Int
        public var similarity: Float

        public init(_ neighbours: Int, _ similarity: Float) {
            self.neighbours = neighbours
            self.similarity = similarity
        }
    }

    /// The second level: super-vertices are the groups of one first-level cut and the rows that it left alone; their
    /// lists are made anew from their mean vectors and cut in the same way, but into parts of a few super-vertices.
    public struct Merging: Sendable, Hashable {
        /// The first-level cuts whose groups are joined, each on its own.
        public var bases: [Cut]
        /// List lengths and similarities between means.
        public var cuts: [Cut]
        /// Super-vertices that make one proposal at most.
        public var most: Int
        /// Rows of one proposal at most.
        public var largest: Int

        public init(bases: [Cut], cuts: [Cut], most: Int = 5, largest: Int = 1500) {
            precondition(most >= 2, "a union has at least two parts")
            (self.bases, self.cuts, self.most, self.largest) = (bases, cuts, most, largest)
        }

        /// Three bases × three cuts between means.
        public static let standard = Merging(
            bases: [Cut(80, 0.5), Cut(80, 0.6), Cut(10, 0.6)], cuts: [Cut(2, 0.5), Cut(3, 0.6), Cut(5, 0.65)])
    }

    public var cuts: [Cut]
    /// Rows of a first-level group at most, falling: the parts of one size that exceed the next are cut again.
    public var sizes: [Int]
    public var smallest: Int
    /// t ← t + (1 − t)·step for parts that are too large.
    public var step: Double
    /// `nil`: the first level alone.
    public var merging: Merging?

    /// Cuts and sizes chosen on CelebA and synthetic people (docs/graph-networks.md). The published eight for MS1M have
    /// k of 30, 60 and 80, similarities of 0.6…0.75, groups of 3…300.
    public init(
        cuts: [Cut] = [0.4, 0.45, 0.5, 0.55, 0.6, 0.7].flatMap { [Cut(80, $0), Cut(10, $0)] },
        sizes: [Int] = [1500, 300, 100, 30], smallest: Int = 2, step: Double = 0.05, merging: Merging? = .standard
    ) {
        precondition(smallest > 0 && step > 0 && step < 1, "sizes and steps are positive")
        precondition(sizes == sizes.sorted(by: >) && (sizes.last ?? 0) >= smallest, "sizes fall")
        (self.cuts, self.sizes, self.smallest, self.step, self.merging) = (cuts, sizes, smallest, step, merging)
    }

    /// The same with all first-level similarities moved by as much: for a space where people lie closer or further.
    public func moved(by shift: Float) -> GroupProposals {
        func moved(_ cuts: [Cut]) -> [Cut] { cuts.map { Cut($0.neighbours, $0.similarity + shift) } }
        var out = self
        out.cuts = moved(cuts)
        if let bases = merging?.bases { out.merging?.bases = moved(bases) }
        return out
    }

    /// Entries that the lists of a graph must have.
    public var neighbours: Int { (cuts + (merging?.bases ?? [])).map(\.neighbours).max() ?? 1 }

    /// All proposals, each rising, no two equal, in the order of levels, cuts and sizes; rows with empty lists are in
    /// none. O(entries) a cut and round, and the neighbours of all super-vertices for each base. Throws as the making of
    /// a graph.
    public func proposals(
        of graph: NeighbourGraph, vectors: Matrix, threads: Int = availableThreads()
    ) throws(LikenessError) -> [[Int]] {
        var seen: Set<[Int]> = []
        func new(_ groups: [[Int]]) -> [[Int]] {
            groups.filter { $0.count >= smallest && seen.insert($0).inserted }
        }
        let first = parallelMap(cuts.count, threads: threads, grain: 1) { parts(of: graph, cuts[$0], sizes) }
        var out = first.flatMap(new)
        guard let merging else { return out }
        for base in merging.bases {
            out += new(
                try unions(
                    merging, of: superVertices(of: graph, base), vectors, graph.space, threads))
        }
        return out
    }

    /// The connected parts of a cut with at most so many rows, for each of falling sizes, each rising; rows without a
    /// pair are in none.
    private func parts(of graph: NeighbourGraph, _ cut: Cut, _ sizes: [Int]) -> [[Int]] {
        var pairs: [CDPPropagation.Edge] = []
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { indices, similarities in
                for (j, s) in zip(indices, similarities).prefix(cut.neighbours) where s >= cut.similarity {
                    pairs.append(CDPPropagation.Edge(row, Int(j), Double(s)))
                }
            }
        }
        var out: [[Int]] = []
        for (n, size) in sizes.enumerated() {
            let groups = CDPPropagation(maxSize: size, step: step).rounds(pairs, rows: graph.rows).flatMap(\.groups)
            out += groups
            guard n + 1 < sizes.count else { break }
            var owner = [Int](repeating: -1, count: graph.rows)
            for (g, rows) in groups.enumerated() where rows.count > sizes[n + 1] {
                for row in rows { owner[row] = g }
            }
            pairs.removeAll { owner[Int($0.a)] < 0 || owner[Int($0.a)] != owner[Int($0.b)] }
        }
        return out
    }

    /// The parts of a cut, of the smallest size, and every other row that has neighbours, alone; by their first rows.
    private func superVertices(of graph: NeighbourGraph, _ cut: Cut) -> [[Int]] {
        let parts = parts(of: graph, cut, Array(sizes.suffix(1)))
        var isIn = [Bool](repeating: false, count: graph.rows)
        for row in parts.joined() { isIn[row] = true }
        let alone = (0..<graph.rows).filter { !isIn[$0] && graph.degree($0) > 0 }
        return (parts + alone.map { [$0] }).sorted { $0[0] < $1[0] }
    }

    /// Unions of two and more super-vertices, by all cuts between their means.
    private func unions(
        _ merging: Merging, of groups: [[Int]], _ vectors: Matrix, _ space: String, _ threads: Int
    ) throws(LikenessError) -> [[Int]] {
        let means = Self.means(of: groups, vectors)
        let graph = try NeighbourGraph.forGrouping(
            means,
            space: EmbeddingSpace(id: space, dimension: means.columns, metric: .cosine, normalised: true),
            k: merging.cuts.map(\.neighbours).max() ?? 1, floor: merging.cuts.map(\.similarity).min() ?? 1,
            threads: threads)
        return merging.cuts.flatMap { cut in
            parts(of: graph, cut, [merging.most]).filter { $0.count > 1 }
                .map { part in part.flatMap { groups[$0] }.sorted() }
                .filter { $0.count <= merging.largest }
        }
    }

    /// The mean vector of each group, of unit length; 0 where its rows cancel out.
    private static func means(of groups: [[Int]], _ vectors: Matrix) -> Matrix {
        var means = Matrix(rows: groups.count, columns: vectors.columns)
        let stride = means.stride
        means.withUnsafeMutableRows { base in
            for (g, rows) in groups.enumerated() {
                for row in rows {
                    vectors.withRow(row) { x in
                        for c in x.indices { base[g * stride + c] += x[c] }
                    }
                }
            }
        }
        means.normaliseRows()
        return means
    }
}
