import FaceCore
import FaceSpace
import Testing

/// What every method on the neighbour graph has to keep, whatever it finds.
@Suite struct GraphClustererTests {
    static let methods = [
        "auto", "map-equation", "fc-es", "leiden-cpm", "leiden-modularity", "aggregation-dbscan",
    ]

    private static func album(_ seed: UInt64) -> (vectors: [[Float]], people: [Int]) {
        var people = SyntheticPeople(seed: seed)
        return people.album([25, 18, 12, 9, 6, 4, 3, 1, 1], likeness: 0.72)
    }

    private static func input(
        _ vectors: [[Float]], quality: [Float] = [], photos: [Int] = [], same: [ClusteringInput.Pair] = [],
        different: [ClusteringInput.Pair] = [], graph: Int? = nil
    ) throws -> ClusteringInput {
        let matrix = Matrix(vectors)
        return try ClusteringInput(
            vectors: matrix, space: SyntheticPeople.space, quality: quality, photos: photos, same: same,
            different: different,
            graph: graph.map { try NeighbourGraph.exact(of: matrix, space: SyntheticPeople.space, k: $0) })
    }

    @Test(arguments: methods) func oneAndTwoThreadsGiveTheSame(_ name: String) throws {
        let input = try Self.input(Self.album(1).vectors)
        let method = try ClusterMethod.named(name).make()
        #expect(try method.group(input, threads: 1) == method.group(input, threads: 2))
    }

    @Test(arguments: ["auto", "map-equation", "aggregation-dbscan"]) func peopleAreFound(_ name: String) throws {
        for seed in 1...3 as ClosedRange<UInt64> {
            let album = Self.album(seed)
            let found = try ClusterMethod.named(name).make().group(try Self.input(album.vectors))
            // groups of four and more are pure and whole
            for person in 0..<6 {
                let labels = Set(album.people.indices.filter { album.people[$0] == person }.map { found.labels[$0] })
                #expect(labels.count == 1, "\(name) seed \(seed) person \(person)")
            }
            #expect(Set(album.people.indices.filter { album.people[$0] < 6 }.map { found.labels[$0] }).count == 6)
        }
    }

    @Test(arguments: methods) func wishesAndPhotosAreHonoured(_ name: String) throws {
        let method = try ClusterMethod.named(name).make()
        for seed in 1...4 as ClosedRange<UInt64> {
            let album = Self.album(seed)
            var random = SeededRandom(seed: seed)
            let photos = album.vectors.indices.map { _ in Int(random.unit() * 30) }
            let byPhoto = try method.group(Self.input(album.vectors, photos: photos))
            #expect(Set(zip(byPhoto.labels, photos).map { "\($0) \($1)" }).count == photos.count, "\(name)")
            // the first two of the largest person apart, the first of the first and the second person together
            let wished = try method.group(
                Self.input(album.vectors, same: [.init(0, 25)], different: [.init(1, 2), .init(25, 3)]))
            #expect(wished.labels[0] == wished.labels[25])
            #expect(wished.labels[1] != wished.labels[2] && wished.labels[25] != wished.labels[3])
        }
    }

    @Test(arguments: methods) func poorFacesFoundNoGroup(_ name: String) throws {
        let album = Self.album(2)
        var quality = [Float](repeating: 0.9, count: album.vectors.count)
        let last = album.vectors.count - 1
        quality[0] = 0.1
        quality[last] = 0.1
        let found = try ClusterMethod.named(name).make().group(Self.input(album.vectors, quality: quality))
        #expect(found.labels[last] == -1, "a poor face like nobody is nobody")
        #expect(found.labels[0] == -1 || found.labels[0] == found.labels[1])
    }

    @Test(arguments: methods) func contradictionsAreErrors(_ name: String) throws {
        let input = try Self.input(Self.album(1).vectors, same: [.init(0, 1)], different: [.init(1, 0)])
        #expect(throws: LikenessError.self) { try ClusterMethod.named(name).make().group(input) }
    }

    @Test(arguments: methods) func fewFacesAndTwins(_ name: String) throws {
        let method = try ClusterMethod.named(name).make()
        let one = Self.album(1).vectors[0]
        for count in 0...3 {
            let labels = try method.group(Self.input([[Float]](repeating: one, count: count))).labels
            #expect(labels.count == count && labels.allSatisfy { $0 >= -1 })
        }
        var vectors = Self.album(5).vectors
        vectors.append(vectors[3])
        let labels = try method.group(Self.input(vectors)).labels
        #expect(labels[vectors.count - 1] == labels[3], "a twin shares the group of its twin")
    }

    @Test(arguments: methods) func aGivenGraphIsUsed(_ name: String) throws {
        let vectors = Self.album(3).vectors
        let method = try ClusterMethod.named(name).make()
        #expect(try method.group(Self.input(vectors, graph: 80)).labels == method.group(Self.input(vectors)).labels)
    }
}
