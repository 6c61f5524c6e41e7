public import FaceCore

/// Approximate rank order (Otto, Wang, Jain 2018): two rows belong together when they agree about who is near.
///
/// O_a(b) is the rank of b in the list of a; d(a, b) counts the neighbours of a up to that rank that are not in the list of
/// b (b itself counts as present); D = (d(a, b) + d(b, a)) / min(O_a(b), O_b(a)) for pairs of which one lists the other, a
/// missing rank being k + 1. Groups are the connected pairs of D ≤ `threshold`. Lists hold at most half of the other rows:
/// complete ones would agree about everything. Two rows that are each other's nearest are always linked, however little
/// they resemble each other. O(n·k²).
public struct RankOrderClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The largest distance D of a link.
        public var threshold: Double

        public init(neighbours: Int = 80, threshold: Double) {
            self.neighbours = neighbours
            self.threshold = threshold
        }
    }

    /// The distance of a pair of rows, a < b.
    package struct Pair: Sendable, Hashable {
        package let a: Int
        package let b: Int
        /// d(a, b).
        package let ab: Int
        /// d(b, a).
        package let ba: Int
        /// The lower of both ranks.
        package let rank: Int
        package var distance: Double { Double(ab + ba) / Double(rank) }
    }

    public let method = "rank-order"
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let k = min(options.neighbours, max(0, input.count - 1) / 2)
        let graph = try input.neighbours(k: k, threads: threads)
        let links = Self.pairs(graph, threads: threads) { $0.distance <= options.threshold }
        var sets = DisjointSets(count: input.count)
        for pair in links { sets.unite(pair.a, pair.b) }
        let labels = Grouping.numbered((0..<input.count).map { sets.find($0) })
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: ["neighbours": Double(k), "threshold": options.threshold])
    }

    /// Every pair of which one lists the other and that passes, by a, then as they were met.
    package static func pairs(
        _ graph: NeighbourGraph, threads: Int, where passes: @Sendable (Pair) -> Bool = { _ in true }
    ) -> [Pair] {
        // a block clears a number a row once: few blocks, and enough of them for every thread
        let block = max(512, (graph.rows + 63) / 64)
        let blocks = (graph.rows + block - 1) / block
        let found = parallelMap(blocks, threads: threads, grain: 1) { t in
            var rank = [Int32](repeating: 0, count: graph.rows)
            var pairs: [Pair] = []
            for a in t * block..<min(graph.rows, (t + 1) * block) {
                graph.withNeighbours(of: a) { list, _ in
                    for (place, other) in list.enumerated() { rank[Int(other)] = Int32(place + 1) }
                    for other in list {
                        // a pair that both list is met at the lower row
                        guard let pair = pair(a, Int(other), rank, graph) else { continue }
                        if passes(pair) { pairs.append(pair) }
                    }
                    for other in list { rank[Int(other)] = 0 }
                }
            }
            return pairs
        }
        return found.flatMap { $0 }
    }

    /// The distance of a row and one that it lists; `rank` holds the ranks of the row's list. nil when it is b's turn.
    private static func pair(_ a: Int, _ b: Int, _ rank: [Int32], _ graph: NeighbourGraph) -> Pair? {
        let k = graph.k
        let ofB = Int(rank[b])
        return graph.withNeighbours(of: b) { list, _ in
            let place = list.firstIndex(of: Int32(a))
            if place != nil, b < a { return nil }
            let ofA = place.map { $0 + 1 } ?? k + 1
            // of the first ofB neighbours of a (b among them), and the first min(ofA, k) of b: how many the other lists
            let (limitA, limitB) = (ofB, min(ofA, list.count))
            var (sharedA, sharedB) = (1, place == nil ? 0 : 1)
            for (position, other) in list.enumerated() {
                let r = Int(rank[Int(other)])
                guard r > 0 else { continue }
                if r <= limitA { sharedA += 1 }
                if position < limitB { sharedB += 1 }
            }
            let (ab, ba) = (limitA - sharedA, limitB - sharedB)
            return a < b
                ? Pair(a: a, b: b, ab: ab, ba: ba, rank: min(ofA, ofB))
                : Pair(a: b, b: a, ab: ba, ba: ab, rank: min(ofA, ofB))
        }
    }
}
