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

    /// The minimum spanning tree of the listed pairs (Prim), its parts joined at infinity.
    package func spanningForest(
        _ graph: NeighbourGraph, _ cores: [Double]
    ) -> [(a: Int, b: Int, height: Double)] {
        let edges = UnionGraph(graph)
        var best = [Reach](repeating: .infinite, count: graph.rows)
        var isIn = [Bool](repeating: false, count: graph.rows)
        var tree: [(reach: Reach, row: Int)] = []
        var queue = ReachQueue()
        for start in 0..<graph.rows where !isIn[start] {
            if start > 0 { tree.append((.infinite, start)) }
            var next: Int? = start
            while let row = next {
                if row != start { tree.append((best[row], row)) }
                isIn[row] = true
                for e in edges.edges(of: row) where !isIn[Int(edges.neighbours[e])] {
                    let other = Int(edges.neighbours[e])
                    let reach = Reach(from: row, similarity: edges.similarities[e], cores[row], cores[other])
                    guard reach < best[other] else { continue }
                    best[other] = reach
                    queue.push(.init(reach: reach, row: Int32(other)))
                }
                next = nil
                while next == nil, let entry = queue.pop() {
                    // an entry that a shorter way has overtaken finds its row in the tree already
                    if !isIn[Int(entry.row)] { next = Int(entry.row) }
                }
            }
        }
        return Reach.edges(tree)
    }
}

/// How far a row is from a growing tree. Many pairs are mutually as far apart as one core distance: of those the nearer pair
/// comes first, so that a row between two groups goes to the nearer one, in whatever order rows are looked at.
private struct Reach {
    /// Mutual reachability.
    let height: Double
    let distance: Double
    /// The row of the tree.
    let from: Int32

    static let infinite = Reach(height: .infinity, distance: .infinity, from: 0)

    init(from row: Int, similarity: Float, _ coreA: Double, _ coreB: Double) {
        distance = max(0, 1 - Double(similarity))
        height = max(distance, coreA, coreB)
        from = Int32(row)
    }

    private init(height: Double, distance: Double, from: Int32) {
        (self.height, self.distance, self.from) = (height, distance, from)
    }

    static func < (a: Reach, b: Reach) -> Bool {
        a.height != b.height ? a.height < b.height : a.distance < b.distance
    }

    /// The edges of a tree, each by the row that joined, in the order of their lengths.
    static func edges(_ tree: [(reach: Reach, row: Int)]) -> [(a: Int, b: Int, height: Double)] {
        tree.sorted { $0.reach < $1.reach || (!($1.reach < $0.reach) && $0.row < $1.row) }
            .map { (Int($0.reach.from), $0.row, $0.reach.height) }
    }
}

/// Rows by how far they are from a growing tree; equal ones by number.
private struct ReachQueue {
    struct Entry {
        let reach: Reach
        let row: Int32

        static func < (a: Entry, b: Entry) -> Bool {
            a.reach < b.reach || (!(b.reach < a.reach) && a.row < b.row)
        }
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
        var best = [Reach](repeating: .infinite, count: n)
        var isIn = [Bool](repeating: false, count: n)
        var tree: [(reach: Reach, row: Int)] = []
        var latest = 0
        isIn[0] = true
        while tree.count < n - 1 {
            let row = latest
            best.withUnsafeMutableBufferPointer { best in
                nonisolated(unsafe) let best = best
                let joined = isIn
                parallelFor((n + part - 1) / part, threads: threads) { p in
                    for other in p * part..<min(n, (p + 1) * part) where !joined[other] {
                        let similarity = vectors.dot(row, vectors, other)
                        let reach = Reach(from: row, similarity: similarity, cores[row], cores[other])
                        if reach < best[other] { best[other] = reach }
                    }
                }
            }
            latest = -1
            for other in 0..<n where !isIn[other] && (latest < 0 || best[other] < best[latest]) { latest = other }
            isIn[latest] = true
            tree.append((best[latest], latest))
        }
        return Reach.edges(tree)
    }
}
