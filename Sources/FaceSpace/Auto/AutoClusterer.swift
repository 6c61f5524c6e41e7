public import FaceCore
import Glibc

/// The method and the thresholds that ``AutomaticChoice`` makes of the faces themselves.
public struct AutoClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var seed: UInt64
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(seed: UInt64 = 1, qualityFloor: Float = 0.25) {
            self.seed = seed
            self.qualityFloor = qualityFloor
        }
    }

    public let method = "auto"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let (labels, confidence, parameters) =
            input.count <= AutomaticChoice.fewFaces
            ? try few(input, threads: threads) : try many(input, threads: threads)
        return Grouping(labels: labels, confidence: confidence, method: method, parameters: parameters)
    }

    private func few(
        _ input: ClusteringInput, threads: Int
    ) throws(LikenessError) -> ([Int], [Float], [String: Double]) {
        let space = EmbeddingSpace(
            id: input.space.id, dimension: input.space.dimension, metric: input.space.metric,
            normalised: input.space.normalised, calibration: input.meaning)
        let known = try ClusteringInput(
            vectors: input.vectors, space: space, quality: input.quality, photos: input.photos, same: input.same,
            different: input.different, graph: input.graph)
        let rate = AutomaticChoice.falseAccepts(isCalibrated: input.space.calibration != nil)
        let found = try EvidenceClusterer(.init(falseAccepts: rate, qualityFloor: options.qualityFloor))
            .group(known, threads: threads)
        return (found.labels, found.confidence, found.parameters)
    }

    private func many(
        _ input: ClusteringInput, threads: Int
    ) throws(LikenessError) -> ([Int], [Float], [String: Double]) {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let k = min(AutomaticChoice.neighbours, input.graph?.k ?? AutomaticChoice.neighbours)
        let graph = try input.neighbours(k: k, threads: threads)
        let choice = AutomaticChoice(input, graph: graph)
        let threshold = Float(choice.chosen.settings["threshold"] ?? 0.5)
        let founders = groups.founders(of: graph)
        let network = LinkNetwork(union: founders, floor: threshold)
        let found = MapEquation(network, threads: threads).optimised(seed: options.seed)
        let rule = EvidenceRule(scale: EvidenceScale(choice.meaning), personShare: 0.8)
        let stop = Float(log(Double(input.count) / 0.1))
        let merging = SetMerging()
        let merged = try merging.merged(
            found.labels, input.vectors, founders, floor: choice.meaning.threshold(falseAcceptRate: 1e-4),
            threads: threads)
        let labels = PieceAttachment(rule: rule, stop: stop).attached(
            Grouping.numbered(merged), input.vectors, founders)
        let grouping = try groups.grouping(
            labels, graph: graph, method: method,
            parameters: [
                "threshold": Double(threshold), "neighbours": Double(k), "seed": Double(options.seed),
                "qualityFloor": Double(options.qualityFloor), "codelength": found.codelength.total,
                "pieceEvidence": Double(stop), "centreCosine": Double(merging.centreCosine),
            ])
        return (grouping.labels, grouping.confidence, grouping.parameters)
    }
}
