import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

/// The weights that come with the program, on people of a seed that they were not trained on.
@Suite struct ShippedNetworkTests {
    private static func pairwiseF(_ truth: [Int32], _ labels: [Int]) -> Double {
        struct Cell: Hashable {
            let person: Int32
            let group: Int
        }
        // a face of nobody is a group of its own
        let groups = labels.enumerated().map { row, label in label >= 0 ? label : -1 - row }
        func pairs<K>(_ sizes: [K: Int]) -> Double { sizes.values.reduce(0.0) { $0 + Double($1 * ($1 - 1) / 2) } }
        func counts<K: Hashable>(_ keys: [K]) -> [K: Int] { keys.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
        let right = pairs(counts(zip(truth, groups).map { Cell(person: $0, group: $1) }))
        return 2 * right / (pairs(counts(groups)) + pairs(counts(truth)))
    }

    private static func set(_ preset: String, rows: Int, seed: UInt64) throws -> (ClusteringInput, [Int32]) {
        var recipe = try SyntheticRecipe(preset: preset)
        recipe.dimension = 128
        let made = try SyntheticIdentities(recipe, rows: rows, seed: seed)
        let set = try made.make(threads: 2)
        let graph = try NeighbourGraph.exact(of: set.vectors, space: made.space, k: 80, threads: 2)
        return (try ClusteringInput(vectors: set.vectors, space: made.space, graph: graph), set.truth)
    }

    /// Measured: .620 and .980 for gcn-v, .860 and .983 for gcn-d, as much for gcn-d+s.
    @Test(arguments: [
        ("gcn-v", "album", 0.6), ("gcn-v", "lfw", 0.96), ("gcn-d", "album", 0.83), ("gcn-d", "lfw", 0.96),
        ("gcn-d+s", "album", 0.83), ("gcn-d+s", "lfw", 0.96),
    ])
    func groupsPeopleOfOtherSeeds(_ method: String, _ preset: String, _ bound: Double) throws {
        let (input, truth) = try Self.set(preset, rows: 3000, seed: 77)
        let found = try ClusterMethod.named(method).make().group(input, threads: 2)
        let f = Self.pairwiseF(truth, found.labels)
        #expect(f >= bound, "\(method) on \(preset): \(f)")
    }

    @Test func areSmallAndSayWhatTheyAre() throws {
        var bytes = 0
        for kind in GraphNetworkKind.allCases {
            let path = try #require(GraphNetworkFiles.shipped(kind), "\(kind.rawValue) is not beside the program")
            let card = try GraphNetworkCard(path)
            #expect(card.kind == kind && card.space == GraphNetworkCard.anySpace)
            // those that judge proposals read vectors of any length
            #expect((card.frame == .space) == (card.dimension == 128) && kind.readsProposals == (card.frame != .space))
            #expect(card.neighbours == 80 && card.training.contains("people"))
            let size = try InputFile(path).size
            #expect(size < 1 << 20, "\(kind.rawValue)")
            bytes += size
        }
        #expect(bytes < 5 << 20)
    }

    @Test func refuseVectorsOfAnotherLength() throws {
        var people = SyntheticPeople(seed: 1)
        let short = people.album([3, 2], likeness: 0.7).vectors.map { SyntheticPeople.unit(Array($0.prefix(64))) }
        let space = EmbeddingSpace(id: "short", dimension: 64, metric: .cosine, normalised: true)
        let input = try ClusteringInput(vectors: Matrix(short), space: space)
        for method in ["gcn-v", "gcn-v+e"] {
            do {
                _ = try ClusterMethod.named(method).make().group(input, threads: 1)
                Issue.record("\(method) took them")
            } catch { #expect(error.code == .dimensionMismatch) }
        }
        // in a proposal's own frame there is no length
        for method in ["gcn-d", "gcn-d+s"] {
            #expect(try ClusterMethod.named(method).make().group(input, threads: 1).labels == [0, 0, 0, 1, 1])
        }
    }
}
