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

    /// The minimum spanning tree of the listed pairs (Prim, in the order of the dense one, so that equal distances give
    /// the same tree), its parts joined at infinity.
    package func spanningForest(
        _ graph: NeighbourGraph, _ cores: [Double]
    ) -> [(a: Int, b: Int, height: Double)] {
        let edges = UnionGraph(graph)
        var best = [Double](repeating: .infinity, count: graph.rows)
        var from = [Int32](repeating: 0, count: graph.rows)
        var isIn = [Bool](repeating: false, count: graph.rows)
        var tree: [(a: Int, b: Int, height: Double)] = []
        var queue = ReachQueue()
        for start in 0..<graph.rows where !isIn[start] {
            if start > 0 { tree.append((0, start, .infinity)) }
            var next: Int? = start
            while let row = next {
                if row != start { tree.append((Int(from[row]), row, best[row])) }
                isIn[row] = true
                for e in edges.edges(of: row) where !isIn[Int(edges.neighbours[e])] {
                    let other = Int(edges.neighbours[e])
                    let reach = max(max(0, 1 - Double(edges.similarities[e])), cores[row], cores[other])
                    guard reach < best[other] else { continue }
                    (best[other], from[other]) = (reach, Int32(row))
                    queue.push(.init(reach: reach, row: Int32(other)))
                }
                next = nil
                while next == nil, let entry = queue.pop() {
                    // an entry that a shorter way has overtaken finds its row in the tree already
                    if !isIn[Int(entry.row)] { next = Int(entry.row) }
                }
            }
        }
        return tree
    }
}

/// Rows by how far they are from a growing tree; equal ones by number.
private struct ReachQueue {
    struct Entry {
        let reach: Double
        let row: Int32

        static func < (a: Entry, b: Entry) -> Bool { a.reach != b.reach ? a.reach < b.reach : a.row < b.row }
    }

    /// A binary heap: each entry is before those at 2·i + 1 and 2·i + 2.
    private var heap: [Entry] = []

    mutating func push(_ entry: Entry) {
        var place = heap.count
        heap.append(entry)
        while place > 0 {
            let above = (place - 1) / 2
            guard entry < heap[above] else { break }
            heap[place] = heap[above]
            place = above
        }
        heap[place] = entry
    }

    mutating func pop() -> Entry? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        var place = 0
        while 2 * place + 1 < heap.count {
            var below = 2 * place + 1
            if below + 1 < heap.count, heap[below + 1] < heap[below] { below += 1 }
            guard heap[below] < last else { break }
            heap[place] = heap[below]
            place = below
        }
        heap[place] = last
        return first
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
