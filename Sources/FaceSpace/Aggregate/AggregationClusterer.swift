public import FaceCore

/// Feature aggregation, then the components of the neighbour lists at a threshold (k-NN DBSCAN with minPts 1).
public struct AggregationClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        /// Its `floor` is set from ``strangerRate``.
        public var aggregation: FeatureAggregation
        /// Neighbours whose similarity strangers reach more often than this are not mixed in; 0: all are.
        public var strangerRate: Double
        /// Length of the lists.
        public var neighbours: Int
        /// The similarity of aggregated vectors from which two neighbours are one person.
        public var threshold: Float
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(
            aggregation: FeatureAggregation = .init(), strangerRate: Double = 1e-4, neighbours: Int = 80,
            threshold: Float = 0.88, qualityFloor: Float = 0.25
        ) {
            precondition((0..<1).contains(strangerRate) && neighbours > 0, "a rate lies in 0..<1")
            self.aggregation = aggregation
            self.strangerRate = strangerRate
            self.neighbours = neighbours
            self.threshold = threshold
            self.qualityFloor = qualityFloor
        }
    }

    public let method = "aggregation-dbscan"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let groups = try ConstrainedGroups(input, qualityFloor: options.qualityFloor)
        let graph = try input.neighbours(k: options.neighbours, threads: threads)
        var aggregation = options.aggregation
        if options.strangerRate > 0 {
            aggregation.floor = input.meaning.threshold(falseAcceptRate: options.strangerRate)
        }
        let aggregated = try aggregation.aggregated(
            input.vectors, graph: groups.founders(of: graph), space: input.space, threads: threads)
        return try groups.grouping(
            aggregated.graph.components(threshold: options.threshold), graph: graph, method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "topk": Double(aggregation.neighbours),
                "layers": Double(aggregation.layers), "ownShare": Double(aggregation.ownShare),
                "smallestWeight": Double(aggregation.smallestWeight), "floor": Double(aggregation.floor),
                "relisting": aggregation.relisting == .exact ? 1 : 0, "threshold": Double(options.threshold),
                "qualityFloor": Double(options.qualityFloor),
            ])
    }
}
