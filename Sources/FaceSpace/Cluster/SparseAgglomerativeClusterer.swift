public import FaceCore

/// Average linkage on the neighbour graph: the similarity of two groups is the sum of the edges between them over *all*
/// pairs between them, so that a missing edge speaks against the union and a single bridge is outvoted.
///
/// With `presentOnly` the sum is divided by the edges that are there: more recall, and it chains. Unions by chains of
/// nearest neighbours, down to `threshold`. O(edges · log) in practice; memory of the edges.
public struct SparseAgglomerativeClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The lowest similarity of two groups that join.
        public var threshold: Float
        /// Missing pairs do not count.
        public var presentOnly: Bool

        public init(neighbours: Int = 80, threshold: Float, presentOnly: Bool = false) {
            self.neighbours = neighbours
            self.threshold = threshold
            self.presentOnly = presentOnly
        }
    }

    public var method: String { options.presentOnly ? "hac-sparse-present" : "hac-sparse" }
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(k: options.neighbours, threads: threads)
        let found = dendrogram(graph).labels(cut: .infinity)
        return Grouping(
            labels: found,
            confidence: silhouetteConfidence(found, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: ["neighbours": Double(options.neighbours), "threshold": Double(options.threshold)])
    }

    /// The unions down to the threshold; a height is 1 − similarity.
    package func dendrogram(_ graph: NeighbourGraph) -> Dendrogram {
        var groups = LinkedGroups(UnionGraph(graph), presentOnly: options.presentOnly)
        return Dendrogram(rows: graph.rows, unions: groups.unions(downTo: Double(options.threshold)))
    }
}

/// Groups with the sums of their edges to each other.
private struct LinkedGroups {
    /// What leads from a group to another one.
    struct Link {
        /// A row of the other group.
        var row: Int32
        var edges: Int32
        /// Sum of the similarities, in units of 2⁻³²: whole numbers add up alike from both sides and in any order, and those
        /// of as many edges as there can be fit.
        var sum: Int64
    }

    private static let unit = 0x1p32
    private var links: [[Link]]
    private var sizes: [Int]
    private var sets: DisjointSets
    /// Where each group was met while links are added up; −1 outside.
    private var place: [Int32]
    private let presentOnly: Bool

    init(_ graph: UnionGraph, presentOnly: Bool) {
        self.presentOnly = presentOnly
        links = (0..<graph.rows).map { row in
            graph.edges(of: row).map {
                Link(
                    row: graph.neighbours[$0], edges: 1,
                    sum: Int64((Double(graph.similarities[$0]) * Self.unit).rounded()))
            }
        }
        sizes = [Int](repeating: 1, count: graph.rows)
        sets = DisjointSets(count: graph.rows)
        place = [Int32](repeating: -1, count: graph.rows)
    }

    mutating func unions(downTo stop: Double) -> [(a: Int, b: Int, height: Double)] {
        var unions: [(a: Int, b: Int, height: Double)] = []
        var chain: [Int] = []
        for start in sizes.indices {
            if sets.find(start) == start { chain = [start] }
            while let tip = chain.last {
                let before = chain.count > 1 ? chain[chain.count - 2] : nil
                guard let best = nearest(tip, before: before), best.similarity >= stop else {
                    // similarities of a group only fall as others join: it is complete, and so was what led here
                    chain.removeAll()
                    break
                }
                guard best.group == before else {
                    chain.append(best.group)
                    continue
                }
                chain.removeLast(2)
                unions.append((min(tip, best.group), max(tip, best.group), 1 - best.similarity))
                unite(tip, best.group)
                if chain.isEmpty { chain = [min(tip, best.group)] }
            }
        }
        return unions
    }

    /// The most similar group; among equals the one before it in the chain, else the lowest.
    private mutating func nearest(_ group: Int, before: Int?) -> (group: Int, similarity: Double)? {
        addUp(group)
        var best: (group: Int, similarity: Double)?
        for link in links[group] {
            let other = Int(link.row)
            let pairs = presentOnly ? Double(link.edges) : Double(sizes[group]) * Double(sizes[other])
            let similarity = Double(link.sum) / Self.unit / pairs
            guard let leader = best else {
                best = (other, similarity)
                continue
            }
            let wins =
                similarity > leader.similarity
                || (similarity == leader.similarity && leader.group != before
                    && (other == before || other < leader.group))
            if wins { best = (other, similarity) }
        }
        return best
    }

    /// Names the groups that links lead to, and makes one link of several to one group.
    private mutating func addUp(_ group: Int) {
        var own: [Link] = []
        swap(&own, &links[group])
        var count = 0
        for k in own.indices {
            var link = own[k]
            let other = sets.find(Int(link.row))
            guard other != group else { continue }
            link.row = Int32(other)
            if place[other] < 0 {
                place[other] = Int32(count)
                own[count] = link
                count += 1
            } else {
                own[Int(place[other])].sum += link.sum
                own[Int(place[other])].edges += link.edges
            }
        }
        own.removeLast(own.count - count)
        for link in own { place[Int(link.row)] = -1 }
        swap(&own, &links[group])
    }

    private mutating func unite(_ a: Int, _ b: Int) {
        let (kept, gone) = (min(a, b), max(a, b))
        sets.unite(a, b)
        sizes[kept] += sizes[gone]
        // appending to the longer one
        var (long, short): ([Link], [Link]) = ([], [])
        swap(&long, &links[kept])
        swap(&short, &links[gone])
        if long.count < short.count { swap(&long, &short) }
        long.append(contentsOf: short)
        links[kept] = long
    }
}
