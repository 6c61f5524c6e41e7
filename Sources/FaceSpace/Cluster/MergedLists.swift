internal import FaceCore

/// The lists of a graph after its rows were renamed, and several became one.
struct MergedLists {
    private let graph: NeighbourGraph
    private let node: (Int) -> Int32
    /// The similarity down to which lists have to be complete; −∞: they only have to be long.
    private let floor: Float

    /// `node` names the new row of each old one; −1 leaves it out.
    init(_ graph: NeighbourGraph, floor: Float, node: @escaping (Int) -> Int32) {
        self.graph = graph
        self.floor = floor
        self.node = node
    }

    /// The graph of the new rows: the entries of all old rows of a new one, the best for each neighbour, at most k.
    ///
    /// A full list that lost entries may have neighbours that were not listed. Where it has to be complete, or lost more than
    /// half, it is searched anew among `vectors`, O(n·d) each; in an estimated graph only where nothing is left.
    func graph(of vectors: Matrix, space: EmbeddingSpace, threads: Int) throws(LikenessError) -> NeighbourGraph {
        let n = vectors.rows
        let names = (0..<graph.rows).map(node)
        var starts = [Int](repeating: 0, count: n + 1)
        for name in names where name >= 0 { starts[Int(name) + 1] += 1 }
        for k in 0..<n { starts[k + 1] += starts[k] }
        var members = [Int32](repeating: 0, count: starts[n])
        var next = starts
        for (row, name) in names.enumerated() where name >= 0 {
            members[next[Int(name)]] = Int32(row)
            next[Int(name)] += 1
        }
        let graph = graph
        var lists = parallelMap(n, threads: threads, grain: 64) { [starts, members] k in
            Self.list(k, members[starts[k]..<starts[k + 1]], graph, names)
        }
        try searchStarved(&lists, starts, members, vectors, threads: threads)
        var offsets: [UInt64] = [0]
        offsets.reserveCapacity(n + 1)
        var neighbours: [Int32] = []
        var similarities: [Float] = []
        for list in lists {
            for entry in list {
                neighbours.append(entry.index)
                similarities.append(entry.similarity)
            }
            offsets.append(UInt64(neighbours.count))
        }
        return NeighbourGraph(
            rows: n, k: min(graph.k, max(0, n - 1)), floor: graph.floor, space: space.id, exactness: graph.exactness,
            storage: .init(offsets: offsets, neighbours: neighbours, similarities: similarities))
    }

    private struct Entry {
        var index: Int32
        var similarity: Float

        static func isBefore(_ a: Entry, _ b: Entry) -> Bool {
            a.similarity != b.similarity ? a.similarity > b.similarity : a.index < b.index
        }
    }

    private static func list(
        _ k: Int, _ members: ArraySlice<Int32>, _ graph: NeighbourGraph, _ names: [Int32]
    ) -> [Entry] {
        var entries: [Entry] = []
        for member in members {
            graph.withNeighbours(of: Int(member)) { list, similarities in
                for (place, other) in list.enumerated() where names[Int(other)] >= 0 && names[Int(other)] != k {
                    entries.append(Entry(index: names[Int(other)], similarity: similarities[place]))
                }
            }
        }
        entries.sort(by: Entry.isBefore)
        var seen: Set<Int32> = []
        entries.removeAll { !seen.insert($0.index).inserted }
        return Array(entries.prefix(graph.k))
    }

    /// Whether there may be neighbours of at least the floor that the list of an old row leaves out.
    private func hidesSome(_ row: Int) -> Bool {
        graph.degree(row) == graph.k
            && graph.withNeighbours(of: row) { _, similarities in similarities.last.map { $0 >= floor } ?? true }
    }

    private func searchStarved(
        _ lists: inout [[Entry]], _ starts: [Int], _ members: [Int32], _ vectors: Matrix, threads: Int
    ) throws(LikenessError) {
        let most = min(graph.k, vectors.rows - 1)
        let enough = graph.exactness != .exact ? 1 : floor > -.infinity ? most : (most + 1) / 2
        let starved = lists.indices.filter { k in
            lists[k].count < enough && members[starts[k]..<starts[k + 1]].contains { hidesSome(Int($0)) }
        }
        guard !starved.isEmpty, vectors.rows > 1, graph.k > 0 else { return }
        // one more, since each finds itself
        let k = min(graph.k, vectors.rows - 1) + 1
        let near = try vectors.topNeighbours(
            of: vectors.rows(at: starved), k: k, floor: graph.floor, threads: threads)
        for (s, row) in starved.enumerated() {
            let entries = (s * k..<(s + 1) * k).filter { near.indices[$0] >= 0 && Int(near.indices[$0]) != row }
            lists[row] = entries.prefix(graph.k)
                .map { Entry(index: near.indices[$0], similarity: near.similarities[$0]) }
        }
    }
}
