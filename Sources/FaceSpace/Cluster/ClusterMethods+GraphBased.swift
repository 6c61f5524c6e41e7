internal import FaceCore

extension ClusterMethod {
    /// Communities, aggregation and graph networks on the neighbour graph.
    static let graphBased: [ClusterMethod] = [
        auto, mapEquation, fcES, leidenPotts, leidenModularity, aggregation, detection,
        segmentation, confidence, connectivity,
    ]

    private static let neighbours = Setting("neighbours", 80, "neighbours in the list of a face")
    private static let qualityFloor = Setting("qualityFloor", 0.25, "faces of lower quality found no group, 0…1")
    private static let trials = Setting("trials", 1, "searches from the start; the shortest description wins")
    private static func threshold(_ standard: Double) -> Setting {
        Setting("threshold", standard, "similarity from which two neighbours are linked, −1…1")
    }

    private static let auto = ClusterMethod(
        "auto", "method and thresholds chosen from the faces themselves",
        settings: [
            qualityFloor,
            Setting(
                AutoClusterer.stability, 0,
                "1: group also a little more and less strictly, and say how far groups agree"),
        ]
    ) { values, seed throws(LikenessError) in
        AutoClusterer(
            .init(
                seed: seed, qualityFloor: Float(try values.number("qualityFloor", in: 0...1)),
                measuresStability: try values.number(AutoClusterer.stability, in: 0...1) == 1))
    }

    private static let mapEquation = constrained(
        "map-equation", "modules of the two-level map equation on the union of the neighbour lists",
        settings: [neighbours, threshold(0.55), trials]
    ) { values, seed throws(LikenessError) in
        let k = try values.count("neighbours")
        return Core(
            clusterer: MapEquationClusterer(
                .init(
                    neighbours: k, threshold: Float(try values.number("threshold", in: -1...1)),
                    trials: try values.count("trials"), seed: seed, qualityFloor: 0)), neighbours: k)
    }

    private static let fcES = constrained(
        "fc-es", "links by shared neighbours with early stopping, then the directed map equation",
        settings: [
            Setting("neighbours", 80, "entries of a list, the face itself counted"),
            Setting("width", 0.5, "width of the step probabilities in squared distance, above 0"),
            Setting("threshold", 0.22, "smallest edge probability of a link, 0…1"), strangerRate, trials,
        ]
    ) { values, seed throws(LikenessError) in
        let k = try values.count("neighbours", least: 2)
        return Core(
            clusterer: FCESClusterer(
                .init(
                    links: EarlyStopLinks(
                        neighbours: k, width: Float(try values.number("width", in: 1e-3...1e3)),
                        threshold: Float(try values.number("threshold", in: 0...1))),
                    strangerRate: try values.number("strangerRate", in: 0...0.5), trials: try values.count("trials"),
                    seed: seed, qualityFloor: 0)), neighbours: k)
    }

    private static let leidenPotts = constrained(
        "leiden-cpm", "communities of the constant Potts model by Leiden",
        settings: [
            neighbours, threshold(0.5), Setting("density", 0.3, "γ: mean link weight of a pair in a group, above 0"),
        ]
    ) { values, seed throws(LikenessError) in
        try leiden(values, seed, .potts(density: try values.number("density", in: 1e-6...1e3)))
    }

    private static let leidenModularity = constrained(
        "leiden-modularity", "communities of largest modularity by Leiden (prefers few large groups)",
        settings: [neighbours, threshold(0.5), Setting("resolution", 1, "γ of modularity, above 0")]
    ) { values, seed throws(LikenessError) in
        try leiden(values, seed, .modularity(resolution: try values.number("resolution", in: 1e-6...1e6)))
    }

    private static func leiden(_ values: Values, _ seed: UInt64, _ quality: Leiden.Quality) throws(LikenessError)
        -> Core
    {
        let k = try values.count("neighbours")
        return Core(
            clusterer: LeidenClusterer(
                .init(
                    neighbours: k, threshold: Float(try values.number("threshold", in: -1...1)), quality: quality,
                    seed: seed, qualityFloor: 0)), neighbours: k)
    }

    private static let strangerRate = Setting(
        "strangerRate", 1e-4, "neighbours likelier than this to be strangers are left out; 0: none are")

    private static let aggregation = ClusterMethod(
        "aggregation-dbscan", "vectors moved towards their neighbours, then components at a threshold",
        settings: [
            neighbours, Setting("topk", 32, "neighbours that are mixed in"), Setting("layers", 2, "times it is done"),
            Setting("ownShare", 0.5, "α: share of the face itself, 0…1"),
            Setting("smallestWeight", 0, "θ: weights up to this count nothing, 0…1"),
            strangerRate,
            Setting("relisting", 0, "after a layer 1: exact lists again, 0: the old lists with new similarities"),
            Setting("threshold", 0.88, "similarity of aggregated faces from which they are one person, −1…1"),
            qualityFloor,
        ]
    ) { values, _ throws(LikenessError) in
        AggregationClusterer(
            .init(
                aggregation: FeatureAggregation(
                    ownShare: Float(try values.number("ownShare", in: 0...1)), neighbours: try values.count("topk"),
                    layers: try values.count("layers", least: 0),
                    smallestWeight: Float(try values.number("smallestWeight", in: 0...1)),
                    relisting: try values.number("relisting", in: 0...1) == 1 ? .exact : .rescored),
                strangerRate: try values.number("strangerRate", in: 0...0.5),
                neighbours: try values.count("neighbours"),
                threshold: Float(try values.number("threshold", in: -1...1)),
                qualityFloor: Float(try values.number("qualityFloor", in: 0...1))))
    }

    private static let detection = proposing(
        "gcn-d", "proposals of groups, the best by a graph network first", [.detection])
    private static let segmentation = proposing(
        "gcn-d+s", "gcn-d, and a second network takes strangers out of proposals", [.detection, .segmentation])
    private static let confidence = following(
        "gcn-v", "parents of higher confidence, which a graph network tells", [.confidence])
    private static let connectivity = following(
        "gcn-v+e", "gcn-v, and a second network chooses the parents of the surest faces", [.confidence, .connectivity])

    private static func proposing(
        _ name: String, _ summary: String, _ networks: [GraphNetworkKind]
    ) -> ClusterMethod {
        let isCleaning = networks.contains(.segmentation)
        let clean = Setting("clean", 2, "predicted purity from which gcn-s leaves a proposal as it is; above 1: never")
        return ClusterMethod(
            reading: networks, name, summary,
            settings: [
                Setting("loosest", 0.4, "similarity from which faces of the loosest proposals are linked, −1…1"),
                Setting("smallest", 2, "faces of a proposal at least"),
                Setting("levels", 2, "2: also unions of proposals whose mean vectors are near; 1: without them"),
                Setting("purity", 0, "proposals of a smaller predicted purity are out, 0…1"),
                Setting("suppression", 1, "proposals that overlap a better one by more (IoU) are out; 1: none"),
            ] + (isCleaning ? [clean] : []) + [qualityFloor]
        ) { values, files throws(LikenessError) in
            let standard = GroupProposals()
            let loosest = Float(try values.number("loosest", in: -1...1))
            var proposals = standard.moved(by: loosest - (standard.cuts.map(\.similarity).min() ?? loosest))
            proposals.smallest = try values.count("smallest")
            if try values.number("levels", in: 1...2) < 2 { proposals.merging = nil }
            return try ProposalClusterer(
                DetectionNetwork(files[.detection]),
                segmentation: isCleaning ? SegmentationNetwork(files[.segmentation]) : nil,
                options: .init(
                    proposals: proposals, suppression: try values.number("suppression", in: 0...1),
                    purity: Float(try values.number("purity", in: 0...1)),
                    clean: isCleaning ? Float(try values.number("clean", in: 0...10)) : .infinity,
                    qualityFloor: Float(try values.number("qualityFloor", in: 0...1))))
        }
    }

    private static func following(
        _ name: String, _ summary: String, _ networks: [GraphNetworkKind]
    ) -> ClusterMethod {
        let confident = Setting("confident", 0.2, "share of the surest faces whose parents gcn-e chooses, 0…1")
        let hasEdges = networks.contains(.connectivity)
        return ClusterMethod(
            reading: networks, name, summary,
            settings: [
                neighbours, Setting("threshold", 0.5, "similarity above which a face follows its parent, −1…1"),
                Setting("relisting", 0, "1: lists and similarities of the network's units instead of the faces'"),
                Setting("hiddenThreshold", 0.8, "similarity of units above which a face follows its parent, 0…1"),
            ] + (hasEdges ? [confident] : []) + [qualityFloor]
        ) { values, files throws(LikenessError) in
            let hidden = Float(try values.number("hiddenThreshold", in: 0...1))
            return ConfidenceClusterer(
                try ConfidenceNetwork(files[.confidence]),
                edges: hasEdges ? try ConnectivityNetwork(files[.connectivity]) : nil,
                options: .init(
                    neighbours: try values.count("neighbours"),
                    threshold: Float(try values.number("threshold", in: -1...1)),
                    confidentShare: hasEdges ? try values.number("confident", in: 0...1) : 0,
                    relisting: try values.number("relisting", in: 0...1) == 1 ? hidden : nil,
                    qualityFloor: Float(try values.number("qualityFloor", in: 0...1))))
        }
    }
}
