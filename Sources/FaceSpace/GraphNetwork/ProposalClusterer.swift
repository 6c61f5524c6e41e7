public import FaceCore

/// GCN-D and GCN-S: proposals of groups, scored by a network, cleaned by another, the best-scored taking its rows first.
///
/// Rows that no proposal holds stay alone. O(Σ sizes of proposals) products with the layers.
public struct ProposalClusterer: Clusterer {
    public let method = "gcn-d"
    private let detection: DetectionNetwork
    private let segmentation: SegmentationNetwork?
    private let proposals: GroupProposals
    private let suppression: Double
    private let qualityFloor: Float

    /// Reads `gcn-d.*` and, where they are, `gcn-s.*` of a safetensors file. Throws `component-missing`,
    /// `tensor-missing`, `file-format` and as the reading of a file.
    public init(
        weights path: String, proposals: GroupProposals = .init(), suppression: Double = 1, qualityFloor: Float = 0.25
    ) throws(LikenessError) {
        detection = try DetectionNetwork(path)
        let hasSegmentation = try NetworkTensors(path, prefix: "gcn-s.").has("layer0.weight")
        segmentation = hasSegmentation ? try SegmentationNetwork(path) : nil
        self.proposals = proposals
        self.suppression = suppression
        self.qualityFloor = qualityFloor
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        try requireDimension(detection.dimension, of: input)
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

/// Throws `dimension-mismatch` unless the vectors have as many numbers as a network reads.
func requireDimension(_ dimension: Int, of input: ClusteringInput) throws(LikenessError) {
    guard input.count == 0 || input.vectors.columns == dimension else {
        throw LikenessError(
            .dimensionMismatch,
            "the network reads vectors of \(dimension) numbers, these have \(input.vectors.columns)",
            remedy: "use the weights that were trained on \(input.space.id)")
    }
}
