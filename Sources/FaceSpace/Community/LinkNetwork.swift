public import FaceCore

/// Nodes with weighted links between them: what communities are found in.
///
/// 8 bytes an arc: an undirected link costs 16, a directed one 8 (16 while its flow is searched). A value type whose
/// arcs are shared.
public struct LinkNetwork: Sendable {
    public let nodes: Int
    public let isDirected: Bool
    /// Arcs by source; an undirected link is there twice.
    let arcs: Arcs

    /// One link.
    public struct Link: Sendable, Hashable {
        public let from: Int
        public let to: Int
        public let weight: Float

        public init(_ from: Int, _ to: Int, _ weight: Float) {
            self.from = from
            self.to = to
            self.weight = weight
        }
    }

    /// Number of links.
    public var links: Int { isDirected ? arcs.count : arcs.count / 2 }

    /// Every arc, by source; an undirected link is there twice.
    package var allLinks: [Link] {
        (0..<nodes).flatMap { v in
            (arcs.offsets[v]..<arcs.offsets[v + 1]).map { Link(v, Int(arcs.targets[$0]), arcs.weights[$0]) }
        }
    }

    init(nodes: Int, isDirected: Bool, arcs: Arcs) {
        self.nodes = nodes
        self.isDirected = isDirected
        self.arcs = arcs
    }

    /// A network of these links; links of a node to itself and of weight 0 are left out, several between two nodes stay
    /// several. Throws `row-missing` for a node outside 0..<nodes, `bad-data` for a negative weight, `non-finite`.
    public init(nodes: Int, links: [Link], isDirected: Bool) throws(LikenessError) {
        var lengths = [Int](repeating: 0, count: nodes)
        for link in links {
            for node in [link.from, link.to] where node < 0 || node >= nodes {
                throw LikenessError(.rowMissing, subject: "node \(node)", "a link names a node outside 0..<\(nodes)")
            }
            guard link.weight.isFinite else {
                throw LikenessError(.nonFinite, subject: "link \(link.from)–\(link.to)", "the weight is not a number")
            }
            guard link.weight >= 0 else {
                throw LikenessError(.badData, subject: "link \(link.from)–\(link.to)", "the weight is negative")
            }
            guard link.weight > 0, link.from != link.to else { continue }
            lengths[link.from] += 1
            if !isDirected { lengths[link.to] += 1 }
        }
        let arcs = Arcs(lengths: lengths)
        var next = Array(UnsafeBufferPointer(start: arcs.offsets, count: nodes))
        func put(_ a: Int, _ b: Int, _ weight: Float) {
            arcs.targets[next[a]] = Int32(b)
            arcs.weights[next[a]] = weight
            next[a] += 1
        }
        for link in links where link.weight > 0 && link.from != link.to {
            put(link.from, link.to, link.weight)
            if !isDirected { put(link.to, link.from, link.weight) }
        }
        self.init(nodes: nodes, isDirected: isDirected, arcs: arcs)
    }

    /// The union graph of neighbour lists: a link where either row lists the other with a similarity of at least
    /// `floor` and above 0, which is its weight. O(entries).
    public init(union graph: NeighbourGraph, k: Int = .max, floor: Float) {
        let lists = LinkNetwork.lists(of: graph, k: k, floor: floor)
        let back = lists.transposed()
        let n = graph.rows
        // −1: not in the list of the row at hand
        var mark = [Int32](repeating: -1, count: n)
        func eachExtra(_ row: Int, _ body: (Int) -> Void) {
            for e in lists.offsets[row]..<lists.offsets[row + 1] { mark[Int(lists.targets[e])] = Int32(row) }
            for e in back.offsets[row]..<back.offsets[row + 1] where mark[Int(back.targets[e])] != Int32(row) {
                body(e)
            }
        }
        let lengths = (0..<n).map { row in
            var extra = 0
            eachExtra(row) { _ in extra += 1 }
            return lists.offsets[row + 1] - lists.offsets[row] + extra
        }
        mark = [Int32](repeating: -1, count: n)
        let arcs = Arcs(lengths: lengths)
        for row in 0..<n {
            var at = arcs.offsets[row]
            for e in lists.offsets[row]..<lists.offsets[row + 1] {
                arcs.targets[at] = lists.targets[e]
                arcs.weights[at] = lists.weights[e]
                at += 1
            }
            eachExtra(row) { e in
                arcs.targets[at] = back.targets[e]
                arcs.weights[at] = back.weights[e]
                at += 1
            }
        }
        self.init(nodes: n, isDirected: false, arcs: arcs)
    }

    /// The first k entries of each list that reach the floor and lie above 0.
    private static func lists(of graph: NeighbourGraph, k: Int, floor: Float) -> Arcs {
        func length(_ similarities: UnsafeBufferPointer<Float>) -> Int {
            var (low, high) = (0, min(k, similarities.count))
            while low < high {
                let middle = (low + high) / 2
                if similarities[middle] >= floor && similarities[middle] > 0 { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let arcs = Arcs(lengths: (0..<graph.rows).map { graph.withNeighbours(of: $0) { length($1) } })
        for row in 0..<graph.rows {
            let (start, end) = (arcs.offsets[row], arcs.offsets[row + 1])
            graph.withNeighbours(of: row) { indices, similarities in
                for t in 0..<end - start {
                    arcs.targets[start + t] = indices[t]
                    arcs.weights[start + t] = similarities[t]
                }
            }
        }
        return arcs
    }
}
