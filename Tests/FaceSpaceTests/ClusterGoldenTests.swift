import FaceCore
import FaceSpace
import Testing

/// The clusterers' cases of the golden values. Other targets of the file have their own suites.
@Suite struct ClusterGoldenTests {
    @Test(arguments: ["dbscan-eps0.30-min4", "dbscan-eps0.40-min5", "dbscan-eps0.30-min1"])
    func dbscan(_ name: String) throws {
        let fixture = try ClusterFixture(name)
        let epsilon: Double = try fixture.input("eps")
        let options = DBSCANClusterer.Options(
            distance: Float(epsilon), minPoints: try fixture.input("min_points"))
        let found = DBSCANClusterer(options).partition(SmallGraph.euclidean(try fixture.rows()))
        #expect(try canonical(found.labels) == fixture.expected("labels"))
        #expect(try found.isCore.indices.filter { found.isCore[$0] } == fixture.expected("core"))
    }

    @Test(arguments: ["knn-dbscan-global", "knn-dbscan-global-min3-mutual", "knn-dbscan-adaptive"])
    func knnDBSCAN(_ name: String) throws {
        let fixture = try ClusterFixture(name)
        func number(_ key: String) throws -> Float { Float(try fixture.input(key, as: Double.self)) }
        let clusterer = KNNDBSCANClusterer(
            .init(
                threshold: try number("tau0"), adaptation: try number("lam"), lowest: try number("lo"),
                highest: try number("hi"), scaleNeighbours: try fixture.input("ks"),
                minPoints: try fixture.input("minp"), mutual: try fixture.input("link") == "mutual"))
        let found = clusterer.partition(try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k")))
        #expect(try canonical(found.labels) == fixture.expected("labels"))
        #expect(try found.isCore.indices.filter { found.isCore[$0] } == fixture.expected("core"))
        #expect(try close(found.scale.map(Double.init), fixture.expected("scale"), 2e-6))
        #expect(try close(found.thresholds.map(Double.init), fixture.expected("threshold"), 2e-6))
    }

    @Test func hdbscan() throws {
        let fixture = try ClusterFixture("hdbscan")
        let clusterer = HDBSCANClusterer(
            .init(minPoints: try fixture.input("min_samples"), minSize: try fixture.input("min_cluster_size")))
        let graph = SmallGraph.euclidean(try fixture.rows())
        let cores = clusterer.coreDistances(graph)
        #expect(try close(cores, fixture.expected("core_distances"), fixture.tolerance))
        let tree = clusterer.spanningForest(graph, cores)
        #expect(try close(tree.map(\.height).sorted(), fixture.expected("mst_weights_sorted"), fixture.tolerance))
        let found = clusterer.partition(tree, rows: graph.rows)
        #expect(try canonical(found.labels) == fixture.expected("labels"))
        #expect(try close(found.membership, fixture.expected("probabilities"), fixture.tolerance))
    }

    @Test(arguments: AgglomerativeClusterer.Linkage.allCases)
    func dendrograms(_ linkage: AgglomerativeClusterer.Linkage) throws {
        let fixture = try ClusterFixture("hac-\(linkage.rawValue)")
        let found = try AgglomerativeClusterer(linkage, threshold: 0).dendrogram(
            SmallGraph.unit(try fixture.rows()), threads: 1)
        try expect(found, fixture)
        #expect(try found.labels(cut: fixture.input("cut")) == fixture.expected("labels"))
    }

    @Test func sparseAverageLinkage() throws {
        let fixture = try ClusterFixture("hac-sparse-average")
        let stop: Double = try fixture.input("stop")
        let clusterer = SparseAgglomerativeClusterer(.init(threshold: Float(stop)))
        let found = clusterer.dendrogram(try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k")))
        try expect(found, fixture) { 1 - $0 }
        #expect(try found.labels(cut: .infinity) == fixture.expected("labels"))
    }

    private func expect(
        _ found: Dendrogram, _ fixture: ClusterFixture, height: (Double) -> Double = { $0 }
    ) throws {
        let merges: [[Double]] = try fixture.expected("merges")
        #expect(found.merges.count == merges.count)
        for (got, want) in zip(found.merges, merges) {
            #expect([got.a, got.b, got.size] == [Int(want[0]), Int(want[1]), Int(want[3])])
            #expect(abs(height(got.height) - want[2]) <= 2 * fixture.tolerance)
        }
    }

    @Test(arguments: ["kmeans", "kmeans-spherical"], KMeans.Bounds.allCases)
    func lloyd(_ name: String, _ bounds: KMeans.Bounds) throws {
        let fixture = try ClusterFixture(name)
        let isSpherical = name == "kmeans-spherical"
        let rows = Matrix(try fixture.rows().map { $0.map(Float.init) })
        let centres = Matrix(try fixture.input("centres", as: [[Double]].self).map { $0.map(Float.init) })
        let found = try KMeans(
            .init(clusters: centres.rows, isSpherical: isSpherical, bounds: bounds, iterations: 50, tolerance: 0)
        ).run(rows, from: centres, threads: 2)
        #expect(try found.labels.map(Int.init) == fixture.expected("labels"))
        #expect(try close(found.objectives, fixture.expected(isSpherical ? "objective" : "inertia"), 2e-6))
        let wanted: [[Double]] = try fixture.expected("centres")
        for (k, want) in wanted.enumerated() {
            #expect(close(found.centres.row(k).map(Double.init), want, fixture.tolerance))
        }
    }

    @Test func plusPlusSeeding() throws {
        let fixture = try ClusterFixture("kmeans-plus-plus")
        let rows = Matrix(try fixture.rows().map { $0.map(Float.init) })
        var uniforms = try fixture.input("uniforms", as: [Double].self)[...]
        let chosen = KMeansSeeding(rows, seed: 1, threads: 2).plusPlus(uniforms.count) { uniforms.removeFirst() }
        #expect(try chosen == fixture.expected("chosen"))
    }

    @Test func chineseWhispers() throws {
        let fixture = try ClusterFixture("chinese-whispers")
        let lists = try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k"))
        let graph = UnionGraph(lists, floor: Float(try fixture.input("floor", as: Double.self)))
        var labels = Array(0..<graph.rows)
        let orders: [[Int]] = try fixture.input("order")
        let wanted: [[Int]] = try fixture.expected("labels_after_iteration")
        for (order, want) in zip(orders, wanted) {
            _ = ChineseWhispersClusterer.whisper(graph, order, &labels)
            #expect(labels == want)
        }
        #expect(try canonical(labels) == fixture.expected("labels"))
    }

    @Test(arguments: [1, 2]) func approximateRankOrder(_ threads: Int) throws {
        let fixture = try ClusterFixture("approximate-rank-order")
        let graph = try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k"))
        let pairs = RankOrderClusterer.pairs(graph, threads: threads).sorted { ($0.a, $0.b) < ($1.a, $1.b) }
        let wanted: [[Double]] = try fixture.expected("pairs")
        #expect(pairs.count == wanted.count)
        for (got, want) in zip(pairs, wanted) {
            #expect([got.a, got.b, got.ab, got.ba] == want.prefix(4).map { Int($0) })
            #expect(abs(got.distance - want[4]) <= fixture.tolerance)
        }
        let matrix = SmallGraph.unit(try fixture.rows())
        let input = try ClusteringInput(
            vectors: matrix, space: SmallGraph.space(matrix.columns), graph: graph)
        let found = try RankOrderClusterer(.init(neighbours: 6, threshold: try fixture.input("threshold")))
            .group(input, threads: threads)
        #expect(try found.labels == fixture.expected("labels"))
    }

    @Test func cdpPropagation() throws {
        let fixture = try ClusterFixture("cdp-propagation")
        let edges = try fixture.input("edges", as: [[Double]].self).map {
            CDPPropagation.Edge(Int($0[0]), Int($0[1]), $0[2])
        }
        let propagation = CDPPropagation(maxSize: try fixture.input("max_size"), step: try fixture.input("step"))
        let rows = edges.reduce(0) { max($0, Int($1.a) + 1, Int($1.b) + 1) }
        let rounds = propagation.rounds(edges, rows: rows)
        let levels: [[String: Any]] = try fixture.expected("levels")
        #expect(rounds.count == levels.count)
        for (round, level) in zip(rounds, levels) {
            #expect(abs(round.threshold - (level["threshold"] as? Double ?? .nan)) <= fixture.tolerance)
            // the last level of the file lists what is small enough; what is left becomes final with it
            let small = round.groups.filter { $0.count <= propagation.maxSize }
            #expect(small == level["final"] as? [[Int]])
        }
        let groups = rounds.flatMap(\.groups).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(try groups == fixture.expected("groups"))
    }

    @Test func cdpVote() throws {
        let fixture = try ClusterFixture("cdp-vote")
        let k: Int = try fixture.input("k")
        let committee = try fixture.input("committee", as: [[[Double]]].self).map { try SmallGraph.cosine($0, k: k) }
        let clusterer = CDPClusterer(
            .init(
                neighbours: k, threshold: Float(try fixture.input("threshold", as: Double.self)),
                accept: try fixture.input("accept")), committee: committee)
        let found = try clusterer.edges(try SmallGraph.cosine(try fixture.rows(), k: k), threads: 1)
        let wanted: [[Double]] = try fixture.expected("pairs")
        #expect(found.map { [Int($0.a), Int($0.b)] } == wanted.map { [Int($0[0]), Int($0[1])] })
        #expect(close(found.map(\.score), wanted.map { $0[2] }, 2e-6))
    }

    @Test func densityPeaks() throws {
        let fixture = try ClusterFixture("density-peaks")
        let graph = try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k"))
        let floor = Float(try fixture.input("density_floor", as: Double.self))
        let densities = DensityPeaksClusterer.densities(graph, floor: floor, threads: 2)
        #expect(try close(densities, fixture.expected("rho"), 1e-5))
        let parents = DensityPeaksClusterer.parents(graph, densities)
        #expect(try parents.map { $0?.row ?? -1 } == fixture.expected("parent"))
        let deltas: [Any] = try fixture.expected("delta")
        for (parent, delta) in zip(parents, deltas) {
            #expect((parent == nil) == !(delta is Double))
            if let parent, let delta = delta as? Double { #expect(abs(1 - Double(parent.similarity) - delta) <= 2e-6) }
        }
        let labels = DensityPeaksClusterer.trees(
            parents, threshold: Float(try fixture.input("link_floor", as: Double.self)))
        #expect(try labels == fixture.expected("labels"))
        // one way up is not the components of the same threshold
        #expect(try labels != fixture.expected("components_at_link_floor"))
    }

    @Test func confidenceToGroups() throws {
        let fixture = try ClusterFixture("confidence-to-groups")
        let graph = try SmallGraph.cosine(try fixture.rows(), k: try fixture.input("k"))
        let parents = DensityPeaksClusterer.parents(graph, try fixture.input("confidence"))
        let wanted: [[Any]] = try fixture.expected("parent")
        #expect(parents.map { $0?.row ?? -1 } == wanted.map { $0[1] as? Int ?? -2 })
        let labels = DensityPeaksClusterer.trees(parents, threshold: Float(try fixture.input("tau", as: Double.self)))
        #expect(try labels == fixture.expected("labels"))
    }

    @Test(arguments: [0, 400]) func spectrum(_ denseLimit: Int) throws {
        let fixture = try ClusterFixture("spectral")
        let edges = try fixture.input("edges", as: [[Double]].self).map { (Int32($0[0]), Int32($0[1]), Float($0[2])) }
        let graph = UnionGraph(rows: try fixture.input("nodes"), edges: edges)
        let laplacian = NormalisedLaplacian(graph, members: Array(0..<graph.rows))
        let found = try laplacian.smallest(8, seed: 1, denseLimit: denseLimit, threads: 2)
        #expect(try close(found.values, fixture.expected("smallest_eigenvalues"), fixture.tolerance))
        let wanted: [[Double]] = try fixture.expected("projector_rank5")
        for i in 0..<6 {
            let row = (0..<6).map { j in (0..<5).reduce(0.0) { $0 + found.vectors[$1][i] * found.vectors[$1][j] } }
            #expect(close(row, wanted[i], fixture.tolerance))
        }
        #expect(SpectralClusterer.gap(found.values) == 3)
    }

    @Test func aSpectrumTakesNoMoreThanItsWork() throws {
        // a ring: eigenvalues as close to each other as they can be
        let edges = (0..<600).map { (Int32($0), Int32(($0 + 1) % 600), Float(1)) }
        let ring = NormalisedLaplacian(UnionGraph(rows: 600, edges: edges), members: Array(0..<600))
        let error = #expect(throws: LikenessError.self) {
            try ring.smallest(64, seed: 1, mostWork: 200 * 200 * 600, threads: 1)
        }
        #expect(error?.code == .noConvergence)
        #expect(try ring.smallest(8, seed: 1, threads: 1).values[0] < 1e-9)
    }

    @Test func affinityPropagation() throws {
        let fixture = try ClusterFixture("affinity-propagation")
        let rows: [[Double]] = try fixture.input("similarity")
        let clusterer = AffinityPropagationClusterer(
            .init(
                damping: Float(try fixture.input("damping", as: Double.self)),
                iterations: try fixture.input("iterations")))
        let found = clusterer.partition(
            rows.flatMap { $0.map(Float.init) }, count: rows.count,
            preference: Float(try fixture.input("preference", as: Double.self)), threads: 2)
        #expect(try found.exemplars == fixture.expected("exemplars"))
        #expect(try found.labels == fixture.expected("labels"))
        #expect(found.converged)
    }
}
