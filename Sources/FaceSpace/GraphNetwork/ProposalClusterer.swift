public import FaceCore

/// GCN-D and GCN-S: proposals of groups, scored by a network, cleaned by another, the best-scored taking its rows first.
///
/// Rows that no proposal holds stay alone. O(Σ sizes of proposals) products with the layers.
public struct ProposalClusterer: Clusterer {
    public var method: String { segmentation == nil ? "gcn-d" : "gcn-d+s" }
    private let detection: DetectionNetwork
    private let segmentation: SegmentationNetwork?
    private let proposals: GroupProposals
    private let suppression: Double
    private let qualityFloor: Float

    public init(
        _ detection: DetectionNetwork, segmentation: SegmentationNetwork? = nil, proposals: GroupProposals = .init(),
        suppression: Double = 1, qualityFloor: Float = 0.25
    ) {
        self.detection = detection
        self.segmentation = segmentation
        self.proposals = proposals
        self.suppression = suppression
        self.qualityFloor = qualityFloor
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        try detection.card.require(input)
        try segmentation?.card.require(input)
        let groups = try ConstrainedGroups(input, qualityFloor: qualityFloor)
        let k = proposals.cuts.map(\.neighbours).max() ?? 80
        let graph = try input.neighbours(k: k, threads: threads)
        let founders = groups.founders(of: graph)
        let found = proposals.proposals(of: founders)
        let scores = Plain<Float>(count: found.count, of: 0)
        let kept = Plain<Bool>(count: found.reduce(0) { $0 + $1.count }, of: true)
        var starts = [0]
        for proposal in found { starts.append(starts[starts.count - 1] + proposal.count) }
        parallelFor(found.count, threads: threads, grain: 16) { [starts] p in
            let x = input.vectors.rows(at: found[p])
            let adjacency = MeanAdjacency(of: found[p], in: founders)
            scores.base[p] = detection.score(x, adjacency)
            guard let segmentation else { return }
            for (t, isKept) in segmentation.kept(x, adjacency).enumerated() { kept.base[starts[p] + t] = isKept }
        }
        let cleaned = found.indices.map { p in
            found[p].indices.filter { kept.base[starts[p] + $0] }.map { found[p][$0] }
        }
        // what a network took out of a proposal forms a group at the lowest rank
        let leftovers = found.indices.map { p in
            found[p].indices.filter { !kept.base[starts[p] + $0] }.map { found[p][$0] }
        }
        let all = cleaned + leftovers
        let ranks = (0..<found.count).map { scores.base[$0] } + leftovers.map { _ in -Float.infinity }
        let owners = ProposalOverlap.owners(of: all, scores: ranks, rows: input.count, suppression: suppression)
        let labels = owners.enumerated().map { row, owner in owner >= 0 ? owner : all.count + row }
        return try groups.grouping(
            labels, graph: graph, method: method,
            parameters: [
                "neighbours": Double(k), "proposals": Double(found.count), "suppression": suppression,
                "qualityFloor": Double(qualityFloor),
            ])
    }
}
