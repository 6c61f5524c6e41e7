public import FaceCore

/// Communities of the union of the neighbour lists by Leiden, weighted by similarity.
public struct LeidenClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The similarity from which two neighbours are linked.
        public var threshold: Float
        public var quality: Leiden.Quality
        public var seed: UInt64
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(
            neighbours: Int = 80, threshold: Float = 0.5, quality: Leiden.Quality = .potts(density: 0.3),
            seed: UInt64 = 1, qualityFloor: Float = 0.25
        ) {
            precondition(neighbours > 0, "a search needs neighbours")
            self.neighbours = neighbours
            self.threshold = threshold
            self.quality = quality
            self.seed = seed
            self.qualityFloor = qualityFloor
        }
    }

    public let options: Options
    public var method: String {
        switch options.quality {
        case .potts: "leiden-cpm"
        case .modularity: "leiden-modularity"
        }
    }

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let graph = try input.neighbours(k: options.neighbours, floor: options.threshold, threads: threads)
        let network = LinkNetwork(union: groups.founders(of: graph), floor: options.threshold)
        let found = try Leiden(network, quality: options.quality).optimised(seed: options.seed)
        var parameters = [
            "neighbours": Double(options.neighbours), "threshold": Double(options.threshold),
            "seed": Double(options.seed), "qualityFloor": Double(options.qualityFloor), "quality": found.quality,
        ]
        switch options.quality {
        case .potts(let density): parameters["density"] = density
        case .modularity(let resolution): parameters["resolution"] = resolution
        }
        return try groups.grouping(found.labels, graph: graph, method: method, parameters: parameters)
    }
}
