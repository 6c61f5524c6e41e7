public import FaceCore

extension ClusterMethod {
    /// The methods of the textbooks. Standard thresholds by the table of docs/clustering.md.
    static let classic: [ClusterMethod] = [
        knnDBSCAN, adaptiveDBSCAN, dbscan, hdbscan, sparseAverage, sparseAveragePresent, sparseSingle,
        dense(.average, threshold: 0.36), dense(.complete, threshold: 0.22), dense(.single, threshold: 0.5), whispers,
        rankOrder, cdp, densityPeaks, spectral, affinityPropagation, kMeans, miniBatch,
    ]

    /// A method inside ``ConstrainedClusterer``, whose settings stand after its own.
    ///
    /// `make` also says how many neighbours, down to which similarity, the method reads of the graph.
    static func constrained(
        _ name: String, _ summary: String, settings: [Setting],
        make: @escaping @Sendable (_ values: Values, _ seed: UInt64) throws(LikenessError) -> Core
    ) -> ClusterMethod {
        let shared = [
            Setting("duplicates", 0.98, "similarity from which faces are shots of one moment; above 1: none are"),
            Setting("qualityFloor", 0.25, "faces of lower quality found no group, 0…1"),
            Setting("attach", 0.5, "similarity that a poor face needs to join a group, −1…1"),
        ]
        return ClusterMethod(name, summary, settings: settings + shared) { values, seed throws(LikenessError) in
            let core = try make(values, seed)
            return ConstrainedClusterer(
                core.clusterer,
                .init(
                    duplicates: Float(try values.number("duplicates", in: 0...2)),
                    qualityFloor: Float(try values.number("qualityFloor", in: 0...1)),
                    attach: Float(try values.number("attach", in: -1...1)), neighbours: core.neighbours,
                    floor: core.floor))
        }
    }

    /// A clusterer and what it reads of the graph.
    struct Core {
        let clusterer: any Clusterer
        let neighbours: Int
        var floor: Float = -.infinity
    }

    private static func neighbours(_ k: Int) -> Setting {
        Setting("neighbours", Double(k), "neighbours of each face that are looked at")
    }

    private static func threshold(_ value: Double, _ meaning: String) -> Setting {
        Setting("threshold", value, meaning + ", −1…1")
    }

    private static let knnDBSCAN = constrained(
        "knn-dbscan", "DBSCAN on the lists of neighbours, one threshold",
        settings: [
            neighbours(80), threshold(0.56, "similarity of a link"),
            Setting("minPoints", 2, "faces, itself included, that make a face core"),
            Setting("mutual", 0, "1: a link needs both faces to list each other"),
        ]
    ) { values, _ throws(LikenessError) in
        let k = try values.count("neighbours")
        return Core(
            clusterer: KNNDBSCANClusterer(
                .init(
                    neighbours: k, threshold: Float(try values.number("threshold", in: -1...1)), adaptation: 0,
                    minPoints: try values.count("minPoints"), mutual: try values.number("mutual", in: 0...1) == 1)),
            neighbours: k)
    }

    private static let adaptiveDBSCAN = constrained(
        "knn-dbscan-adaptive", "DBSCAN on the lists of neighbours, a threshold for each face",
        settings: [
            neighbours(80), threshold(0.58, "similarity of a link of a face of median density"),
            Setting("adaptation", 0.5, "how far a face's threshold follows its density"),
            Setting("band", 0.1, "how far it may move from the threshold"),
            Setting("scaleNeighbours", 8, "best neighbours whose mean is the density"),
            Setting("minPoints", 2, "faces, itself included, that make a face core"),
            Setting("mutual", 0, "1: a link needs both faces to list each other"),
        ]
    ) { values, _ throws(LikenessError) in
        let k = try values.count("neighbours")
        let threshold = Float(try values.number("threshold", in: -1...1))
        let band = Float(try values.number("band", in: 0...2))
        return Core(
            clusterer: KNNDBSCANClusterer(
                .init(
                    neighbours: k, threshold: threshold,
                    adaptation: Float(max(try values.number("adaptation", in: 0...10), 1e-9)),
                    lowest: threshold - band, highest: threshold + band,
                    scaleNeighbours: try values.count("scaleNeighbours"), minPoints: try values.count("minPoints"),
                    mutual: try values.number("mutual", in: 0...1) == 1)),
            neighbours: k)
    }

    private static let dbscan = constrained(
        "dbscan", "DBSCAN on all pairs, exact",
        settings: [
            Setting("distance", 0.44, "ε: largest 1 − similarity of neighbours, 0…2"),
            Setting("minPoints", 2, "faces, itself included, that make a face core"),
        ]
    ) { values, _ throws(LikenessError) in
        let options = DBSCANClusterer.Options(
            distance: Float(try values.number("distance", in: 0...2)), minPoints: try values.count("minPoints"))
        return Core(
            clusterer: DBSCANClusterer(options), neighbours: options.neighbours, floor: options.similarity)
    }

    private static let hdbscan = constrained(
        "hdbscan", "density branches that last longest; all pairs up to 20,000 faces, then the graph",
        settings: [
            neighbours(80), Setting("minPoints", 4, "the neighbour, itself first, whose distance is the density"),
            Setting("minSize", 4, "faces of the smallest group, from 2 on"),
            Setting("exactLimit", 20_000, "faces up to which all pairs are looked at"),
        ]
    ) { values, _ throws(LikenessError) in
        let options = HDBSCANClusterer.Options(
            minPoints: try values.count("minPoints"), minSize: try values.count("minSize", least: 2),
            neighbours: try values.count("neighbours"), exactLimit: try values.count("exactLimit", least: 0))
        return Core(clusterer: HDBSCANClusterer(options), neighbours: options.neighbours)
    }

    private static func sparse(_ name: String, _ summary: String, _ standard: Double, present: Bool) -> ClusterMethod {
        constrained(
            name, summary, settings: [neighbours(80), threshold(standard, "lowest similarity of two groups that join")]
        ) { values, _ throws(LikenessError) in
            let k = try values.count("neighbours")
            let threshold = Float(try values.number("threshold", in: -1...1))
            return Core(
                clusterer: SparseAgglomerativeClusterer(
                    .init(neighbours: k, threshold: threshold, presentOnly: present)), neighbours: k)
        }
    }

    private static let sparseAverage = sparse(
        "hac-sparse", "average linkage on the graph, missing pairs count as 0", 0.26, present: false)
    private static let sparseAveragePresent = sparse(
        "hac-sparse-present", "average linkage on the graph over the pairs that are there", 0.45, present: true)

    private static let sparseSingle = constrained(
        "hac-sparse-single", "single linkage on the graph: connected parts at a threshold",
        settings: [neighbours(80), threshold(0.56, "similarity of a link")]
    ) { values, _ throws(LikenessError) in
        let k = try values.count("neighbours")
        let threshold = Float(try values.number("threshold", in: -1...1))
        return Core(clusterer: SparseSingleClusterer(neighbours: k, threshold: threshold), neighbours: k)
    }

    private static func dense(_ linkage: AgglomerativeClusterer.Linkage, threshold standard: Double) -> ClusterMethod {
        constrained(
            "hac-\(linkage.rawValue)", "\(linkage.rawValue) linkage of all pairs, up to 20,000 faces",
            settings: [threshold(standard, "lowest similarity of two groups that join")]
        ) { values, _ throws(LikenessError) in
            let threshold = Float(try values.number("threshold", in: -1...1))
            return Core(clusterer: AgglomerativeClusterer(linkage, threshold: threshold), neighbours: 16)
        }
    }

    private static let whispers = constrained(
        "chinese-whispers", "labels spread along edges until nobody changes",
        settings: [
            neighbours(80), threshold(0.45, "similarity that an edge needs"),
            Setting("iterations", 20, "most visits to every face"),
        ]
    ) { values, seed throws(LikenessError) in
        let k = try values.count("neighbours")
        return Core(
            clusterer: ChineseWhispersClusterer(
                .init(
                    neighbours: k, threshold: Float(try values.number("threshold", in: -1...1)),
                    iterations: try values.count("iterations"), seed: seed)), neighbours: k)
    }

    private static let rankOrder = constrained(
        "rank-order", "approximate rank order: faces that agree about who is near",
        settings: [
            neighbours(80), Setting("threshold", 0.1, "largest rank-order distance of a link, from 0 on"),
        ]
    ) { values, _ throws(LikenessError) in
        let k = try values.count("neighbours")
        return Core(
            clusterer: RankOrderClusterer(
                .init(neighbours: k, threshold: try values.number("threshold", in: 0...1e6))), neighbours: k)
    }

    private static let cdp = constrained(
        CDPClusterer.name, "pairs by threshold, groups too large cut again (consensus-driven propagation)",
        settings: [
            neighbours(15), threshold(0.56, "similarity that a pair exceeds"),
            Setting("maxSize", 600, "faces of the largest group"),
            Setting("step", 0.05, "share of the way to 1 that the threshold rises, 0…1"),
        ]
    ) { values, _ throws(LikenessError) in
        let options = try propagation(values)
        return Core(clusterer: CDPClusterer(options), neighbours: options.neighbours)
    }

    private static func propagation(_ values: Values) throws(LikenessError) -> CDPClusterer.Options {
        .init(
            neighbours: try values.count("neighbours"), threshold: Float(try values.number("threshold", in: -1...1)),
            maxSize: try values.count("maxSize"), step: try values.number("step", in: 0...1))
    }

    /// `cdp` with graphs of other models, whose votes (all of them, or with `accept` so many) or whose mediator decide
    /// about pairs; its `probability` is that from which a pair counts. Rows are not rearranged: duplicates, qualities and
    /// wishes do not count. Throws `usage`.
    public static func propagation(
        _ given: [String: Double], committee: [NeighbourGraph], mediator: CDPMediator?
    ) throws(LikenessError) -> any Clusterer {
        let own = [
            Setting("accept", Double(committee.count), "graphs that have to list a pair"),
            Setting("probability", 0.98, "that the mediator has to give a pair, 0…1"),
        ]
        let method = ClusterMethod(CDPClusterer.name, cdp.summary, settings: cdp.settings.dropLast(3) + own) {
            values, _ throws(LikenessError) in
            var options = try propagation(values)
            options.accept = try values.count("accept", least: 0)
            options.probability = try values.number("probability", in: 0...1)
            return CDPClusterer(options, committee: committee, mediator: mediator)
        }
        return try method.make(given)
    }

    private static let densityPeaks = constrained(
        "density-peaks", "each face follows its nearest denser neighbour",
        settings: [
            neighbours(80), threshold(0.54, "similarity to the denser neighbour that is followed"),
            Setting("densityFloor", 0.4, "similarity from which neighbours make density, −1…1"),
        ]
    ) { values, _ throws(LikenessError) in
        let k = try values.count("neighbours")
        return Core(
            clusterer: DensityPeaksClusterer(
                .init(
                    neighbours: k, densityFloor: Float(try values.number("densityFloor", in: -1...1)),
                    threshold: Float(try values.number("threshold", in: -1...1)))), neighbours: k)
    }

    private static let spectral = constrained(
        "spectral", "k-means of eigenvectors in each connected part of the graph",
        settings: [
            neighbours(80), Setting("floor", 0.45, "similarity that an edge needs, 0…1"),
            Setting("clusters", 0, "groups of all parts together; 0: by the largest gap in each"),
        ]
    ) { values, seed throws(LikenessError) in
        let k = try values.count("neighbours")
        let clusters = try values.count("clusters", least: 0)
        return Core(
            clusterer: SpectralClusterer(
                .init(
                    neighbours: k, floor: Float(try values.number("floor", in: 0...1)),
                    clusters: clusters == 0 ? nil : clusters, seed: seed)), neighbours: k)
    }

    private static let affinityPropagation = constrained(
        "affinity-propagation", "faces elect exemplars by messages, up to 5,000 faces",
        settings: [
            Setting("preference", 0.5, "quantile of the similarities that a face has with itself, 0…1"),
            Setting("damping", 0.7, "share of the last message that is kept, 0.5…0.99"),
            Setting("iterations", 400, "most rounds of messages"),
        ]
    ) { values, _ throws(LikenessError) in
        Core(
            clusterer: AffinityPropagationClusterer(
                .init(
                    preference: try values.number("preference", in: 0...1),
                    damping: Float(try values.number("damping", in: 0.5...0.99)),
                    iterations: try values.count("iterations"))), neighbours: 16)
    }

    private static let restarts = Setting("restarts", 1, "runs from other centres, of which the best counts")

    private static let kMeans = constrained(
        "kmeans", "k-means by cosine; the number of groups has to be known",
        settings: [
            Setting("clusters", nil, "how many groups"), Setting("spherical", 1, "0: Euclidean, 1: by cosine"),
            Setting("bounds", 0, "comparisons left out by 0: none, 1: Hamerly's, 2: Elkan's bounds; same result"),
            Setting("iterations", 100, "most moves of the centres"), restarts,
        ]
    ) { values, seed throws(LikenessError) in
        Core(
            clusterer: KMeansClusterer(
                .init(
                    clusters: try values.count("clusters"),
                    isSpherical: try values.number("spherical", in: 0...1) == 1,
                    bounds: Int(try values.number("bounds", in: 0...2)), iterations: try values.count("iterations"),
                    restarts: try values.count("restarts"),
                    seed: seed)), neighbours: 0)
    }

    private static let miniBatch = constrained(
        "kmeans-minibatch", "k-means from small random samples",
        settings: [
            Setting("clusters", nil, "how many groups"), Setting("spherical", 1, "0: Euclidean, 1: by cosine"),
            restarts,
        ]
    ) { values, seed throws(LikenessError) in
        Core(
            clusterer: KMeansClusterer(
                .init(
                    clusters: try values.count("clusters"),
                    isSpherical: try values.number("spherical", in: 0...1) == 1, isMiniBatch: true,
                    restarts: try values.count("restarts"), seed: seed)),
            neighbours: 0)
    }
}
