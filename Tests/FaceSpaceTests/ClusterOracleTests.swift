import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// Partitions of scikit-learn on seeded sets (Benchmarks/peers/cluster_golden.py), which ours have to equal.
@Suite struct ClusterOracleTests {
    struct Golden: Decodable {
        let sets: [Set]

        struct Set: Decodable {
            let seed: Int
            let x: [[Float]]
            let expected: Expected

            var input: ClusteringInput {
                get throws {
                    var matrix = Matrix(x)
                    matrix.normaliseRows()
                    return try ClusteringInput(vectors: matrix, space: SmallGraph.space(matrix.columns))
                }
            }
        }

        struct Expected: Decodable {
            let dbscan: [DBSCAN]
            let hdbscan: [HDBSCAN]
            let agglomerative: [Agglomerative]
            let kmeans: [KMeans]
            let affinityPropagation: [AffinityPropagation]
            let spectral: [Spectral]
        }

        struct DBSCAN: Decodable {
            let distance: Float
            let minPoints: Int
            let core: [Int]
            let labels: [Int]
        }

        struct HDBSCAN: Decodable {
            let minPoints: Int
            let minSize: Int
            let labels: [Int]
            let probabilities: [Double]
        }

        struct Agglomerative: Decodable {
            let linkage: String
            let threshold: Float
            let labels: [Int]
            let heights: [Double]
        }

        struct KMeans: Decodable {
            let clusters: Int
            let inertia: Double
            let labels: [Int]
        }

        struct AffinityPropagation: Decodable {
            let damping: Float
            let exemplars: [Int]
            let labels: [Int]
        }

        struct Spectral: Decodable {
            let neighbours: Int
            let clusters: Int
            let labels: [Int]
        }
    }

    private let golden: Golden

    init() throws {
        let path = "\(TestData.packageFolder)/Tests/Fixtures/Golden/scikit-learn.json"
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: URL(filePath: path)))
    }

    @Test(arguments: [1, 2, 200]) func dbscan(_ neighbours: Int) throws {
        for set in golden.sets {
            for want in set.expected.dbscan {
                // lists far too short for ε: the links between full ones come from blocks of products
                let found = try DBSCANClusterer(
                    .init(distance: want.distance, minPoints: want.minPoints, neighbours: neighbours)
                ).group(set.input, threads: 2)
                // core rows and nobody's agree with any border rule
                #expect(canonical(want.core.map { found.labels[$0] }) == canonical(want.core.map { want.labels[$0] }))
                #expect(found.labels.map { $0 < 0 } == want.labels.map { $0 < 0 })
                let isCore = Swift.Set(want.core)
                let others = found.labels.indices.filter { !isCore.contains($0) }
                let borders = others.count { found.labels[$0] >= 0 }
                #expect(want.minPoints > 2 || borders == 0)
            }
        }
    }

    @Test(arguments: [0, 20_000]) func hdbscan(_ exactLimit: Int) throws {
        for set in golden.sets {
            for want in set.expected.hdbscan {
                // all neighbours in the lists: the graph holds every pair, and both ways have to agree
                let found = try HDBSCANClusterer(
                    .init(
                        minPoints: want.minPoints, minSize: want.minSize, neighbours: set.x.count,
                        exactLimit: exactLimit)
                ).group(set.input, threads: 2)
                #expect(found.labels == want.labels, "seed \(set.seed), \(want.minPoints), \(want.minSize)")
                for row in want.labels.indices where want.labels[row] >= 0 {
                    #expect(abs(Double(found.confidence[row]) - want.probabilities[row]) < 2e-4)
                }
            }
        }
    }

    @Test func agglomerative() throws {
        for set in golden.sets {
            for want in set.expected.agglomerative {
                let linkage = try #require(AgglomerativeClusterer.Linkage(rawValue: want.linkage))
                let clusterer = AgglomerativeClusterer(linkage, threshold: want.threshold)
                #expect(try clusterer.group(set.input, threads: 2).labels == want.labels)
                let heights = try clusterer.dendrogram(set.input.vectors, threads: 2).merges.map(\.height)
                #expect(close(heights, want.heights, 2e-6))
            }
        }
    }

    @Test(arguments: KMeans.Bounds.allCases) func kMeans(_ bounds: KMeans.Bounds) throws {
        for set in golden.sets {
            for want in set.expected.kmeans {
                let vectors = try set.input.vectors
                let found = try KMeans(
                    .init(clusters: want.clusters, isSpherical: false, bounds: bounds, iterations: 300, tolerance: 0)
                ).run(vectors, from: vectors.rows(at: Array(0..<want.clusters)), threads: 2)
                #expect(canonical(found.labels.map(Int.init)) == want.labels)
                #expect(abs(found.objective - want.inertia) < 1e-5 * want.inertia)
            }
        }
    }

    @Test func affinityPropagation() throws {
        for set in golden.sets {
            for want in set.expected.affinityPropagation {
                let found = try AffinityPropagationClusterer(.init(damping: want.damping)).group(
                    set.input, threads: 2)
                #expect(found.labels == want.labels)
                #expect(found.parameters["converged"] == 1)
            }
        }
    }

    @Test func spectral() throws {
        // the other set has strangers, whose parts of the graph scikit-learn does not tell apart
        let set = try #require(golden.sets.first)
        for want in set.expected.spectral {
            let found = try SpectralClusterer(.init(neighbours: want.neighbours, floor: 0, clusters: want.clusters))
                .group(set.input, threads: 2)
            #expect(found.labels == want.labels)
        }
    }
}
