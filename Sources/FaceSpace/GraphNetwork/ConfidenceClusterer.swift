public import FaceCore

/// GCN-V and GCN-E: every row follows its most similar neighbour of higher confidence; of the surest rows, whose parents
/// decide which groups become one, a second network chooses the parent.
public struct ConfidenceClusterer: Clusterer {
    public var method: String { edges == nil ? "gcn-v" : "gcn-v+e" }
    private let vertices: ConfidenceNetwork
    private let edges: ConnectivityNetwork?
    public let options: Options

    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// Similarity of two rows above which one follows the other.
        public var threshold: Float
        /// Share of the surest rows whose parents GCN-E chooses.
        public var confidentShare: Double
        /// Similarity of two rows' hidden units above which one follows the other, in lists made anew from these units;
        /// `nil`: the lists and similarities of the vectors decide.
        public var relisting: Float?
        public var qualityFloor: Float

        /// Published for MS1M: threshold 0.65, or relisting at 0.8. The standard ones are of docs/graph-networks.md.
        public init(
            neighbours: Int = 80, threshold: Float = 0.5, confidentShare: Double = 0.2, relisting: Float? = nil,
            qualityFloor: Float = 0.25
        ) {
            (self.neighbours, self.threshold, self.confidentShare) = (neighbours, threshold, confidentShare)
            (self.relisting, self.qualityFloor) = (relisting, qualityFloor)
        }
    }

    public init(_ vertices: ConfidenceNetwork, edges: ConnectivityNetwork? = nil, options: Options = .init()) {
        self.vertices = vertices
        self.edges = edges
        self.options = options
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        try vertices.card.require(input)
        try edges?.card.require(input)
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let graph = try input.neighbours(k: options.neighbours, threads: threads)
        let founders = groups.founders(of: graph)
        let adjacency = MeanAdjacency(of: founders)
        let (hidden, confidence) = vertices.confidence(input.vectors, adjacency, threads: threads)
        var links: [Int]
        if let relisting = options.relisting {
            let lists = try groups.founders(of: Self.lists(of: hidden, k: options.neighbours, threads: threads))
            links = ConfidenceDeduction.parents(of: lists, confidence: confidence, threshold: relisting)
        } else {
            links = ConfidenceDeduction.parents(of: founders, confidence: confidence, threshold: options.threshold)
        }
        if let edges { choose(&links, input, founders, confidence, edges, threads: threads) }
        var sets = DisjointSets(count: input.count)
        for (row, parent) in links.enumerated() where parent >= 0 { sets.unite(row, parent) }
        return try groups.grouping(
            (0..<input.count).map { sets.find($0) }, graph: graph, method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "threshold": Double(options.relisting ?? options.threshold),
                "relisting": options.relisting == nil ? 0 : 1, "confident": options.confidentShare,
                "qualityFloor": Double(options.qualityFloor),
            ])
    }

    /// The neighbours of every row by the cosine of its hidden units.
    private static func lists(of hidden: Matrix, k: Int, threads: Int) throws(LikenessError) -> NeighbourGraph {
        var hidden = hidden
        hidden.normaliseRows(threads: threads)
        let space = EmbeddingSpace(
            id: "gcn-v hidden", dimension: hidden.columns, metric: .cosine, normalised: true)
        // no row with all units 0 is anybody's neighbour
        return try NeighbourGraph.forGrouping(hidden, space: space, k: k, floor: 0.01, threads: threads)
    }

    /// Lets GCN-E choose the parents of the surest rows.
    private func choose(
        _ parents: inout [Int], _ input: ClusteringInput, _ graph: NeighbourGraph, _ confidence: [Float],
        _ edges: ConnectivityNetwork, threads: Int
    ) {
        let surest = ParentCandidates.surest(options.confidentShare, of: confidence)
        let chosen = parallelMap(surest.count, threads: threads, grain: 16) {
            likeliest(surest[$0], input, graph, confidence, edges)
        }
        for (row, parent) in zip(surest, chosen) { parents[row] = parent }
    }

    /// The neighbour of higher confidence that is most probably the same person, if that is probable at all.
    private func likeliest(
        _ row: Int, _ input: ClusteringInput, _ graph: NeighbourGraph, _ confidence: [Float],
        _ edges: ConnectivityNetwork
    ) -> Int {
        guard let candidates = ParentCandidates(of: row, in: graph, confidence: confidence) else { return -1 }
        let (members, pivot) = (candidates.members, candidates.pivot)
        let p = edges.logProbabilities(
            input.vectors.rows(at: members), pivot: pivot, MeanAdjacency(of: members, in: graph))
        var best = pivot
        for t in members.indices where t != pivot && p[t, 1] > p[t, 0] {
            if best == pivot || p[t, 1] > p[best, 1] { best = t }
        }
        return best == pivot ? -1 : members[best]
    }
}
