import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

@Suite struct CommunityGoldenTests {
    static func network(_ golden: GraphGolden, isDirected: Bool) throws -> LinkNetwork {
        try LinkNetwork(
            nodes: golden.integer("nodes"),
            links: golden.rows("edges").map { .init(Int($0[0]), Int($0[1]), Float($0[2])) }, isDirected: isDirected)
    }

    static func partitions(_ golden: GraphGolden) throws -> [String: [Int]] {
        guard let all = try golden.value("partitions") as? [String: Any] else { throw GraphGolden.Missing(name: "") }
        return try all.mapValues { try GraphGolden.numbers($0).map { Int($0) } }
    }

    @Test func qualitiesOfGivenPartitions() throws {
        let golden = try GraphGolden("graph-quality")
        let network = try Self.network(golden, isDirected: false)
        let map = MapEquation(network)
        let potts = try Leiden(network, quality: .potts(density: 0.5))
        let modularity = try Leiden(network, quality: .modularity(resolution: 1))
        let double = try Leiden(network, quality: .modularity(resolution: 2))
        for (name, labels) in try Self.partitions(golden) {
            let want = try #require(golden.expected[name] as? [String: Double])
            let length = map.codelength(of: labels)
            #expect(abs(length.total - want["codelength", default: .nan]) < 1e-6, "\(name)")
            #expect(abs(length.index - want["index_codelength", default: .nan]) < 1e-6, "\(name)")
            #expect(abs(length.modules - want["module_codelength", default: .nan]) < 1e-6, "\(name)")
            #expect(abs(potts.quality(of: labels) - want["cpm_gamma05", default: .nan]) < 1e-6, "\(name)")
            #expect(abs(modularity.quality(of: labels) - want["modularity", default: .nan]) < 1e-6, "\(name)")
            #expect(abs(double.quality(of: labels) - want["modularity_gamma2", default: .nan]) < 1e-6, "\(name)")
        }
    }

    @Test func searchesFindTheOptimum() throws {
        let golden = try GraphGolden("graph-quality")
        let network = try Self.network(golden, isDirected: false)
        let truth = try #require(try Self.partitions(golden)["true"])
        for seed in 1...5 as ClosedRange<UInt64> {
            #expect(MapEquation(network).optimised(seed: seed).labels == truth)
            #expect(try Leiden(network, quality: .potts(density: 0.5)).optimised(seed: seed).labels == truth)
            #expect(try Leiden(network, quality: .modularity(resolution: 1)).optimised(seed: seed).labels == truth)
        }
    }

    @Test func directedFlowAndCodelengths() throws {
        let golden = try GraphGolden("map-equation-directed")
        let map = MapEquation(try Self.network(golden, isDirected: true), teleportation: 0.15)
        #expect(distance([map.nodeFlow], [try golden.expectedNumbers("node_flow")]) < 1e-6)
        let want = try #require(golden.expected["codelengths"] as? [String: [String: Double]])
        for (name, labels) in try Self.partitions(golden) {
            let length = map.codelength(of: labels).total
            #expect(abs(length - (want[name]?["codelength"] ?? .nan)) < 1e-6, "\(name)")
        }
    }

    struct Networks: Decodable {
        struct One: Decodable {
            let name: String
            let nodes: Int
            let edges: [[Double]]
            let directed: [[Double]]
            let codelength: Double
            let directedCodelength: Double
            let pottsDensity: Double
            let potts: Double
            let modularity: Double
        }
        let networks: [One]
    }

    /// Infomap's 20 trials and leidenalg's 10 seeds are met to 0.1 % or beaten.
    @Test func searchesMatchTheReferenceLibraries() throws {
        let data = try Data(contentsOf: URL(filePath: "\(TestData.packageFolder)/Tests/Fixtures/communities.json"))
        for one in try JSONDecoder().decode(Networks.self, from: data).networks {
            func network(_ edges: [[Double]], isDirected: Bool) throws -> LinkNetwork {
                try LinkNetwork(
                    nodes: one.nodes, links: edges.map { .init(Int($0[0]), Int($0[1]), Float($0[2])) },
                    isDirected: isDirected)
            }
            let plain = try network(one.edges, isDirected: false)
            let length = MapEquation(plain).optimised(trials: 5)
            #expect(length.codelength.total <= one.codelength * 1.001, "\(one.name)")
            #expect(abs(MapEquation(plain).codelength(of: length.labels).total - length.codelength.total) < 1e-9)
            let directed = MapEquation(try network(one.directed, isDirected: true)).optimised(trials: 5)
            #expect(directed.codelength.total <= one.directedCodelength * 1.001, "\(one.name) directed")
            // leidenalg counts each edge of an undirected network twice in this quality
            let potts = try Leiden(plain, quality: .potts(density: one.pottsDensity)).optimised()
            #expect(potts.quality >= one.potts / 2 * 0.999, "\(one.name): \(potts.quality)")
            let modularity = try Leiden(plain, quality: .modularity(resolution: 1)).optimised()
            #expect(modularity.quality >= one.modularity * 0.999, "\(one.name): \(modularity.quality)")
        }
    }

    @Test func earlyStopLinks() throws {
        let golden = try GraphGolden("fc-es-edges")
        let (x, space) = try golden.vectors()
        let k = try golden.integer("k")
        let graph = try NeighbourGraph.exact(of: x, space: space, k: k - 1)
        let links = EarlyStopLinks(
            neighbours: k, width: Float(try golden.number("sigma")), threshold: Float(try golden.number("theta")))
        let lists = (0..<x.rows).map { [$0] + graph.neighbours(of: $0).map(\.index) }
        #expect(lists == (try golden.expectedRows("neighbours")).map { $0.map { Int($0) } })
        let transitions = links.transitions(of: graph).map { $0.map(Double.init) }
        #expect(distance(transitions, try golden.expectedRows("transition")) < 2e-6)
        let probabilities = links.edgeProbabilities(of: graph).map { $0.map(Double.init) }
        #expect(distance(probabilities, try golden.expectedRows("edge_probability")) < 2e-6)
        for threads in [1, 2] {
            let network = links.network(of: graph, threads: threads)
            let found = network.allLinks.map { [Double($0.from), Double($0.to), Double($0.weight)] }
            #expect(distance(found, try golden.expectedRows("links")) < 2e-6)
        }
    }

    @Test func structureRanking() throws {
        let golden = try GraphGolden("ada-nets-structure")
        let (x, space) = try golden.vectors()
        let k = try golden.integer("k")
        let graph = try NeighbourGraph.exact(of: x, space: space, k: k - 1)
        let ranking = StructureRanking(neighbours: k, similarityShare: Float(try golden.number("eta")))
        let sets = ranking.extendedSets(of: graph).map { $0.map(Double.init) }
        #expect(sets == (try golden.expectedRows("extended_sets")))
        let want = try golden.expectedRows("similarity")
        for threads in [1, 2] {
            let ranked = ranking.reranked(graph, threads: threads)
            for row in 0..<x.rows {
                // the list of the case begins with the row itself, and keeps the order of the cosines
                let byIndex = Dictionary(
                    uniqueKeysWithValues: ranked.neighbours(of: row).map { ($0.index, Double($0.similarity)) })
                for (t, j) in graph.neighbours(of: row).map(\.index).enumerated() {
                    #expect(abs((byIndex[j] ?? .nan) - want[row][t + 1]) < 2e-6)
                }
                let kappa = ranked.neighbours(of: row).map(\.similarity)
                #expect(kappa == kappa.sorted(by: >))
            }
        }
    }

    @Test func nodeIntimacy() throws {
        let golden = try GraphGolden("node-intimacy")
        let edges = try golden.rows("edges").map { (Int($0[0]), Int($0[1])) }
        let scores = NodeIntimacy.scores(nodes: 13, links: edges).map(Double.init)
        #expect(distance([scores], [try golden.expectedRows("pairs").map { $0[3] }]) < 1e-6)
    }

    @Test func aggregation() throws {
        let golden = try GraphGolden("aggregation")
        let (x, space) = try golden.vectors()
        let k = try golden.integer("k")
        let graph = try NeighbourGraph.exact(of: x, space: space, k: k)
        var plain = FeatureAggregation(ownShare: Float(try golden.number("alpha")), neighbours: k, layers: 2)
        plain.relisting = .exact
        #expect(distance(plain.layer(x, graph: graph).table, try golden.expectedRows("layer1_theta0")) < 2e-6)
        let two = try plain.aggregated(x, graph: graph, space: space, threads: 2)
        #expect(distance(two.vectors.table, try golden.expectedRows("layer2_theta0_normalised")) < 2e-6)
        var cut = plain
        cut.smallestWeight = Float(try golden.number("theta"))
        let weights = (0..<x.rows).map { cut.weights(of: $0, graph).map(Double.init) }
        #expect(distance(weights, try golden.expectedRows("weights")) < 2e-6)
        #expect(distance(cut.layer(x, graph: graph).table, try golden.expectedRows("layer1")) < 2e-6)
    }
}
