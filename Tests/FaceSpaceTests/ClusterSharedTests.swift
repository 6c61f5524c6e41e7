import FaceCore
import FaceSpace
import FaceTestSupport
import Testing

/// What stands around every method: bursts, poor faces, wishes.
@Suite struct ClusterSharedTests {
    private func input(
        _ vectors: [[Float]], photos: [Int] = [], same: [ClusteringInput.Pair] = [],
        different: [ClusteringInput.Pair] = []
    ) throws -> ClusteringInput {
        try ClusteringInput(
            vectors: Matrix(vectors), space: SyntheticPeople.space, photos: photos, same: same, different: different)
    }

    /// A vector at this angle (radians) from the first axis, towards the second.
    private func turned(_ angle: Double) -> [Float] {
        var vector = [Float](repeating: 0, count: 128)
        (vector[0], vector[1]) = (Float(1 - angle * angle / 2 + angle * angle * angle * angle / 24), 0)
        vector[1] = Float((1 - Double(vector[0]) * Double(vector[0])).squareRoot())
        return vector
    }

    @Test func aBurstIsOneFaceForTheMethod() throws {
        var people = SyntheticPeople(seed: 1)
        let (a, b) = (people.person(), people.person())
        let burst = (0..<6).map { _ in people.photo(of: a, likeness: 0.99) }
        let clusterer = ConstrainedClusterer(KNNDBSCANClusterer(.init(threshold: 0.5, adaptation: 0, minPoints: 3)))
        let found = try clusterer.group(input(burst + [b]), threads: 1)
        // one face makes no group of three; a burst that is nobody's is still one person
        #expect(found.labels == [0, 0, 0, 0, 0, 0, -1])
        #expect(found.parameters["distinct"] == 2)
        let apart = ConstrainedClusterer(clusterer.clusterer, .init(duplicates: 2))
        #expect(try apart.group(input(burst + [b]), threads: 1).parameters["distinct"] == 7)
    }

    @Test func aChainOfSmallChangesIsNoBurst() throws {
        // neighbours are 0.98 alike and more, the ends not at all
        let chain = (0..<9).map { turned(Double($0) * 0.15) }
        let clusterer = ConstrainedClusterer(SparseSingleClusterer(threshold: 0.999))
        let found = try clusterer.group(input(chain), threads: 1)
        let groups = Dictionary(grouping: chain.indices) { found.labels[$0] }
        for group in groups.values {
            for a in group { for b in group { #expect(abs(a - b) <= 2) } }
        }
    }

    @Test func facesOfOnePhotoAreTwoPeople() throws {
        var people = SyntheticPeople(seed: 4)
        let (a, b) = (people.person(), people.person())
        let shots = (0..<8).map { people.photo(of: $0 < 4 ? a : b, likeness: 0.9) }
        // everybody in one group, and photo 7 shows one face of each
        let clusterer = ConstrainedClusterer(SparseSingleClusterer(threshold: -1))
        let all = try clusterer.group(input(shots), threads: 1)
        #expect(Set(all.labels) == [0])
        let photos = [0, 1, 2, 7, 7, 3, 4, 5]
        let found = try clusterer.group(input(shots, photos: photos), threads: 1)
        #expect(found.labels == [0, 0, 0, 0, 1, 1, 1, 1])
        #expect(found.confidence.allSatisfy { $0 <= 0.5 })
        // unless a person says that both are one
        let mirror = try clusterer.group(input(shots, photos: photos, same: [.init(3, 4)]), threads: 1)
        #expect(Set(mirror.labels) == [0])
        #expect(mirror.confidence[3] == 1)
    }

    @Test func equalFacesOfOnePhotoStayTwo() throws {
        var people = SyntheticPeople(seed: 5)
        let person = people.person()
        let clusterer = ConstrainedClusterer(SparseSingleClusterer(threshold: 0.5))
        let found = try clusterer.group(input([person, person, person], photos: [1, 1, 2]), threads: 1)
        #expect(found.labels[0] != found.labels[1])
    }

    @Test func listsOfTwinsDoNotHideTheOthers() throws {
        // forty copies fill every list of ten; a given graph has to be looked through anew
        var people = SyntheticPeople(seed: 6)
        let person = people.person()
        let first = people.photo(of: person, likeness: 0.8)
        let vectors =
            [[Float]](repeating: first, count: 40) + (0..<4).map { _ in people.photo(of: person, likeness: 0.8) }
        let matrix = Matrix(vectors)
        let graph = try NeighbourGraph.exact(of: matrix, space: SyntheticPeople.space, k: 10)
        let given = try ClusteringInput(vectors: matrix, space: SyntheticPeople.space, graph: graph)
        let clusterer = ConstrainedClusterer(
            KNNDBSCANClusterer(.init(neighbours: 10, threshold: 0.5, adaptation: 0, mutual: true)),
            .init(neighbours: 10))
        #expect(try Set(clusterer.group(given, threads: 1).labels) == [0])
    }

    @Test func refusesMoreRowsThanPairsCanBeHeldOf() throws {
        var random = SeededRandom(seed: 1)
        let few = (0..<5001).map { _ in
            let angle = random.unit() * 6.28
            let x = Float(1 - angle / 6.28 * 2)
            return [x, (max(0, 1 - x * x)).squareRoot()]
        }
        var matrix = Matrix(few)
        matrix.normaliseRows()
        let space = SmallGraph.space(2)
        let input = try ClusteringInput(vectors: matrix, space: space)
        let error = #expect(throws: LikenessError.self) {
            try AffinityPropagationClusterer().group(input, threads: 1)
        }
        #expect(error?.code == .tooManyRows)
    }

    @Test func refusesAGraphThatIsTooShort() throws {
        let vectors = (0..<100).map { turned(Double($0) * 0.01) }
        let matrix = Matrix(vectors)
        let graph = try NeighbourGraph.exact(of: matrix, space: SyntheticPeople.space, k: 5)
        let input = try ClusteringInput(vectors: matrix, space: SyntheticPeople.space, graph: graph)
        let method = try ClusterMethod.named("knn-dbscan").make(["duplicates": 2])
        #expect(throws: LikenessError.self) { try method.group(input, threads: 1) }
    }

    @Test func aMediatorJudgesPairs() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("mediator.safetensors")
        // hidden unit 0 carries the base's cosine (feature 1, after one bit); the output is a logit of 20·(s − 0.6)
        let (inputs, hidden) = (11, 33)
        var first = [Float](repeating: 0, count: hidden * inputs)
        first[1] = 1
        var second = [Float](repeating: 0, count: hidden * hidden)
        second[0] = 1
        var last = [Float](repeating: 0, count: 2 * hidden)
        last[hidden] = 20
        var writer = SafetensorsWriter()
        writer.add("layers.0.weight", first, shape: [hidden, inputs])
        writer.add("layers.0.bias", [Float](repeating: 0, count: hidden), shape: [hidden])
        writer.add("layers.1.weight", second, shape: [hidden, hidden])
        writer.add("layers.1.bias", [Float](repeating: 0, count: hidden), shape: [hidden])
        writer.add("layers.2.weight", last, shape: [2, hidden])
        writer.add("layers.2.bias", [Float(0), -12], shape: [2])
        try writer.write(to: path)
        let mediator = try CDPMediator(path)
        #expect(mediator.members == 1)
        let rows = [0.0, 0.3, 0.6, 1.2, 1.5].map { [Double(turned($0)[0]), Double(turned($0)[1])] }
        let graph = try SmallGraph.cosine(rows, k: 4)
        let options = CDPClusterer.Options(neighbours: 4, threshold: 0, probability: 0.9)
        let judged = CDPClusterer(options, committee: [graph], mediator: mediator)
        let edges = try judged.edges(graph, threads: 2)
        // σ(20·(s − 0.6)) ≥ 0.9 from s = 0.71 on
        for edge in edges { #expect(edge.score >= 0.9) }
        let pairs = Set(edges.map { [Int($0.a), Int($0.b)] })
        for a in 0..<5 {
            for entry in graph.neighbours(of: a) where entry.index > a {
                #expect(pairs.contains([a, entry.index]) == (entry.similarity >= 0.7099))
            }
        }
        #expect(throws: LikenessError.self) { try CDPClusterer(options, mediator: mediator).edges(graph, threads: 1) }
        writer = SafetensorsWriter()
        writer.add("layers.0.weight", first, shape: [hidden, inputs])
        writer.add("layers.0.bias", [Float](repeating: 0, count: 7), shape: [7])
        try writer.write(to: path, force: true)
        #expect(throws: LikenessError.self) { try CDPMediator(path) }
    }
}
