#if Training
    public import FaceCore
    internal import FaceVision
    internal import Foundation

    /// Trains a backbone under a recipe's loss, step by step; can be stopped anywhere and go on from its last checkpoint to
    /// the same bits (one number of threads, on the CPU).
    public final class Trainer {
        public let recipe: TrainingRecipe
        public let data: TrainingData
        public let backbone: Backbone
        public let objective: Objective
        public let evaluations: [EvaluationSet]
        public let folder: String
        public let schedule: LearningRate
        public let stepsPerEpoch: Int
        public internal(set) var step = 0
        public internal(set) var bestAccuracy: Double?
        /// Of weights, where the recipe asks for it.
        public let average: MovingAverage?
        let optimiser: any Optimiser
        private let sampler: BatchSampler
        let group: ProcessGroup?
        let device: Device
        var scaler: LossScaler
        var watch: DivergenceWatch
        var log: MetricsLog?
        var events: EventLog?
        private var epochBatches: (epoch: Int, batches: [[Int]])?
        private let threads: Int

        /// A run in a folder of its own; with `resume` it goes on from the folder's newest checkpoint, or begins.
        public init(
            _ recipe: TrainingRecipe, data: TrainingData, evaluations: [EvaluationSet] = [], folder: String,
            plan: BackbonePlan? = nil, group: ProcessGroup? = nil, resume: Bool = false,
            threads: Int = availableThreads()
        ) throws(LikenessError) {
            try recipe.check()
            let named = try BackbonePlan.named(recipe.backbone, dropout: recipe.dropout)
            let plan = plan ?? named
            (self.recipe, self.data, self.evaluations, self.folder) = (recipe, data, evaluations, folder)
            (self.group, self.threads) = (group, threads)
            device = try Device(recipe.device, rank: group?.rank ?? 0)
            try LibTorch.setThreads(threads)
            try LibTorch.seed(recipe.seed &+ UInt64(group?.rank ?? 0))
            backbone = try Backbone(plan, seed: recipe.seed, device: device)
            if let weights = recipe.weights { try BackboneWeights.load(weights, into: backbone) }
            objective = try Objective(
                recipe.loss, head: recipe.head, classes: data.classes.count, dimension: plan.dimension,
                seed: recipe.seed,
                group: group, device: device)
            let decay = WeightDecay(recipe.decay, tail: recipe.tailDecay)
            switch recipe.optimiser {
            case .sgd: optimiser = MomentumDescent(decay: decay)
            case .nesterov: optimiser = MomentumDescent(isNesterov: true, decay: decay)
            case .adamw: optimiser = AdamW(decay: decay)
            }
            let isMixed = data.domains.contains { $0 == TrainingData.unlabelled }
            let share = recipe.unlabelledShare
            let order: BatchSampler.Order =
                switch recipe.sampling {
                case .shuffled where isMixed:
                    .mixture([TrainingData.labelled: 1 - share, TrainingData.unlabelled: share])
                case .shuffled: .shuffled
                case .identities: .identities(count: recipe.batch / recipe.images, images: recipe.images)
                case .balanced: .balanced(beta: recipe.balance)
                }
            sampler = try BatchSampler(
                labels: data.labels, order: order, batch: recipe.batch, seed: recipe.seed, domains: data.domains)
            stepsPerEpoch = sampler.steps(processes: group?.size ?? 1)
            let perEpoch = Double(stepsPerEpoch)
            schedule = LearningRate(
                shape: recipe.schedule, base: recipe.rate, warmUp: Int(recipe.warmUp * perEpoch),
                total: max(1, Int(recipe.epochs * perEpoch)), milestones: recipe.milestones.map { Int($0 * perEpoch) })
            scaler = LossScaler(isNeeded: recipe.precision == .float16)
            watch = DivergenceWatch(
                classes: data.classes.count, epoch: stepsPerEpoch,
                lowerBound: recipe.loss.kind == .normFace && !(recipe.loss.learnedScale ?? false)
                    ? NormFace.lowerBound(classes: data.classes.count, scale: recipe.loss.scale ?? 30) : nil)
            let isFolded = try backbone.hasFoldedNormalisation
            backbone.keepsStatistics = recipe.frozenTrunk || (recipe.frozenStatistics ?? isFolded)
            if recipe.frozenTrunk { for p in backbone.parameters { p.isTrainable = false } }
            if let decay = recipe.average {
                average = try MovingAverage(backbone.parameters, decay: decay)
            } else {
                average = nil
            }
            try prepareFolder(resume: resume)
        }

        public var totalSteps: Int { schedule.total }
        public var epoch: Int { step / stepsPerEpoch }
        var isMain: Bool { (group?.rank ?? 0) == 0 }
        var parameters: [Parameter] {
            (backbone.parameters + objective.parameters).filter(\.isTrainable)
        }

        // MARK: Steps

        /// Goes on to the end of the recipe, or to a step before it. Throws `cancelled` after a checkpoint, and
        /// `training-diverged` with the last good checkpoint in its remedy.
        public func run(
            until last: Int? = nil, cancellation: Cancellation? = nil, report: (Progress) -> Void = { _ in }
        ) throws(LikenessError) {
            let end = min(last ?? totalSteps, totalSteps)
            while step < end {
                if let cancellation, cancellation.isCancelled {
                    try save()
                    try cancellation.check()
                }
                let progress = try takeStep()
                if step % recipe.logEvery == 0 || step == end { try write(progress) }
                report(progress)
                if step % stepsPerEpoch == 0 || step == end { try validate() }
                try evaluate()
                if step % recipe.saveEvery == 0 || step == end { try save() }
            }
        }

        /// What one step showed.
        public struct Progress: Sendable {
            public var step: Int
            public var total: Int
            public var rate: Double
            public var report: Objective.Report
            public var gradientNorm: Double
            public var featureNorm: Double
            public var spread: Double
            /// Seconds of the whole step, and those of them that were not spent in LibTorch.
            public var seconds: Double
            public var secondsOutside: Double
        }

        /// One step of the optimiser on one batch.
        public func takeStep() throws(LikenessError) -> Progress {
            let (began, inside) = (ContinuousClock.now, LibTorch.secondsInside)
            let batch = try currentBatch()
            for p in parameters { try p.clearGradient() }
            let rate = schedule.value(at: step)
            let micro = batch.count / recipe.accumulation
            var total = Objective.Report()
            var (featureNorm, spread) = (0.0, 0.0)
            for part in 0..<recipe.accumulation {
                let items = Array(batch[part * micro..<(part + 1) * micro])
                let chips = try self.chips(items)
                let features = try forward(chips)
                let share = 1 / Double(recipe.accumulation)
                let report = try objective.step(features, items.map { data.labels[$0] }, factor: share * scaler.factor)
                total.add(report, share: share)
                featureNorm += try features.detached().converted(to: .float32).rowNorms().mean().scalar() * share
                spread += try Self.spread(features) * share
            }
            let norm = try prepareGradients()
            let isFinite = norm.isFinite && total.loss.isFinite
            try watch.observe(
                .init(
                    loss: total.loss, accuracy: total.accuracy, targetCosine: total.targetCosine, spread: spread,
                    isFinite: isFinite))
            if scaler.observe(finite: isFinite) && isFinite {
                try optimiser.step(parameters, rate: rate)
                try average?.update(backbone.parameters)
            }
            step += 1
            try reclusterIfDue()
            let seconds = Self.seconds(since: began)
            return Progress(
                step: step, total: totalSteps, rate: rate, report: total, gradientNorm: norm, featureNorm: featureNorm,
                spread: spread, seconds: seconds, secondsOutside: seconds - (LibTorch.secondsInside - inside))
        }

        private func reclusterIfDue() throws(LikenessError) {
            let interval = Int((recipe.head.recluster * Double(stepsPerEpoch)).rounded())
            guard let head = objective.head as? TwoHeadSoftmax, interval > 0, step.isMultiple(of: interval),
                step < totalSteps
            else { return }
            try head.recluster(seed: recipe.seed, threads: threads)
        }

        private func currentBatch() throws(LikenessError) -> [Int] {
            if epochBatches?.epoch != epoch {
                let batches = sampler.epoch(epoch, rank: group?.rank ?? 0, processes: group?.size ?? 1)
                epochBatches = (epoch, batches)
            }
            guard let batches = epochBatches?.batches else { return [] }
            return batches[step % stepsPerEpoch]
        }

        private func chips(_ items: [Int]) throws(LikenessError) -> Tensor {
            let (size, template) = (backbone.plan.input, Self.template(backbone.plan.input))
            let slots = RasterSlots(items.count)
            try parallelFor(items.count, threads: threads, cancellation: nil) {
                [recipe, data, epoch] (i) throws(LikenessError) in
                let chip = data.chip(items[i])
                let fits = chip.width == size[2] && chip.height == size[1]
                slots.set(
                    i,
                    try recipe.augmentation(
                        fits ? chip : chip.resized(width: size[2], height: size[1]), template: template,
                        seed: recipe.seed,
                        epoch: epoch, item: items[i]))
            }
            return try ChipTensor.make(slots.values, channels: size[0], device: device)
        }

        private func forward(_ chips: Tensor) throws(LikenessError) -> Tensor {
            let element: Element? =
                switch recipe.precision {
                case .float32: nil
                case .bfloat16: .bfloat16
                case .float16: .float16
                }
            let features: Tensor
            if recipe.frozenTrunk {
                features = try withoutGradients { () throws(LikenessError) in
                    try withMixedPrecision(element, on: device) { () throws(LikenessError) in
                        try backbone(chips, training: false)
                    }
                }.asLeaf()
            } else {
                features = try withMixedPrecision(element, on: device) { () throws(LikenessError) in
                    try backbone(chips, training: true)
                }
            }
            return features
        }

        /// Averages over the processes, undoes the loss scale, clips; returns the norm of all gradients.
        private func prepareGradients() throws(LikenessError) -> Double {
            var dense: [(Parameter, Tensor)] = []
            for p in parameters where p.sparse == nil {
                if let gradient = try p.value.gradient() { dense.append((p, gradient)) }
            }
            if let group, group.size > 1 {
                let shared = dense.filter { $0.0.isReplicated }
                let flat = try Tensor.concatenated(shared.map { (_, g) throws(LikenessError) in try g.reshaped([-1]) })
                let mean = try group.sum(flat) * (1 / Double(group.size))
                var start = 0
                for (_, gradient) in shared {
                    let part = try mean.slice(0, from: start, count: gradient.count).reshaped(gradient.shape)
                    try gradient.copyInPlace(part)
                    start += gradient.count
                }
            }
            return try withoutGradients { () throws(LikenessError) in
                var squares = 0.0
                for (_, gradient) in dense {
                    if scaler.factor != 1 { try gradient.multiplyInPlace(1 / scaler.factor) }
                    squares += try (gradient * gradient).sum().scalar()
                }
                var own = 0.0
                for p in parameters {
                    guard let sparse = p.sparse else { continue }
                    if scaler.factor != 1 { try sparse.gradient.multiplyInPlace(1 / scaler.factor) }
                    own += try (sparse.gradient * sparse.gradient).sum().scalar()
                }
                // All processes must take the same decision about this step.
                if let group, group.size > 1 { own = try group.sum(Tensor([own], [1], element: .float64)).scalar() }
                squares += own
                let norm = squares.squareRoot()
                if let limit = recipe.clip, norm > limit, norm.isFinite {
                    for (_, gradient) in dense { try gradient.multiplyInPlace(limit / norm) }
                    for p in parameters { try p.sparse?.gradient.multiplyInPlace(limit / norm) }
                }
                return norm
            }
        }

        /// Mean distance between neighbouring rows, at length one: small when all embeddings become one.
        private static func spread(_ features: Tensor) throws(LikenessError) -> Double {
            try withoutGradients { () throws(LikenessError) in
                let rows = try features.detached().converted(to: .float32).unitRows()
                let n = rows.shape[0]
                guard n > 1 else { return 0 }
                return try (rows.slice(0, from: 1, count: n - 1) - rows.slice(0, from: 0, count: n - 1)).rowNorms()
                    .mean()
                    .scalar()
            }
        }

        static func template(_ input: [Int]) -> Landmarks {
            let sx = Float(input[2]) / 112
            let sy = Float(input[1]) / 112
            let points = [
                (38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041),
            ]
            return Landmarks(points.map { Point(Float($0.0) * sx, Float($0.1) * sy) })
        }

        private static func seconds(since start: ContinuousClock.Instant) -> Double {
            let d = (ContinuousClock.now - start).components
            return Double(d.seconds) + Double(d.attoseconds) * 1e-18
        }
    }

    extension Objective.Report {
        mutating func add(_ other: Objective.Report, share: Double) {
            loss += other.loss * share
            for (name, value) in other.parts { parts[name, default: 0] += value * share }
            if let value = other.targetCosine { targetCosine = (targetCosine ?? 0) + value * share }
            if let value = other.accuracy { accuracy = (accuracy ?? 0) + value * share }
            if let value = other.activeShare { activeShare = (activeShare ?? 0) + value * share }
        }
    }

    /// Chips made in parallel, each written once by its own index.
    private final class RasterSlots: @unchecked Sendable {
        private let lock = NSLock()
        private var slots: [Raster]

        init(_ n: Int) { slots = Array(repeating: Raster(width: 0, height: 0), count: n) }
        func set(_ i: Int, _ value: Raster) { lock.withLock { slots[i] = value } }
        var values: [Raster] { lock.withLock { slots } }
    }
#endif
