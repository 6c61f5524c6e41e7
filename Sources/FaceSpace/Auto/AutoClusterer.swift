public import FaceCore
import Glibc

/// The method and the thresholds that ``AutomaticChoice`` makes of the faces themselves.
public struct AutoClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var seed: UInt64
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float
        /// Also groups a little more and a little less strictly; ``Grouping/parameters`` then hold as `stability` how far
        /// the groups agree (``Grouping/pairAgreement(_:_:)``, the lower of both). Takes three times as long.
        public var measuresStability: Bool

        public init(seed: UInt64 = 1, qualityFloor: Float = 0.25, measuresStability: Bool = false) {
            self.seed = seed
            self.qualityFloor = qualityFloor
            self.measuresStability = measuresStability
        }
    }

    public let method = "auto"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let (labels, confidence, parameters) =
            input.count <= AutomaticChoice.fewFaces
            ? try byEvidence(input, threads: threads) : try many(input, threads: threads)
        return Grouping(labels: labels, confidence: confidence, method: method, parameters: parameters)
    }

    private func byEvidence(
        _ input: ClusteringInput, threads: Int
    ) throws(LikenessError) -> ([Int], [Float], [String: Double]) {
        let space = EmbeddingSpace(
            id: input.space.id, dimension: input.space.dimension, metric: input.space.metric,
            normalised: input.space.normalised, calibration: input.meaning)
        let known = try ClusteringInput(
            vectors: input.vectors, space: space, quality: input.quality, photos: input.photos, same: input.same,
            different: input.different, pinned: input.pinned, graph: input.graph)
        let rate = AutomaticChoice.falseAccepts(input.space.calibration)
        func groups(_ falseAccepts: Double) throws(LikenessError) -> Grouping {
            try EvidenceClusterer(.init(falseAccepts: falseAccepts, qualityFloor: options.qualityFloor))
                .group(known, threads: threads)
        }
        let found = try groups(rate)
        var parameters = found.parameters
        if options.measuresStability {
            parameters[Self.stability] = min(
                Grouping.pairAgreement(found.labels, try groups(rate * 10).labels),
                Grouping.pairAgreement(found.labels, try groups(rate / 10).labels))
        }
        return (found.labels, found.confidence, parameters)
    }

    private func many(
        _ input: ClusteringInput, threads: Int
    ) throws(LikenessError) -> ([Int], [Float], [String: Double]) {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let k = min(AutomaticChoice.neighbours, input.graph?.k ?? AutomaticChoice.neighbours)
        let graph = try input.neighbours(k: k, reads: .infinity, threads: threads)
        let choice = try AutomaticChoice(input, graph: graph, threads: threads)
        if choice.chosen.method == "evidence" {
            return try byEvidence(input.with(graph: graph), threads: threads)
        }
        let threshold = Float(choice.chosen.settings["threshold"] ?? 0.5)
        let modules = Modules(
            input: input, founders: groups.founders(of: graph), meaning: choice.meaning,
            merging: SetMerging(shared: input.sharedSimilarity), seed: options.seed, threads: threads)
        let found = try modules.found(threshold)
        let step = Self.step * (1 - modules.merging.shared)
        let grouping = try groups.grouping(
            found.labels, graph: graph, method: method,
            parameters: [
                "threshold": Double(threshold), "neighbours": Double(k), "seed": Double(options.seed),
                "qualityFloor": Double(options.qualityFloor), "codelength": found.codelength,
                "pieceEvidence": Double(modules.stop), "centreCosine": Double(modules.merging.centreCosine),
            ])
        var parameters = grouping.parameters
        if options.measuresStability {
            parameters[Self.stability] = min(
                Grouping.pairAgreement(found.labels, try modules.found(threshold - step).labels),
                Grouping.pairAgreement(found.labels, try modules.found(threshold + step).labels))
        }
        return (grouping.labels, grouping.confidence, parameters)
    }

    /// The parameter that says how far groups agree; from ``firm`` on they hardly depend on the threshold.
    public static let stability = "stability"
    public static let firm = 0.98
    /// How far thresholds are moved for it, of the way from what all vectors share to 1; the evidence of few faces by a factor of ten of its false unions.
    private static let step: Float = 0.02

    /// The groups that the lists have at a threshold, before qualities and wishes are looked at.
    private struct Modules {
        let input: ClusteringInput
        let founders: NeighbourGraph
        let meaning: Calibration
        let merging: SetMerging
        let seed: UInt64
        let threads: Int
        var stop: Float { Float(log(Double(input.count) / 0.1)) }

        func found(_ threshold: Float) throws(LikenessError) -> (labels: [Int], codelength: Double) {
            let network = LinkNetwork(union: founders, floor: threshold)
            let found = MapEquation(network, threads: threads).optimised(seed: seed)
            let merged = try merging.merged(
                found.labels, input.vectors, founders, floor: meaning.threshold(falseAcceptRate: 1e-4),
                threads: threads)
            let rule = EvidenceRule(scale: EvidenceScale(meaning), personShare: 0.8)
            let labels = PieceAttachment(rule: rule, stop: stop).attached(
                Grouping.numbered(merged), input.vectors, founders)
            return (labels, found.codelength.total)
        }
    }
}
