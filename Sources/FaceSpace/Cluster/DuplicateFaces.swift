internal import FaceCore

/// The faces that a method gets to see: good ones, each burst of near-duplicates as one.
///
/// Equal vectors are one face. Beyond that the parts of the graph that edges of at least the limit connect are looked at:
/// members that near to the part's most central one become one with it, the others stay on their own, so that a chain of
/// small changes joins nobody. Faces that exclude each other never become one.
struct DuplicateFaces {
    /// A vector a node.
    let vectors: Matrix
    /// The lists of the nodes; nil when the method reads none.
    let graph: NeighbourGraph?
    /// The node of each face, by place; −1 for poor ones.
    private let node: [Int32]

    init(
        _ faces: ArrangedFaces, graph given: NeighbourGraph?, order: [Int], space: EmbeddingSpace,
        options: ConstrainedClusterer.Options, threads: Int
    ) throws(LikenessError) {
        let collapses = options.duplicates <= 1
        let equal = Self.equalFaces(faces, collapses: collapses)
        let distinct = faces.vectors.rows(at: equal.heads)
        var graph: NeighbourGraph
        if let given {
            var place = [Int](repeating: 0, count: order.count)
            for (k, row) in order.enumerated() { place[row] = k }
            graph = try MergedLists(given, floor: options.floor) { equal.node[place[$0]] }.graph(
                of: distinct, space: space, threads: threads)
        } else {
            let reads = options.neighbours > 0
            guard reads || collapses else {
                (vectors, self.graph, node) = (distinct, nil, equal.node)
                return
            }
            graph = try NeighbourGraph.forGrouping(
                distinct, space: space, k: reads ? options.neighbours : 8,
                floor: reads ? min(options.floor, options.duplicates) : options.duplicates, threads: threads)
        }
        let tags = equal.heads.map { faces.tags[$0] }
        let bursts = collapses ? Self.bursts(distinct, graph, tags, limit: options.duplicates) : nil
        if let bursts {
            let kept = bursts.indices.filter { Int(bursts[$0]) == $0 }
            var number = [Int32](repeating: -1, count: bursts.count)
            for (k, head) in kept.enumerated() { number[head] = Int32(k) }
            let nodes = bursts.map { number[Int($0)] }
            let rest = distinct.rows(at: kept)
            graph = try MergedLists(graph, floor: options.floor) { nodes[$0] }.graph(
                of: rest, space: space, threads: threads)
            node = equal.node.map { $0 < 0 ? -1 : nodes[Int($0)] }
            vectors = rest
        } else {
            (vectors, node) = (distinct, equal.node)
        }
        self.graph = options.neighbours > 0 || given != nil ? graph : nil
    }

    /// What was found for the nodes, for all faces; a burst of nobody becomes a group.
    func spread(_ found: Grouping) -> PlacedFaces {
        var sizes = [Int](repeating: 0, count: found.labels.count)
        for n in node where n >= 0 { sizes[Int(n)] += 1 }
        var names = found.labels
        var next = found.groupCount
        for n in names.indices where names[n] < 0 && sizes[n] > 1 {
            names[n] = next
            next += 1
        }
        return PlacedFaces(
            labels: node.map { $0 < 0 ? -1 : names[Int($0)] },
            confidence: node.map { $0 < 0 ? 0 : found.confidence[Int($0)] })
    }

    /// The node of each place and the first place of each node: places stand in order of their vectors, equal ones together.
    private static func equalFaces(_ faces: ArrangedFaces, collapses: Bool) -> (node: [Int32], heads: [Int]) {
        var node = [Int32](repeating: -1, count: faces.isFounder.count)
        var heads: [Int] = []
        for place in faces.founders {
            if collapses, let head = heads.last, faces.tags[place].isEmpty, faces.tags[head].isEmpty {
                let isEqual = faces.vectors.withRow(place) { a in
                    faces.vectors.withRow(head) { b in a.elementsEqual(b) }
                }
                if isEqual {
                    node[place] = Int32(heads.count - 1)
                    continue
                }
            }
            node[place] = Int32(heads.count)
            heads.append(place)
        }
        return (node, heads)
    }

    /// The head of the burst of each row; nil when there is none.
    private static func bursts(
        _ vectors: Matrix, _ graph: NeighbourGraph, _ tags: [[Int32]], limit: Float
    ) -> [Int32]? {
        var sets = DisjointSets(count: graph.rows)
        var isAny = false
        for row in 0..<graph.rows where tags[row].isEmpty {
            graph.withNeighbours(of: row) { list, similarities in
                for (place, other) in list.enumerated() where similarities[place] >= limit {
                    guard tags[Int(other)].isEmpty else { continue }
                    sets.unite(row, Int(other))
                    isAny = true
                }
            }
        }
        guard isAny else { return nil }
        var members: [Int: [Int]] = [:]
        for row in 0..<graph.rows { members[sets.find(row), default: []].append(row) }
        var heads = (0..<Int32(graph.rows)).map { $0 }
        for part in members.values where part.count > 1 {
            var sums = GroupSums(count: 1, columns: vectors.columns)
            for row in part { sums.add(row: row, of: vectors, to: 0) }
            let centrality = part.map { sums.similarity(row: $0, of: vectors, to: 0, isMember: true) ?? 0 }
            let head = part[centrality.indices.max { (centrality[$0], -$0) < (centrality[$1], -$1) } ?? 0]
            for row in part where vectors.dot(row, vectors, head) >= limit { heads[row] = Int32(head) }
        }
        return heads
    }
}
