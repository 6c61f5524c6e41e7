public import FaceCore

/// FC-ES: links by neighbour-based edge probability with early stopping, then the directed two-level map equation
/// (Liu 2024, arXiv 2408.13431). No labels, no training; published 88.75/87.23 pairwise/BCubed F at 5.21 million faces.
public struct FCESClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var links: EarlyStopLinks
        /// Neighbours likelier than this to be strangers are left out of the lists; 0: none are, as published. Lists that
        /// reach far beyond a person's photos share so many strangers that everybody is linked with everybody.
        public var strangerRate: Double
        public var trials: Int
        public var seed: UInt64
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(
            links: EarlyStopLinks = .init(), strangerRate: Double = 1e-4, trials: Int = 1, seed: UInt64 = 1,
            qualityFloor: Float = 0.25
        ) {
            precondition(trials > 0, "a search needs a trial")
            precondition((0..<1).contains(strangerRate), "a rate lies in 0..<1")
            self.links = links
            self.strangerRate = strangerRate
            self.trials = trials
            self.seed = seed
            self.qualityFloor = qualityFloor
        }
    }

    public let method = "fc-es"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let floor =
            options.strangerRate > 0
            ? input.meaning.threshold(falseAcceptRate: options.strangerRate) : -Float.infinity
        let k = options.links.neighbours - 1
        let graph = try input.neighbours(k: k, floor: floor, threads: threads)
        let network = options.links.network(of: groups.founders(of: graph), threads: threads)
        let found = MapEquation(network, threads: threads).optimised(seed: options.seed, trials: options.trials)
        return try groups.grouping(
            found.labels, graph: graph, method: method,
            parameters: [
                "neighbours": Double(options.links.neighbours), "width": Double(options.links.width),
                "threshold": Double(options.links.threshold), "strangerRate": options.strangerRate,
                "trials": Double(options.trials),
                "seed": Double(options.seed), "qualityFloor": Double(options.qualityFloor),
                "links": Double(network.links), "codelength": found.codelength.total,
            ])
    }
}
