public import FaceCore

/// HDBSCAN (Campello, Moulavi, Sander 2013) on cosine distance 1 − s.
///
/// The core distance of a row is that to the `minPoints`-th nearest, itself counted first; rows are as far apart as the
/// largest of both core distances and their own. Groups are the branches of the minimum spanning tree that keep at least
/// `minSize` rows for longest (excess of mass, ``CondensedTree``). All pairs up to `exactLimit` rows, O(n²·d) time and O(n)
/// memory; beyond, the tree is made of the edges of the neighbour graph, and what no edge joins is infinitely far apart:
/// a group that hangs together by pairs outside the lists falls into pieces then. O(n·k·log n).
///
/// The confidence of a member is its membership λ / λ_max, of nobody 1 − its highest similarity.
public struct HDBSCANClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var minPoints: Int
        public var minSize: Int
        public var neighbours: Int
        public var exactLimit: Int
        /// Whether all rows may be one group.
        public var allowsSingle: Bool

        public init(
            minPoints: Int = 4, minSize: Int = 4, neighbours: Int = 80, exactLimit: Int = 20_000,
            allowsSingle: Bool = false
        ) {
            self.minPoints = minPoints
            self.minSize = max(2, minSize)
            self.neighbours = max(neighbours, minPoints)
            self.exactLimit = exactLimit
            self.allowsSingle = allowsSingle
        }
    }

    public let method = "hdbscan"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let isExact = input.count <= options.exactLimit
        let graph = try input.neighbours(k: isExact ? options.minPoints : options.neighbours, threads: threads)
        let cores = coreDistances(graph)
        let tree =
            isExact
            ? try DenseSpanningTree(input.vectors, cores: cores).edges(threads: threads) : spanningForest(graph, cores)
        let found = partition(tree, rows: input.count)
        let confidence = found.labels.indices.map { (row) -> Float in
            if found.labels[row] >= 0 { return Float(found.membership[row]) }
            return graph.withNeighbours(of: row) { _, similarities in 1 - min(1, max(0, similarities.first ?? 0)) }
        }
        return Grouping(
            labels: found.labels, confidence: confidence, method: method,
            parameters: [
                "minPoints": Double(options.minPoints), "minSize": Double(options.minSize),
                "neighbours": Double(graph.k), "exact": isExact ? 1 : 0, "allowsSingle": options.allowsSingle ? 1 : 0,
            ])
    }

    /// Distance to the `minPoints`-th nearest row; infinite where the list is shorter.
    package func coreDistances(_ graph: NeighbourGraph) -> [Double] {
        (0..<graph.rows).map { row in
            guard options.minPoints > 1 else { return 0 }
            return graph.withNeighbours(of: row) { _, similarities in
                let place = options.minPoints - 2
                return place < similarities.count ? max(0, 1 - Double(similarities[place])) : .infinity
            }
        }
    }

    /// The groups of a minimum spanning tree.
    package func partition(
        _ tree: [(a: Int, b: Int, height: Double)], rows: Int
    ) -> (labels: [Int], membership: [Double]) {
        let condensed = CondensedTree(Dendrogram(rows: rows, unions: tree), minSize: options.minSize)
        return condensed.groups(allowsSingle: options.allowsSingle)
    }

    /// The minimum spanning tree of the listed pairs (Kruskal), its parts joined at infinity.
    package func spanningForest(
        _ graph: NeighbourGraph, _ cores: [Double]
    ) -> [(a: Int, b: Int, height: Double)] {
        var edges: [(height: Double, a: Int32, b: Int32)] = []
        edges.reserveCapacity(graph.entries)
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { list, similarities in
                for (place, other) in list.enumerated() {
                    let isSeenThere =
                        other < row
                        && graph.withNeighbours(of: Int(other)) { list, _ in list.contains(Int32(row)) }
                    guard !isSeenThere else { continue }
                    let distance = max(0, 1 - Double(similarities[place]))
                    edges.append((max(distance, cores[row], cores[Int(other)]), Int32(row), other))
                }
            }
        }
        edges.sort { $0 < $1 }
        var sets = DisjointSets(count: graph.rows)
        var tree: [(a: Int, b: Int, height: Double)] = []
        for edge in edges {
            let (a, b) = (Int(edge.a), Int(edge.b))
            guard sets.find(a) != sets.find(b) else { continue }
            sets.unite(a, b)
            tree.append((a, b, edge.height))
        }
        for row in 0..<graph.rows where row > 0 && sets.find(row) != sets.find(0) {
            sets.unite(row, 0)
            tree.append((0, row, .infinity))
        }
        return tree
    }
}

/// The minimum spanning tree of all pairs by mutual reachability (Prim), without a matrix of them.
private struct DenseSpanningTree {
    private let vectors: Matrix
    private let cores: [Double]

    init(_ vectors: Matrix, cores: [Double]) {
        self.vectors = vectors
        self.cores = cores
    }

    func edges(threads: Int) throws(LikenessError) -> [(a: Int, b: Int, height: Double)] {
        let n = vectors.rows
        guard n > 1 else { return [] }
        let part = max(512, (n + threads - 1) / threads)
        var best = [Double](repeating: .infinity, count: n)
        var from = [Int32](repeating: 0, count: n)
        var isIn = [Bool](repeating: false, count: n)
        var tree: [(a: Int, b: Int, height: Double)] = []
        var latest = 0
        isIn[0] = true
        while tree.count < n - 1 {
            let row = latest
            best.withUnsafeMutableBufferPointer { best in
                from.withUnsafeMutableBufferPointer { from in
                    nonisolated(unsafe) let (best, from) = (best, from)
                    let joined = isIn
                    parallelFor((n + part - 1) / part, threads: threads) { p in
                        for other in p * part..<min(n, (p + 1) * part) where !joined[other] {
                            let distance = max(0, 1 - Double(vectors.dot(row, vectors, other)))
                            let reach = max(distance, cores[row], cores[other])
                            if reach < best[other] { (best[other], from[other]) = (reach, Int32(row)) }
                        }
                    }
                }
            }
            latest = -1
            for other in 0..<n where !isIn[other] && (latest < 0 || best[other] < best[latest]) { latest = other }
            isIn[latest] = true
            tree.append((Int(from[latest]), latest, best[latest]))
        }
        return tree
    }
}
