public import FaceCore

/// K-means: `clusters` centres, each row with the nearest. Spherical unless said otherwise.
///
/// The number of clusters has to be given; groups are assumed to be round and of one size, so that of people with many and
/// few photos the former are cut and the latter swallowed. For coarse cells, and as a baseline. O(n·K·d) an iteration.
///
/// The confidence is ½ + ½·(d₂ − d₁)/d₂ of the distances to the nearest and the second nearest centre.
public struct KMeansClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var clusters: Int
        /// Centres are directions, and rows go to the largest cosine.
        public var isSpherical: Bool
        /// Steps of small random samples instead of all rows.
        public var isMiniBatch: Bool
        /// 0: none, 1: Hamerly's, 2: Elkan's. The labels are the same.
        public var bounds: Int
        public var iterations: Int
        /// Runs from other centres, of which the best one counts.
        public var restarts: Int
        public var seed: UInt64

        public init(
            clusters: Int, isSpherical: Bool = true, isMiniBatch: Bool = false, bounds: Int = 0, iterations: Int = 100,
            restarts: Int = 1, seed: UInt64 = 1
        ) {
            self.clusters = clusters
            self.isSpherical = isSpherical
            self.isMiniBatch = isMiniBatch
            self.bounds = bounds
            self.iterations = iterations
            self.restarts = restarts
            self.seed = seed
        }
    }

    public var method: String { options.isMiniBatch ? "kmeans-minibatch" : "kmeans" }
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let found = try best(input.vectors, threads: threads)
        let labels = Grouping.numbered(found.labels.map { Int($0) })
        return Grouping(
            labels: labels, confidence: try confidence(input.vectors, found, threads: threads), method: method,
            parameters: [
                "clusters": Double(options.clusters), "spherical": options.isSpherical ? 1 : 0,
                "bounds": Double(options.bounds), "iterations": Double(found.objectives.count),
                "restarts": Double(options.restarts),
                "objective": found.objective, "seed": Double(options.seed),
            ])
    }

    /// The run of the lowest objective, the first one of equals.
    private func best(_ vectors: Matrix, threads: Int) throws(LikenessError) -> KMeans.Result {
        var best: KMeans.Result?
        for attempt in 0..<max(1, options.restarts) {
            let core = KMeans.Options(
                clusters: options.clusters, isSpherical: options.isSpherical,
                bounds: KMeans.Bounds(rawValue: options.bounds) ?? .none, iterations: options.iterations,
                seed: options.seed &+ UInt64(attempt))
            let found =
                options.isMiniBatch
                ? try MiniBatchKMeans(core).run(vectors, threads: threads)
                : try KMeans(core).run(vectors, threads: threads)
            if best.map({ found.objective < $0.objective }) ?? true { best = found }
        }
        return best ?? KMeans.Result(labels: [], centres: Matrix(rows: 0, columns: 0), objectives: [])
    }

    private func confidence(
        _ vectors: Matrix, _ found: KMeans.Result, threads: Int
    ) throws(LikenessError) -> [Float] {
        guard vectors.rows > 0 else { return [] }
        let centres = KMeansCentres(found.centres)
        let own = centres.distances(vectors, found.labels, threads: threads)
        let second = try NearestCentres(vectors, centres, threads: threads).second
        return zip(own, second).map { own, second in
            guard second.isFinite else { return 1 }
            let (d1, d2) = (Float(own.squareRoot()), second.squareRoot())
            return d2 > 0 ? min(1, max(0, 0.5 + 0.5 * (d2 - d1) / d2)) : 0.5
        }
    }
}
