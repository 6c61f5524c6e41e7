public import FaceCore

/// DBSCAN (Ester, Kriegel, Sander, Xu 1996) on cosine distance, exact, with a border rule that knows no order.
///
/// A row is core when at least `minPoints` rows, itself included, lie within ε of it. Groups are the connected core rows;
/// any other row joins its *nearest* core row within ε (the classic rule takes the first group that reaches it), ties to
/// the lower row; the rest is nobody's. O(n·k) memory: lists of k neighbours decide all but the links between two rows
/// whose lists are both full, and those are looked up in blocks of products.
public struct DBSCANClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        /// ε: the largest distance 1 − s of neighbours.
        public var distance: Float
        public var minPoints: Int
        /// Length of the lists that are kept; changes time and memory, not the result. At least `minPoints`.
        public var neighbours: Int

        public init(distance: Float, minPoints: Int = 2, neighbours: Int = 64) {
            self.distance = distance
            self.minPoints = minPoints
            self.neighbours = max(neighbours, minPoints)
        }

        /// The similarity 1 − ε.
        public var similarity: Float { 1 - distance }
    }

    public let method = "dbscan"
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(k: options.neighbours, floor: options.similarity, threads: threads)
        let isCore = coreRows(graph)
        var sets = DisjointSets(count: graph.rows)
        unite(graph, isCore, &sets)
        try uniteFull(graph, isCore, input.vectors, &sets, threads: threads)
        let found = labels(graph, isCore, &sets)
        return Grouping(
            labels: found,
            confidence: silhouetteConfidence(found, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: ["distance": Double(options.distance), "minPoints": Double(options.minPoints)])
    }

    /// The rows of lists that hold every pair within ε, as similarities of at least 1 − ε.
    package func partition(_ graph: NeighbourGraph) -> (labels: [Int], isCore: [Bool]) {
        let isCore = coreRows(graph)
        var sets = DisjointSets(count: graph.rows)
        unite(graph, isCore, &sets)
        return (labels(graph, isCore, &sets), isCore)
    }

    private func coreRows(_ graph: NeighbourGraph) -> [Bool] {
        (0..<graph.rows).map { near($0, graph) + 1 >= options.minPoints }
    }

    private func near(_ row: Int, _ graph: NeighbourGraph) -> Int {
        graph.withNeighbours(of: row) { _, similarities in
            similarities.prefix { $0 >= options.similarity }.count
        }
    }

    private func unite(_ graph: NeighbourGraph, _ isCore: [Bool], _ sets: inout DisjointSets) {
        for row in 0..<graph.rows where isCore[row] {
            graph.withNeighbours(of: row) { list, _ in
                for other in list.prefix(near(row, graph)) where isCore[Int(other)] { sets.unite(row, Int(other)) }
            }
        }
    }

    /// A list that is not full holds every row within ε: only a link between two full lists can be missing.
    private func uniteFull(
        _ graph: NeighbourGraph, _ isCore: [Bool], _ vectors: Matrix, _ sets: inout DisjointSets, threads: Int
    ) throws(LikenessError) {
        guard graph.k < graph.rows - 1 else { return }
        let roots = (0..<graph.rows).map { sets.find($0) }
        let full = (0..<graph.rows).filter { isCore[$0] && near($0, graph) == graph.k }
            .sorted { (roots[$0], $0) < (roots[$1], $1) }
        let links = try LinkSearch(vectors.rows(at: full), names: full.map { roots[$0] }, floor: options.similarity)
            .find(threads: threads)
        for (a, b) in links { sets.unite(a, b) }
    }

    private func labels(_ graph: NeighbourGraph, _ isCore: [Bool], _ sets: inout DisjointSets) -> [Int] {
        let labels = (0..<graph.rows).map { row in
            if isCore[row] { return sets.find(row) }
            let core = graph.withNeighbours(of: row) { list, _ in
                list.prefix(near(row, graph)).first { isCore[Int($0)] }
            }
            return core.map { sets.find(Int($0)) } ?? -1
        }
        return Grouping.numbered(labels)
    }
}
