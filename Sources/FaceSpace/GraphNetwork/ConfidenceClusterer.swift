public import FaceCore

/// GCN-V and GCN-E: every row follows its most similar neighbour of higher confidence; of the surest rows, whose parents
/// decide which groups become one, a second network chooses the parent.
public struct ConfidenceClusterer: Clusterer {
    public var method: String { edges == nil ? "gcn-v" : "gcn-v+e" }
    private let vertices: ConfidenceNetwork
    private let edges: ConnectivityNetwork?
    private let neighbours: Int
    private let threshold: Float
    private let confidentShare: Double
    private let qualityFloor: Float

    /// The threshold was chosen on CelebA (docs/graph-networks.md); published for MS1M: 0.65.
    public init(
        _ vertices: ConfidenceNetwork, edges: ConnectivityNetwork? = nil, neighbours: Int = 80,
        threshold: Float = 0.5, confidentShare: Double = 0.2, qualityFloor: Float = 0.25
    ) {
        self.vertices = vertices
        self.edges = edges
        self.neighbours = neighbours
        self.threshold = threshold
        self.confidentShare = confidentShare
        self.qualityFloor = qualityFloor
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        try vertices.card.require(input)
        try edges?.card.require(input)
        let groups = try ConstrainedGroups(input, qualityFloor: qualityFloor)
        let graph = try input.neighbours(k: neighbours, threads: threads)
        let founders = groups.founders(of: graph)
        let adjacency = MeanAdjacency(of: founders)
        let confidence = vertices.confidence(input.vectors, adjacency, threads: threads).confidence
        let links = parents(input, founders, confidence, threads: threads)
        var sets = DisjointSets(count: input.count)
        for (row, parent) in links.enumerated() where parent >= 0 { sets.unite(row, parent) }
        return try groups.grouping(
            (0..<input.count).map { sets.find($0) }, graph: graph, method: method,
            parameters: [
                "neighbours": Double(neighbours), "threshold": Double(threshold), "confident": confidentShare,
                "qualityFloor": Double(qualityFloor),
            ])
    }

    /// The parent that each row is linked to, or −1.
    private func parents(
        _ input: ClusteringInput, _ graph: NeighbourGraph, _ confidence: [Float], threads: Int
    ) -> [Int] {
        var parents = ConfidenceDeduction.parents(of: graph, confidence: confidence)
        for row in 0..<graph.rows where parents[row] >= 0 {
            if input.vectors.dot(row, input.vectors, parents[row]) <= threshold { parents[row] = -1 }
        }
        guard let edges else { return parents }
        let surest = ParentCandidates.surest(confidentShare, of: confidence)
        let chosen = Plain<Int>(count: surest.count, of: -1)
        parallelFor(surest.count, threads: threads, grain: 16) { t in
            chosen.base[t] = likeliest(surest[t], input, graph, confidence, edges)
        }
        for (t, row) in surest.enumerated() { parents[row] = chosen.base[t] }
        return parents
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
