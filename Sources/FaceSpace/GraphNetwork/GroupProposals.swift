/// Candidate groups for a network to judge: components of the lists at several lengths and similarities, those that are
/// too large cut at a rising similarity (the propagation of CDP, Zhan et al. 2018).
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

    public var cuts: [Cut]
    public var largest: Int
    public var smallest: Int
    /// t ← t + (1 − t)·step for components that are too large.
    public var step: Float

    /// The eight cuts of the published GCN-D.
    public init(
        cuts: [Cut] = [
            Cut(30, 0.6), Cut(30, 0.7), Cut(60, 0.6), Cut(60, 0.7), Cut(80, 0.6), Cut(80, 0.65), Cut(80, 0.7),
            Cut(80, 0.75),
        ], largest: Int = 300, smallest: Int = 3, step: Float = 0.05
    ) {
        precondition(largest >= smallest && smallest > 0 && step > 0 && step < 1, "sizes and steps are positive")
        self.cuts = cuts
        self.largest = largest
        self.smallest = smallest
        self.step = step
    }

    private struct Pair {
        var a: Int32
        var b: Int32
        var similarity: Float
    }

    /// All proposals, each rising, no two equal, in the order of the cuts. O(entries) a cut and round.
    public func proposals(of graph: NeighbourGraph) -> [[Int]] {
        var seen: Set<[Int]> = []
        return cuts.flatMap { propagated(graph, $0) }.filter { seen.insert($0).inserted }
    }

    private func propagated(_ graph: NeighbourGraph, _ cut: Cut) -> [[Int]] {
        var pairs: [Pair] = []
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { indices, similarities in
                for (j, s) in zip(indices, similarities).prefix(cut.neighbours) where s >= cut.similarity {
                    pairs.append(Pair(a: Int32(row), b: j, similarity: s))
                }
            }
        }
        guard var threshold = pairs.map(\.similarity).min() else { return [] }
        var done: [[Int]] = []
        var sets = DisjointSets(count: graph.rows)
        for round in 0..<100 where !pairs.isEmpty {
            let live = Set(pairs.flatMap { [Int($0.a), Int($0.b)] }).sorted()
            sets.separate(live)
            for pair in pairs where pair.similarity >= threshold { sets.unite(Int(pair.a), Int(pair.b)) }
            var members: [Int: [Int]] = [:]
            for row in live { members[sets.find(row), default: []].append(row) }
            for (_, group) in members.sorted(by: { $0.key < $1.key }) where group.count <= largest || round == 99 {
                if group.count >= smallest { done.append(group) }
            }
            pairs.removeAll { pair in
                let (a, b) = (sets.find(Int(pair.a)), sets.find(Int(pair.b)))
                return a != b || (members[a]?.count ?? 0) <= largest
            }
            threshold += (1 - threshold) * step
        }
        return done
    }
}
