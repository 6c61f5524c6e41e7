import FaceCore
import FaceSpace
import FaceTestSupport
import Foundation
import Testing

/// The arithmetic of the graph networks, with the weights of the golden cases; their quality is not tested here.
@Suite struct GraphNetworkTests {
    typealias Head = (Matrix, [Float], [Float], Matrix, [Float])

    private static func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }

    private static func head(_ golden: GraphGolden) throws -> Head {
        (
            try golden.matrix("linear1"), floats(try golden.numbers("bias1")), floats(try golden.numbers("prelu")),
            try golden.matrix("linear2"), floats(try golden.numbers("bias2"))
        )
    }

    private static func layers(_ golden: GraphGolden) throws -> [(Matrix, [Float])] {
        let biases = try golden.rows("biases").map(floats)
        return zip(try GraphGolden.matrices(golden.value("weights")), biases).map { ($0, $1) }
    }

    private static func adjacency() throws -> MeanAdjacency {
        MeanAdjacency(try GraphGolden("gcn-d").matrix("adjacency"))
    }
    private static func vectors() throws -> Matrix { try GraphGolden("gcn-d").matrix("x") }

    @Test func detection() throws {
        let golden = try GraphGolden("gcn-d")
        let network = try DetectionNetwork(
            layers: GraphGolden.matrices(golden.value("weights")), score: golden.matrix("classifier"),
            bias: Self.floats(golden.numbers("bias")))
        let (x, adjacency) = (try Self.vectors(), try Self.adjacency())
        #expect(distance(network.hidden(x, adjacency).table, try golden.expectedRows("hidden")) < 1e-5)
        #expect(
            abs(
                Double(network.judgement(x, adjacency).overlap)
                    - (try GraphGolden.number(golden.expected["score"] as Any))) < 1e-5)
    }

    @Test func segmentation() throws {
        let golden = try GraphGolden("gcn-s")
        let network = try SegmentationNetwork(
            layers: GraphGolden.matrices(golden.value("weights")), score: golden.matrix("classifier"),
            bias: Self.floats(golden.numbers("bias")))
        let (x, adjacency) = (try Self.vectors(), try Self.adjacency())
        #expect(adjacency.heaviest == (try golden.integer("seed")))
        let p = network.logProbabilities(x, adjacency, seed: adjacency.heaviest).table
        let want = try golden.expectedRows("log_probabilities")
        #expect(distance(p, want) < 1e-5)
        #expect(network.kept(x, adjacency) == want.map { $0[1] > $0[0] })
    }

    @Test func confidence() throws {
        let golden = try GraphGolden("gcn-v")
        let network = try ConfidenceNetwork(
            layers: [(golden.matrix("weight"), Self.floats(golden.numbers("bias")))], head: Self.head(golden))
        for threads in [1, 2] {
            let found = network.confidence(try Self.vectors(), try Self.adjacency(), threads: threads)
            #expect(distance(found.hidden.table, try golden.expectedRows("hidden")) < 1e-5)
            let confidence = found.confidence.map(Double.init)
            #expect(distance([confidence], [try golden.expectedNumbers("confidence")]) < 1e-5)
        }
    }

    @Test func connectivity() throws {
        let golden = try GraphGolden("gcn-e")
        let network = try ConnectivityNetwork(layers: Self.layers(golden), head: Self.head(golden))
        let p = network.logProbabilities(try Self.vectors(), pivot: try golden.integer("pivot"), try Self.adjacency())
        #expect(distance(p.table, try golden.expectedRows("log_probabilities")) < 1e-5)
    }

    @Test func linkage() throws {
        let golden = try GraphGolden("l-gcn")
        let network = try LinkageNetwork(
            mean: Self.floats(golden.numbers("mean")), variance: Self.floats(golden.numbers("variance")),
            epsilon: Float(golden.number("eps")), layers: Self.layers(golden), head: Self.head(GraphGolden("gcn-e")))
        let oneHop = try golden.numbers("one_hop").map { Int($0) }
        let pivot = try GraphGolden("gcn-e").integer("pivot")
        let logits = network.logits(try Self.vectors(), pivot: pivot, try Self.adjacency(), oneHop: oneHop)
        #expect(distance(logits.table, try golden.expectedRows("logits")) < 1e-5)
    }

    @Test func trainingTargetAndDeduction() throws {
        let target = try GraphGolden("gcn-v-target")
        let (x, space) = try target.vectors()
        let graph = try NeighbourGraph.exact(of: x, space: space, k: try target.integer("k"))
        let truth = try target.numbers("truth").map { Int($0) }
        let found = ConfidenceNetwork.target(of: graph, truth: truth).map(Double.init)
        #expect(distance([found], [try target.expectedNumbers("confidence")]) < 2e-6)

        let golden = try GraphGolden("confidence-to-groups")
        let confidence = Self.floats(try golden.numbers("confidence"))
        let parents = ConfidenceDeduction.parents(of: graph, confidence: confidence)
        #expect(parents == (try golden.expectedRows("parent")).map { Int($0[1]) })
        let groups = ConfidenceDeduction.groups(
            of: graph, confidence: confidence, threshold: Float(try golden.number("tau")))
        #expect(Grouping.numbered(groups) == (try golden.expectedNumbers("labels")).map { Int($0) })
    }

    @Test func overlap() throws {
        let golden = try GraphGolden("de-overlap")
        let proposals = try golden.rows("proposals").map { $0.map { Int($0) } }
        let scores = Self.floats(try golden.numbers("scores"))
        let plain = ProposalOverlap.owners(of: proposals, scores: scores, rows: 10)
        #expect(plain == (try golden.expectedNumbers("owner")).map { Int($0) })
        let suppressed = ProposalOverlap.owners(of: proposals, scores: scores, rows: 10, suppression: 0.3)
        #expect(suppressed == (try golden.expectedNumbers("owner_iou_03")).map { Int($0) })
    }

    private static let shapes: [GraphNetworkKind: [(String, [Int])]] = [
        .detection: [("layer0.weight", [128, 8]), ("score.weight", [8, 1]), ("score.bias", [1])],
        .segmentation: [("layer0.weight", [129, 8]), ("score.weight", [8, 2]), ("score.bias", [2])],
        .confidence: [
            ("layer0.weight", [256, 8]), ("layer0.bias", [8]), ("head0.weight", [8, 8]), ("head0.bias", [8]),
            ("prelu.weight", [8]), ("head1.weight", [8, 1]), ("head1.bias", [1]),
        ],
        .connectivity: [
            ("layer0.weight", [256, 8]), ("layer0.bias", [8]), ("head0.weight", [8, 8]), ("head0.bias", [8]),
            ("prelu.weight", [8]), ("head1.weight", [8, 2]), ("head1.bias", [2]),
        ],
    ]

    /// A file of random weights; `change` falsifies its header.
    private func weights(
        _ kind: GraphNetworkKind, in folder: TemporaryFolder, named name: String? = nil,
        _ change: (inout [String: String]) -> Void = { _ in }
    ) throws -> String {
        var metadata = GraphNetworkCard(kind: kind, dimension: 128, neighbours: 80, hidden: [8]).metadata
        change(&metadata)
        var writer = SafetensorsWriter(metadata: metadata)
        for (seed, (tensor, shape)) in (Self.shapes[kind] ?? []).enumerated() {
            var random = SeededRandom(seed: UInt64(seed))
            let values = (0..<shape.reduce(1, *)).map { _ in Float(random.unit() - 0.4) }
            writer.add("\(kind.rawValue).\(tensor)", values, shape: shape)
        }
        let path = folder.file(name ?? "\(kind.rawValue).safetensors")
        try writer.write(to: path, force: true)
        return path
    }

    private static func album() throws -> ClusteringInput {
        var people = SyntheticPeople(seed: 4)
        return try ClusteringInput(
            vectors: Matrix(people.album([9, 7, 5, 1], likeness: 0.7).vectors), space: SyntheticPeople.space)
    }

    /// Files of weights drive the registered methods, whatever their order.
    @Test func methodsReadTheirWeights() throws {
        let folder = try TemporaryFolder()
        let input = try Self.album()
        for method in ClusterMethod.all where method.needsWeights {
            let paths = try method.networks.reversed().map { try weights($0, in: folder) }
            let one = try method.make(weights: paths).group(input, threads: 1)
            #expect(one == (try method.make(weights: paths).group(input, threads: 2)), "\(method.name)")
            #expect(one.labels.count == 22 && one.method == method.name)
        }
        #expect(ClusterMethod.all.filter(\.needsWeights).map(\.name) == ["gcn-d", "gcn-d+s", "gcn-v", "gcn-v+e"])
    }

    private func code(_ body: () throws -> Void) -> LikenessError.Code? {
        do { try body() } catch { return (error as? LikenessError)?.code }
        return nil
    }

    @Test func weightsOfSomethingElseAreRefused() throws {
        let folder = try TemporaryFolder()
        let (gcnV, gcnD) = (try ClusterMethod.named("gcn-v"), try ClusterMethod.named("gcn-d"))
        let confidence = try weights(.confidence, in: folder)
        let detection = try weights(.detection, in: folder)
        let narrow = try ClusteringInput(
            vectors: Matrix([[1, 0]]), space: EmbeddingSpace(id: "o", dimension: 2, metric: .cosine, normalised: true))
        #expect(code { _ = try gcnV.make(weights: [confidence]).group(narrow) } == .dimensionMismatch)
        #expect(code { _ = try gcnD.make(weights: [detection]).group(narrow) } == .dimensionMismatch)
        #expect(code { _ = try gcnV.make(weights: [detection]) } == .usage)
        #expect(code { _ = try gcnV.make(weights: [confidence, confidence]) } == .usage)
        #expect(code { _ = try ClusterMethod.named("evidence").make(weights: [confidence]) } == .usage)
        #expect(code { _ = try ConnectivityNetwork(confidence) } == .tensorMissing)

        let other = try weights(.confidence, in: folder, named: "other") { $0["space"] = "another space" }
        #expect(code { _ = try gcnV.make(weights: [other]).group(try Self.album()) } == .spaceMismatch)
        let own = try weights(.confidence, in: folder, named: "own") { $0["space"] = SyntheticPeople.space.id }
        #expect(code { _ = try gcnV.make(weights: [own]).group(try Self.album()) } == nil)
    }

    /// The frame stands in the header; without it a file reads vectors as they are.
    @Test func framesAreWrittenAndRead() throws {
        let folder = try TemporaryFolder()
        for frame in [GraphFrame.space, .own(axes: 128, context: false), .own(axes: 123, context: true)] {
            let card = GraphNetworkCard(kind: .detection, dimension: 128, neighbours: 80, hidden: [8], frame: frame)
            let path = try weights(.detection, in: folder) { $0 = card.metadata }
            #expect(try DetectionNetwork(path).card == card)
            #expect(frame.numbers(dimension: 64) == (frame == .space ? 64 : 128))
        }
        #expect(GraphNetworkCard(kind: .confidence, dimension: 8, neighbours: 9, hidden: [8]).metadata["frame"] == nil)
        let broken: [(GraphNetworkKind, [String: String])] = [
            (.detection, ["frame": "other"]), (.detection, ["frame": "own", "context": "2"]),
            (.detection, ["frame": "own", "context": "true", "dimension": "5"]), (.confidence, ["frame": "own"]),
        ]
        for (kind, fields) in broken {
            let path = try weights(kind, in: folder) { $0.merge(fields) { _, new in new } }
            #expect(code { _ = try GraphNetworkCard(path) } == .fileFormat, "\(fields)")
        }
        // vectors of any length are taken in a frame of their own
        let own = try weights(.detection, in: folder) { ($0["frame"], $0["context"]) = ("own", "true") }
        let short = try ClusteringInput(
            vectors: Matrix([[1, 0], [0.8, 0.6], [0, 1]]),
            space: EmbeddingSpace(id: "o", dimension: 2, metric: .cosine, normalised: true))
        #expect(code { _ = try ClusterMethod.named("gcn-d").make(weights: [own]).group(short) } == nil)
    }

    @Test(arguments: [
        ("likeness", "checkpoint 1"), ("kind", "gcn-x"), ("kind", ""), ("dimension", "64"), ("dimension", "x"),
        ("dimension", "-1"), ("dimension", "99999999999999999999"), ("hidden", "9"), ("hidden", "8,8"), ("hidden", ""),
        ("hidden", ","), ("space", ""), ("neighbours", "0"), ("seed", "-1"),
    ])
    func brokenHeadersAreRefused(_ key: String, _ value: String) throws {
        let folder = try TemporaryFolder()
        let path = try weights(.confidence, in: folder) { $0[key] = value }
        #expect(code { _ = try ConfidenceNetwork(path) } == .fileFormat, "\(key) = \(value)")
        let without = try weights(.confidence, in: folder) { $0[key] = nil }
        #expect(code { _ = try ConfidenceNetwork(without) } == .fileFormat, "\(key)")
    }

    @Test func targetsOfProposals() {
        let truth = [0, 0, 0, 0, 1, 1, -1, 2]
        let found = ProposalTarget.targets(of: [[0, 1, 4], [4, 5], [0, 4, 6], [6], [4, 7]], truth: truth)
        #expect(found.map(\.person) == [0, 1, 0, -1, 1])
        let iou: [Float] = [0.4, 1, 1 / 6, 0, 1 / 3]
        let iop: [Float] = [2 / 3, 1, 1 / 3, 0, 0.5]
        #expect(found.map(\.iou) == iou)
        #expect(found.map(\.iop) == iop)
    }
}
