public import FaceCore

/// GCN-D and GCN-S: proposals of groups, scored by a network, cleaned by another, the best-scored taking its rows first.
///
/// Rows that no proposal holds stay alone. O(Σ sizes of proposals) products with the layers.
public struct ProposalClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var proposals: GroupProposals
        /// Proposals that overlap a better one by more (IoU) are out; 1 suppresses none.
        public var suppression: Double
        /// Proposals of a smaller predicted purity (IoP) are out; 0 keeps all.
        public var purity: Float
        /// Proposals of at least this predicted purity are not cleaned.
        public var clean: Float
        public var qualityFloor: Float

        public init(
            proposals: GroupProposals = .init(), suppression: Double = 1, purity: Float = 0,
            clean: Float = .infinity, qualityFloor: Float = 0.25
        ) {
            (self.proposals, self.suppression) = (proposals, suppression)
            (self.purity, self.clean, self.qualityFloor) = (purity, clean, qualityFloor)
        }
    }

    public var method: String { segmentation == nil ? "gcn-d" : "gcn-d+s" }
    public let options: Options
    private let detection: DetectionNetwork
    private let segmentation: SegmentationNetwork?

    /// Throws `usage` where the purity decides and the network does not tell it.
    public init(
        _ detection: DetectionNetwork, segmentation: SegmentationNetwork? = nil, options: Options = .init()
    ) throws(LikenessError) {
        guard detection.tellsPurity || (options.purity <= 0 && options.clean > 1) else {
            throw LikenessError(
                .usage, subject: "purity", "this gcn-d tells the overlap of a proposal alone, not its purity",
                remedy: "use weights that were trained with --target both")
        }
        self.detection = detection
        self.segmentation = segmentation
        self.options = options
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        try detection.card.require(input)
        try segmentation?.card.require(input)
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let graph = try input.neighbours(k: options.proposals.neighbours, threads: threads)
        let founders = groups.founders(of: graph)
        let found = try options.proposals.proposals(of: founders, vectors: input.vectors, threads: threads)
        let pure = try parallelMap(found.count, threads: threads, grain: 16) { t in
            Result { () throws(LikenessError) in try judgement(of: found[t], input.vectors, founders) }
        }.map { (told) throws(LikenessError) in try told.get() }
            .filter { options.purity <= 0 || $0.purity >= options.purity }
        // what a network took out of a proposal forms a group at the lowest rank
        let owners = ProposalOverlap.owners(
            of: pure.map(\.kept) + pure.map(\.removed),
            scores: pure.map(\.score) + pure.map { _ in -.infinity }, rows: input.count,
            suppression: options.suppression)
        let labels = owners.enumerated().map { row, owner in owner >= 0 ? owner : 2 * pure.count + row }
        return try groups.grouping(
            labels, graph: graph, method: method,
            parameters: [
                "neighbours": Double(options.proposals.neighbours), "proposals": Double(found.count),
                "pure": Double(pure.count), "suppression": options.suppression, "purity": Double(options.purity),
                "qualityFloor": Double(options.qualityFloor),
            ])
    }

    /// What the networks say of one proposal.
    private struct Judgement {
        var score: Float = 0
        var purity: Float = 1
        var kept: [Int] = []
        var removed: [Int] = []
    }

    private func judgement(
        of rows: [Int], _ vectors: Matrix, _ graph: NeighbourGraph
    ) throws(LikenessError) -> Judgement {
        let adjacency = MeanAdjacency(of: rows, in: graph)
        let told = detection.judgement(
            try detection.card.frame.rows(of: rows, vectors: vectors, graph: graph, detection.algebra), adjacency)
        var out = Judgement(score: told.overlap, purity: told.purity ?? 1, kept: rows)
        guard let segmentation, out.purity < options.clean else { return out }
        let x = try segmentation.card.frame.rows(
            of: rows, vectors: vectors, graph: graph, seed: adjacency.heaviest, segmentation.algebra)
        let isKept = segmentation.kept(x, adjacency)
        out.kept = rows.indices.filter { isKept[$0] }.map { rows[$0] }
        out.removed = rows.indices.filter { !isKept[$0] }.map { rows[$0] }
        return out
    }
}
