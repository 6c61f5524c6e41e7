#if Training
    import FaceCore
    import FaceEvaluation
    import FaceLearning
    import FaceSpace
    import FaceTestSupport
    import Foundation
    import Testing

    /// Training of graph networks on synthetic people, and FaceSpace running what comes out.
    @Suite(.serialized) struct GraphTrainingTests {
        /// People of about 12 faces, difficult enough that proposals are mixed.
        static func set(_ rows: Int = 500, seed: UInt64 = 5, dimension: Int = 24) throws -> GraphSet {
            var recipe = SyntheticRecipe.ms1m
            (recipe.dimension, recipe.sizeMean, recipe.sizeMost) = (dimension, 12, 40)
            let made = try SyntheticIdentities(recipe, rows: rows, seed: seed)
            let set = try made.make(threads: 1)
            return try GraphSet(
                set.vectors, truth: set.truth.map { Int($0) }, space: made.space, neighbours: 20, threads: 1)
        }

        static func recipe(_ kind: GraphNetworkKind, steps: Int = 40) -> GraphRecipe {
            var recipe = GraphRecipe.standard(kind)
            (recipe.vectors, recipe.labels) = (["memory"], ["memory"])
            recipe.hidden = kind == .confidence ? [32] : [32, 16]
            recipe.head = 16
            (recipe.neighbours, recipe.steps, recipe.saveEvery, recipe.logEvery) = (20, steps, 10, 5)
            (recipe.optimiser, recipe.rate, recipe.schedule) = (.adamw, 0.01, .cosine)
            recipe.batch = kind == .confidence ? 128 : 8
            return recipe
        }

        static func trainer(
            _ recipe: GraphRecipe, _ folder: String, resume: Bool = false, training: GraphSet? = nil
        ) throws -> GraphTrainer {
            let data = try GraphData(
                training: [training ?? set()], validation: [set(300, seed: 6)], isForAnySpace: true)
            return try GraphTrainer(recipe, data: data, folder: folder, resume: resume, threads: 1)
        }

        /// A file of a network all of whose values are random, biases and slopes too.
        private func randomNetwork(
            _ kind: GraphNetworkKind, _ path: String, frame: GraphFrame = .space
        ) throws -> GraphModel {
            let numbers = frame.numbers(dimension: 24)
            // narrower and wider layers: averages are made on the narrower side
            let hidden = kind == .confidence ? [14] : [14, 10, 12]
            let model = try GraphModel(kind, dimension: numbers, hidden: hidden, head: 11, scores: 2, seed: 3)
            var random = SeededRandom(seed: 17)
            var values: [String: Tensor] = [:]
            for p in model.parameters {
                let drawn = (0..<p.value.count).map { _ in Float(random.unit() - 0.45) * 0.6 }
                values[p.name] = try Tensor(drawn, p.value.shape)
            }
            let card = GraphNetworkCard(
                kind: kind, dimension: numbers, neighbours: 20, hidden: hidden, frame: frame)
            try model.write(to: path, card: card, values: values)
            return try GraphModel(path)
        }

        private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
            a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
        }

        /// Tensors and FaceSpace's BLAS give the same numbers from the same file.
        @Test func forwardPassOfConfidence() throws {
            let folder = try TemporaryFolder()
            let set = try Self.set()
            let path = folder.file("gcn-v.safetensors")
            let model = try randomNetwork(.confidence, path)
            let adjacency = MeanAdjacency(of: set.graph)
            let want = try ConfidenceNetwork(path).confidence(set.vectors, adjacency, threads: 1).confidence
            let rows = try [set.vectors, adjacency.means(of: set.vectors)].map { m in
                try Tensor((0..<m.rows).flatMap { m.row($0) }, [m.rows, m.columns])
            }
            let found = try model.confidences(rows[0], means: rows[1]).floats()
            #expect(largestDifference(found, want) < 1e-5)
        }

        /// For graphs of different size at once, in the axes of the space and in a proposal's own.
        @Test(arguments: [
            (GraphNetworkKind.detection, GraphFrame.space), (.segmentation, .space), (.connectivity, .space),
            (.detection, .own(axes: 7, context: true)), (.segmentation, .own(axes: 7, context: true)),
            (.detection, .own(axes: 30, context: false)),
        ])
        func forwardPassesAreEqual(_ kind: GraphNetworkKind, _ frame: GraphFrame) throws {
            let folder = try TemporaryFolder()
            let set = try Self.set()
            let path = folder.file("network.safetensors")
            let model = try randomNetwork(kind, path, frame: frame)
            let samples = try Self.samples(of: set, kind)
            let pivots = kind == .detection ? [] : samples.map { $0.pivot ?? $0.members.count / 2 }
            let batch = try GraphBatch(samples, of: [set], kind: kind, frame: frame, pivots: pivots)
            let found = try model(batch).floats()
            for (t, sample) in samples.enumerated() {
                let want = try told(path, kind, sample, set, pivot: pivots.isEmpty ? 0 : pivots[t])
                let width = kind == .detection ? 2 : 2 * batch.places
                let own = Array(found[t * width..<t * width + want.count])
                #expect(largestDifference(own, want) < 2e-5, "\(kind) \(t)")
            }
        }

        private static func samples(of set: GraphSet, _ kind: GraphNetworkKind) throws -> [GraphSample] {
            var recipe = recipe(kind)
            (recipe.purity, recipe.confident, recipe.target) = ([0, 1], 1, .both)
            let confidences = ConfidenceNetwork.target(of: set.graph, truth: set.truth)
            let samples = Array(
                try GraphSample.all(recipe, of: [set], confidences: [confidences])
                    .sorted { $0.members.count > $1.members.count }.enumerated()
                    .filter { $0.offset % 7 == 0 }.map(\.element).prefix(12))
            #expect(Set(samples.map(\.members.count)).count > 2)
            return samples
        }

        /// What FaceSpace's network of a file says of a sample.
        private func told(
            _ path: String, _ kind: GraphNetworkKind, _ sample: GraphSample, _ set: GraphSet, pivot: Int
        ) throws -> [Float] {
            let adjacency = MeanAdjacency(of: sample.members, in: set.graph)
            let x = try GraphNetworkCard(path).frame.rows(
                of: sample.members, vectors: set.vectors, graph: set.graph,
                seed: kind == .segmentation ? pivot : nil, DenseAlgebra.load())
            switch kind {
            case .detection:
                let told = try DetectionNetwork(path).judgement(x, adjacency)
                return try [told.overlap, #require(told.purity)]
            case .segmentation:
                let p = try SegmentationNetwork(path).logProbabilities(x, adjacency, seed: pivot)
                return (0..<p.rows).flatMap { p.row($0) }
            default:
                let p = try ConnectivityNetwork(path).logProbabilities(x, pivot: pivot, adjacency)
                return (0..<p.rows).flatMap { p.row($0) }
            }
        }

        /// A few samples can be learnt by heart: gradients and optimiser do their work.
        @Test(arguments: GraphNetworkKind.allCases)
        func learnsAFewSamplesByHeart(_ kind: GraphNetworkKind) throws {
            let folder = try TemporaryFolder()
            var recipe = Self.recipe(kind, steps: 300)
            (recipe.rotated, recipe.confident, recipe.saveEvery) = (false, 0.1, 1000)
            (recipe.hidden, recipe.head) = (kind == .confidence ? [64] : [64, 32], 32)
            (recipe.purity, recipe.target) = ([0.05, 0.95], .both)
            // gcn-s draws another seed in each step: not one answer but one for each pair must be learnt
            if kind == .segmentation { recipe.steps = 1200 }
            let data = try GraphData(
                training: [Self.set(120)], validation: [Self.set(120, seed: 6)], isForAnySpace: false)
            let trainer = try GraphTrainer(recipe, data: data, folder: folder.path, threads: 1)
            var losses: [Double] = []
            try trainer.run { losses.append($0.loss) }
            let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
            // .63 → .28 was measured for gcn-s, which is asked about other seeds all the time; .16 → .017 for gcn-d,
            // which is not shown who its faces are
            let factor = kind == .segmentation ? 1.7 : kind == .detection ? 6 : 10
            #expect(last < first / factor, "\(kind): \(first / 5) → \(last / 5)")
        }

        @Test func theSeedDecidesTheBits() throws {
            for kind in GraphNetworkKind.allCases {
                let folder = try TemporaryFolder()
                func bytes(_ name: String, seed: UInt64 = 1, stops: [Int] = []) throws -> Data {
                    var recipe = Self.recipe(kind)
                    (recipe.seed, recipe.purity) = (seed, [0.05, 0.95])
                    for stop in stops {
                        try Self.trainer(recipe, folder.file(name), resume: true).run(until: stop)
                    }
                    let trainer = try Self.trainer(recipe, folder.file(name), resume: !stops.isEmpty)
                    #expect(trainer.step == stops.last ?? 0)
                    try trainer.run()
                    let path = folder.file("\(name).safetensors")
                    try trainer.write(to: path)
                    return try Data(contentsOf: URL(fileURLWithPath: path))
                }
                let whole = try bytes("whole")
                #expect(whole == (try bytes("again")), "\(kind)")
                #expect(whole == (try bytes("broken", stops: [10, 24])), "\(kind): a resumed run is another")
                #expect(whole != (try bytes("other", seed: 2)), "\(kind)")
            }
        }

        private func code(_ body: () throws -> Void) -> LikenessError.Code? {
            do { try body() } catch { return (error as? LikenessError)?.code }
            return nil
        }

        @Test func badInputIsRefused() throws {
            let folder = try TemporaryFolder()
            let set = try Self.set(120)
            let other = try Self.set(120, dimension: 16)
            #expect(
                code { _ = try GraphData(training: [set, other], validation: [set], isForAnySpace: true) }
                    == .dimensionMismatch)
            let space = EmbeddingSpace(id: "x", dimension: 24, metric: .cosine, normalised: true)
            let elsewhere = try GraphSet(
                set.vectors, truth: set.truth, space: space, neighbours: 20, threads: 1)
            #expect(
                code { _ = try GraphData(training: [set, elsewhere], validation: [set], isForAnySpace: false) }
                    == .spaceMismatch)
            #expect(code { _ = try GraphData(training: [], validation: [], isForAnySpace: true) } == .trainingInput)
            #expect(
                code { _ = try GraphSet(set.vectors, truth: [1, 2], space: set.space, neighbours: 20) }
                    == .lengthMismatch)
            let alone = Array(0..<set.vectors.rows)
            #expect(
                code { _ = try GraphSet(set.vectors, truth: alone, space: set.space, neighbours: 20) }
                    == .trainingInput)
            var recipe = Self.recipe(.segmentation)
            recipe.purity = [0, 0.001]
            #expect(code { _ = try Self.trainer(recipe, folder.file("a")) } == .trainingInput)
            recipe = Self.recipe(.connectivity)
            recipe.confidence = folder.file("missing")
            #expect(code { _ = try Self.trainer(recipe, folder.file("b")) } == .fileMissing)
            // a run goes on only as what it was
            try Self.trainer(Self.recipe(.confidence), folder.file("c")).run(until: 10)
            #expect(
                code { _ = try Self.trainer(Self.recipe(.detection), folder.file("c"), resume: true) }
                    == .checkpointMismatch)
        }

        @Test func aRateTooHighIsNoticed() throws {
            let folder = try TemporaryFolder()
            var recipe = Self.recipe(.confidence, steps: 400)
            (recipe.optimiser, recipe.rate, recipe.schedule) = (.sgd, 1e6, .constant)
            #expect(code { try Self.trainer(recipe, folder.path).run() } == .trainingDiverged)
        }
    }
#endif
