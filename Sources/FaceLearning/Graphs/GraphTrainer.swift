#if Training
    public import FaceCore
    internal import FaceSpace
    internal import Foundation

    /// Trains a graph network under a recipe; can be stopped anywhere and go on from its last checkpoint to the same bits
    /// (one number of threads). The weights that did best on the people kept for validation are what it gives.
    public final class GraphTrainer {
        public let recipe: GraphRecipe
        public let model: GraphModel
        public let folder: String
        public let schedule: LearningRate
        public internal(set) var step = 0
        /// The best quality on validation and the step that had it: R² (gcn-v, gcn-d) or balanced accuracy.
        public internal(set) var best: (quality: Double, step: Int)?
        /// Weights at ``best``, by name.
        var bestValues: [String: Tensor] = [:]
        let data: GraphData
        let optimiser: any Optimiser
        var watch = DivergenceWatch(classes: 2, epoch: 1)
        var log: MetricsLog?
        private let training: any GraphTask
        private let validation: any GraphTask
        private var order: (epoch: Int, samples: [Int]) = (-1, [])

        /// A run in a folder of its own; with `resume` it goes on from the folder's newest checkpoint, or begins.
        /// Throws `training-input` where the data hold nothing for this kind of network.
        public init(
            _ recipe: GraphRecipe, data: GraphData, folder: String, resume: Bool = false,
            threads: Int = availableThreads()
        ) throws(LikenessError) {
            try recipe.check()
            (self.recipe, self.data, self.folder) = (recipe, data, folder)
            try LibTorch.setThreads(threads)
            try LibTorch.seed(recipe.seed)
            model = try GraphModel(
                recipe.kind, dimension: recipe.graphFrame.numbers(dimension: data.dimension), hidden: recipe.hidden,
                head: recipe.head,
                scores: recipe.outputs, seed: recipe.seed)
            schedule = LearningRate(
                shape: recipe.schedule, base: recipe.rate, warmUp: recipe.warmUp, total: recipe.steps,
                milestones: recipe.milestones.map { Int($0 * Double(recipe.steps)) })
            let decay = WeightDecay(recipe.decay)
            switch recipe.optimiser {
            case .sgd: optimiser = MomentumDescent(decay: decay)
            case .nesterov: optimiser = MomentumDescent(isNesterov: true, decay: decay)
            case .adamw: optimiser = AdamW(decay: decay)
            }
            training = try Self.task(recipe, data.training, threads)
            validation = try Self.task(recipe, data.validation, threads, of: training)
            try prepareFolder(resume: resume)
        }

        private static func task(
            _ recipe: GraphRecipe, _ sets: [GraphSet], _ threads: Int, of other: (any GraphTask)? = nil
        ) throws(LikenessError) -> any GraphTask {
            let confidences = try GraphData.confidences(recipe, of: sets, threads: threads)
            if recipe.kind == .confidence { return try VertexTask(sets, confidences: confidences) }
            let samples = try GraphSample.all(
                recipe, of: sets, confidences: confidences, threads: threads)
            guard !samples.isEmpty else {
                throw LikenessError(
                    .trainingInput, subject: recipe.kind.rawValue,
                    "the vectors give nothing that this network could be shown",
                    remedy: "more vectors, or people who are harder to tell apart")
            }
            if recipe.kind == .detection {
                return ProposalTask(sets: sets, samples: samples, frame: recipe.graphFrame, threads: threads)
            }
            return MembershipTask(
                recipe, sets: sets, samples: samples, classWeights: (other as? MembershipTask)?.classWeights,
                threads: threads)
        }

        /// Samples to train on: rows, proposals or pivots.
        public var samples: Int { training.count }

        // MARK: Steps

        /// What a step showed.
        public struct Progress: Sendable {
            public var step: Int
            public var total: Int
            public var loss: Double
            public var rate: Double
            public var gradientNorm: Double
        }

        /// Goes on to the end of the recipe, or to a step before it. Throws `cancelled` after a checkpoint, and
        /// `training-diverged`.
        public func run(
            until last: Int? = nil, cancellation: Cancellation? = nil, report: (Progress) -> Void = { _ in }
        ) throws(LikenessError) {
            let end = min(last ?? recipe.steps, recipe.steps)
            while step < end {
                if let cancellation, cancellation.isCancelled {
                    try save()
                    try cancellation.check()
                }
                let progress = try takeStep()
                if step % recipe.logEvery == 0 || step == end {
                    try log?.write([
                        "step": Double(step), "loss": progress.loss, "rate": progress.rate,
                        "gradientNorm": progress.gradientNorm,
                    ])
                }
                report(progress)
                if step % recipe.saveEvery == 0 || step == end {
                    try validate()
                    try save()
                }
            }
        }

        /// One step of the optimiser. Everything random in it follows from the seed and its number.
        public func takeStep() throws(LikenessError) -> Progress {
            var draw = SeededRandom(seed: recipe.seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15)
            for p in model.parameters { try p.clearGradient() }
            let rotation = try rotation(&draw)
            let (loss, _) = try training.loss(model, batch(), rotation: rotation, draw: &draw)
            try loss.backward()
            let value = try loss.scalar()
            let norm = try clippedNorm()
            try watch.observe(
                .init(
                    loss: value, accuracy: nil, targetCosine: nil, spread: nil,
                    isFinite: value.isFinite && norm.isFinite))
            let rate = schedule.value(at: step)
            if value.isFinite && norm.isFinite { try optimiser.step(model.parameters, rate: rate) }
            step += 1
            return Progress(step: step, total: recipe.steps, loss: value, rate: rate, gradientNorm: norm)
        }

        private func rotation(_ draw: inout SeededRandom) throws(LikenessError) -> Tensor? {
            guard recipe.rotated, recipe.frame == .space else { return nil }
            let d = data.dimension
            return try Tensor(RandomRotation.values(dimension: d, seed: draw.next()), [d, d])
        }

        /// The samples of this step: all are met once before one comes again.
        private func batch() -> [Int] {
            (step * recipe.batch..<(step + 1) * recipe.batch).map { place in
                let (epoch, t) = (place / training.count, place % training.count)
                if order.epoch != epoch { order = (epoch, shuffled(epoch)) }
                return order.samples[t]
            }
        }

        /// All samples at random, but those of one batch of like size, since it is filled up to its largest: within
        /// stretches of 32 batches they are sorted by size, and the batches of a stretch follow each other at random.
        private func shuffled(_ epoch: Int) -> [Int] {
            var random = SeededRandom(seed: recipe.seed ^ (UInt64(epoch) &* 0xD6E8_FEB8_6659_FD93))
            let all = Array(0..<training.count).shuffled(using: &random)
            return Swift.stride(from: 0, to: all.count, by: 32 * recipe.batch).flatMap { start in
                // equal sizes keep the order of the shuffle
                let stretch = all[start..<min(all.count, start + 32 * recipe.batch)].enumerated().sorted {
                    (training.places($0.element), $0.offset) < (training.places($1.element), $1.offset)
                }.map(\.element)
                return Swift.stride(from: 0, to: stretch.count, by: recipe.batch)
                    .map { stretch[$0..<min(stretch.count, $0 + recipe.batch)] }
                    .shuffled(using: &random).flatMap { Array($0) }
            }
        }

        private func clippedNorm() throws(LikenessError) -> Double {
            try withoutGradients { () throws(LikenessError) in
                var squares = 0.0
                var gradients: [Tensor] = []
                for p in model.parameters {
                    guard let gradient = try p.value.gradient() else { continue }
                    squares += try (gradient * gradient).sum().scalar()
                    gradients.append(gradient)
                }
                let norm = squares.squareRoot()
                if let limit = recipe.clip, norm > limit, norm.isFinite {
                    for gradient in gradients { try gradient.multiplyInPlace(limit / norm) }
                }
                return norm
            }
        }

        // MARK: Validation

        /// Samples of a validation at most; rows of gcn-v cost little.
        private var validationSamples: Int { recipe.kind == .confidence ? 1 << 20 : 2000 }

        /// The network on people whom it was not trained on; keeps its weights if it never was as good.
        @discardableResult
        public func validate() throws(LikenessError) -> Double {
            let score = try withoutGradients { () throws(LikenessError) in
                var score = GraphScore()
                var draw = SeededRandom(seed: recipe.seed ^ 0x7A31_D0)
                // few large proposals or many small ones: a spread of all, the same each time
                let stride = max(1, validation.count / validationSamples)
                let all = Swift.stride(from: 0, to: validation.count, by: stride)
                    .sorted { (validation.places($0), $0) < (validation.places($1), $1) }
                for start in Swift.stride(from: 0, to: all.count, by: recipe.batch) {
                    let part = Array(all[start..<min(all.count, start + recipe.batch)])
                    score.add(try validation.loss(model, part, rotation: nil, draw: &draw).score)
                }
                return score
            }
            let quality = score.quality
            try log?.write([
                "step": Double(step), "validationLoss": score.meanLoss, "validationQuality": quality,
            ])
            if quality > best?.quality ?? -.infinity {
                best = (quality, step)
                for p in model.parameters { bestValues[p.name] = try p.value.detached().copied() }
            }
            return quality
        }

        // MARK: The result

        /// Writes the best network. `half` rounds its weights to float16.
        public func write(to path: String, half: Bool = false, force: Bool = false) throws(LikenessError) {
            let people = data.training.map { Set($0.truth.filter { $0 >= 0 }).count }.reduce(0, +)
            let rows = data.training.map(\.vectors.rows).reduce(0, +)
            let names = recipe.vectors.map { ($0 as NSString).lastPathComponent }.joined(separator: " ")
            let card = GraphNetworkCard(
                kind: recipe.kind, dimension: model.dimension, neighbours: recipe.neighbours, hidden: recipe.hidden,
                space: data.space(recipe),
                training: "\(best?.step ?? step) of \(recipe.steps) steps of \(recipe.batch) on \(rows) vectors of "
                    + "\(people) people\(names.isEmpty ? "" : ": \(names)")",
                seed: recipe.seed, frame: recipe.graphFrame)
            try model.write(to: path, card: card, values: bestValues, half: half, force: force)
        }
    }
#endif
