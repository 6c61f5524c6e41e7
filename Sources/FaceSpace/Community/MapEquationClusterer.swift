public import FaceCore

/// Modules of the two-level map equation on the union of the neighbour lists, weighted by similarity.
///
/// O(n·k) memory and about ten passes over the links a round; the similarity from which neighbours are linked decides
/// little as long as lists hold more friends than strangers.
public struct MapEquationClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The similarity from which two neighbours are linked.
        public var threshold: Float
        public var trials: Int
        public var seed: UInt64
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(
            neighbours: Int = 80, threshold: Float = 0.55, trials: Int = 1, seed: UInt64 = 1, qualityFloor: Float = 0.25
        ) {
            precondition(neighbours > 0 && trials > 0, "a search needs neighbours and a trial")
            self.neighbours = neighbours
            self.threshold = threshold
            self.trials = trials
            self.seed = seed
            self.qualityFloor = qualityFloor
        }
    }

    public let method = "map-equation"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let graph = try input.neighbours(k: options.neighbours, floor: options.threshold, threads: threads)
        let network = LinkNetwork(union: groups.founders(of: graph), floor: options.threshold)
        let found = MapEquation(network, threads: threads).optimised(seed: options.seed, trials: options.trials)
        return try groups.grouping(
            found.labels, graph: graph, method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "threshold": Double(options.threshold),
                "trials": Double(options.trials), "seed": Double(options.seed),
                "qualityFloor": Double(options.qualityFloor), "codelength": found.codelength.total,
            ])
    }
}
