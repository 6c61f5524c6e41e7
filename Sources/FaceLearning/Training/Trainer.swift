#if Training
    public import FaceCore
    internal import FaceEvaluation
    public import FaceVision
    internal import Foundation

    /// Trains a backbone under a recipe's loss, step by step; can be stopped anywhere and go on from its last checkpoint to
    /// the same bits (one number of threads, on the CPU).
    public final class Trainer {
        public let recipe: TrainingRecipe
        public let data: TrainingData
        public let backbone: Backbone
        public let objective: Objective
        public let folder: String
        public let schedule: LearningRate
        public let stepsPerEpoch: Int
        public private(set) var step = 0
        public private(set) var bestAccuracy: Double?
        /// Of weights, where the recipe asks for it.
        public let average: MovingAverage?
        private let optimiser: any Optimiser
        private let sampler: BatchSampler
        private let group: ProcessGroup?
        private let device: Device
        private var scaler: LossScaler
        private var watch: DivergenceWatch
        private var log: MetricsLog?
        private var epochBatches: (epoch: Int, batches: [[Int]])?
        private let threads: Int

        /// A run in a folder of its own; with `resume` it goes on from the folder's newest checkpoint, or begins.
        public init(
            _ recipe: TrainingRecipe, data: TrainingData, folder: String, plan: BackbonePlan? = nil,
            group: ProcessGroup? = nil, resume: Bool = false, threads: Int = availableThreads()
        ) throws(LikenessError) {
            try recipe.check()
            let named = try BackbonePlan.named(recipe.backbone, dropout: recipe.dropout)
            let plan = plan ?? named
            (self.recipe, self.data, self.folder, self.group, self.threads) = (recipe, data, folder, group, threads)
            device = try Device(recipe.device)
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
            let order: BatchSampler.Order =
                switch recipe.sampling {
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
            backbone.keepsStatistics = recipe.frozenTrunk
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
        private var isMain: Bool { (group?.rank ?? 0) == 0 }
        private var parameters: [Parameter] {
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
                let began = ContinuousClock.now
                let progress = try takeStep()
                let seconds = Self.seconds(since: began)
                if step % recipe.logEvery == 0 || step == end { try write(progress, seconds) }
                report(progress)
                if step % stepsPerEpoch == 0 || step == end { try validate() }
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
        }

        /// One step of the optimiser on one batch.
        public func takeStep() throws(LikenessError) -> Progress {
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
            return Progress(
                step: step, total: totalSteps, rate: rate, report: total, gradientNorm: norm, featureNorm: featureNorm,
                spread: spread)
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

        // MARK: Log and validation

        private func write(_ p: Progress, _ seconds: Double) throws(LikenessError) {
            guard isMain else { return }
            var values: [String: Double] = [
                "step": Double(p.step), "epoch": Double(p.step) / Double(stepsPerEpoch), "loss": p.report.loss,
                "rate": p.rate, "gradientNorm": p.gradientNorm, "featureNorm": p.featureNorm, "spread": p.spread,
                "imagesPerSecond": Double(recipe.batch * (group?.size ?? 1)) / seconds,
            ]
            values["accuracy"] = p.report.accuracy
            values["targetCosine"] = p.report.targetCosine
            values["activeShare"] = p.report.activeShare
            if recipe.precision == .float16 { values["lossScale"] = scaler.factor }
            for (name, value) in p.report.parts { values["loss.\(name)"] = value }
            try log?.write(values)
        }

        /// Verification of identities that are not learned: 10-fold accuracy, area under the curve. The first process
        /// measures; all of them write the checkpoint when it is the best so far, because each may hold classes of its own.
        @discardableResult
        public func validate() throws(LikenessError) -> (accuracy: Double, area: Double)? {
            guard data.pairs.count >= 40 else { return nil }
            let result = isMain ? try verification() : nil
            var isBest = false
            if let result {
                try log?.write([
                    "step": Double(step), "validation.accuracy": result.accuracy,
                    "validation.standardError": result.standardError, "validation.area": result.auc,
                ])
                isBest = result.accuracy > bestAccuracy ?? 0
                if isBest { bestAccuracy = result.accuracy }
            }
            if let group, group.size > 1 { isBest = try group.sum(Tensor([isBest ? 1.0 : 0], [1])).scalar() > 0 }
            if isBest {
                let best = try checkpoint()
                if isMain { try best.write(to: "\(folder)/best.safetensors") }
            }
            return result.map { ($0.accuracy, $0.auc) }
        }

        private func verification() throws(LikenessError) -> VerificationResult {
            let pairs = data.pairs
            let numbers = Set(pairs.flatMap { [$0.first, $0.second] }).sorted()
            let place = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, $0) })
            let rows = try embeddings(numbers.map { data.heldOutChip($0) })
            let scores = pairs.map { pair in
                zip(rows[place[pair.first, default: 0]], rows[place[pair.second, default: 0]])
                    .reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            }
            return try VerificationResult.evaluate(scores: scores, same: pairs.map(\.same))
        }

        /// Unit-length embeddings of chips, by the averaged weights where there are such.
        public func embeddings(_ chips: [Raster]) throws(LikenessError) -> [[Float]] {
            try withAveragedWeights { () throws(LikenessError) in
                try withoutGradients { () throws(LikenessError) in
                    var out: [[Float]] = []
                    let size = backbone.plan.input
                    for start in stride(from: 0, to: chips.count, by: 64) {
                        let some = chips[start..<min(start + 64, chips.count)].map {
                            $0.width == size[2] && $0.height == size[1]
                                ? $0 : $0.resized(width: size[2], height: size[1])
                        }
                        let input = try ChipTensor.make(some, channels: size[0], device: device)
                        let flat = try backbone(input, training: false).unitRows().floats()
                        let d = backbone.plan.dimension
                        for i in 0..<some.count { out.append(Array(flat[i * d..<(i + 1) * d])) }
                    }
                    return out
                }
            }
        }

        /// Runs a body with the averaged weights in place.
        public func withAveragedWeights<R>(_ body: () throws(LikenessError) -> R) throws(LikenessError) -> R {
            guard let average else { return try body() }
            var kept: [(Parameter, Tensor)] = []
            try withoutGradients { () throws(LikenessError) in
                for p in backbone.parameters {
                    guard let value = average.values[p.name] else { continue }
                    kept.append((p, try p.value.detached().copied()))
                    try p.value.detached().copyInPlace(value)
                }
            }
            let result: R
            do throws(LikenessError) { result = try body() } catch {
                for (p, value) in kept { try p.value.detached().copyInPlace(value) }
                throw error
            }
            try withoutGradients { () throws(LikenessError) in
                for (p, value) in kept { try p.value.detached().copyInPlace(value) }
            }
            return result
        }

        // MARK: Checkpoints

        private func prepareFolder(resume: Bool) throws(LikenessError) {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/checkpoints", withIntermediateDirectories: true)
            } catch { throw LikenessError(.fileUnwritable, subject: folder, "\(error.localizedDescription)") }
            var kept = 0
            if resume, let newest = Self.checkpoints(folder).last {
                let checkpoint = try Checkpoint(newest, device: device)
                try restore(checkpoint)
                kept = checkpoint.position.metricsBytes
            } else if let group {
                // Whatever a process drew or read, all begin with the first one's values.
                for p in backbone.parameters { try group.broadcast(p.value) }
            }
            guard isMain else { return }
            log = try MetricsLog("\(folder)/metrics.jsonl", keeping: kept)
            if kept == 0 { try AtomicFile.write(Array(recipe.json().utf8), to: "\(folder)/recipe.json", force: true) }
        }

        /// Paths of a run's checkpoints, oldest first.
        public static func checkpoints(_ folder: String) -> [String] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/checkpoints")) ?? []
            return names.filter { $0.hasPrefix("step-") && $0.hasSuffix(".safetensors") }.sorted()
                .map { "\(folder)/checkpoints/\($0)" }
        }

        /// Writes a checkpoint and drops all but the newest.
        public func save() throws(LikenessError) {
            let checkpoint = try checkpoint()
            guard isMain else { return }
            let digits = String(step)
            let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            try checkpoint.write(to: "\(folder)/checkpoints/step-\(name).safetensors")
            for old in Self.checkpoints(folder).dropLast(max(1, recipe.keep)) {
                try? FileManager.default.removeItem(atPath: old)
            }
        }

        /// The whole state. Rows of class weights that other processes own are gathered: any number may go on from it.
        func checkpoint() throws(LikenessError) -> Checkpoint {
            var tensors: [String: Tensor] = [:]
            for p in backbone.parameters { tensors["trunk.\(p.name)"] = try p.value.detached() }
            for (name, buffer) in backbone.buffers { tensors["trunk.\(name)"] = buffer }
            for p in objective.parameters { tensors[p.name] = try whole(p, p.value.detached()) }
            let byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
            for (name, state) in optimiser.state {
                let owner = byName[name.split(separator: ".").dropLast().joined(separator: ".")]
                tensors["optimiser.\(name)"] =
                    try owner.map { (p) throws(LikenessError) in try whole(p, state) } ?? state
            }
            for (name, value) in average?.values ?? [:] { tensors["average.\(name)"] = value }
            if let center = objective.center { tensors["centers"] = center.loss.centers }
            tensors["generator"] = try LibTorch.generatorState()
            var position = Checkpoint.Position()
            position.step = step
            position.optimiserSteps = optimiser.steps
            position.averageUpdates = average?.updates ?? 0
            position.scaler = scaler
            position.head = objective.head?.state.numbers ?? [:]
            position.watch = watch
            position.classes = data.classes
            position.data = data.fingerprint
            position.backbone = backbone.plan.id
            position.loss = recipe.loss.kind.rawValue
            position.metricsBytes = log?.bytes ?? 0
            position.bestAccuracy = bestAccuracy
            return Checkpoint(position: position, tensors: tensors)
        }

        private func whole(_ p: Parameter, _ own: Tensor) throws(LikenessError) -> Tensor {
            guard let group, group.size > 1, !p.isReplicated, own.dimensions > 1 else { return own }
            // Shares differ by a row at most: gathered padded, then cut.
            let each = (data.classes.count + group.size - 1) / group.size
            let padded = own.shape[0] < each ? try own.paddedAtEnd([0, each - own.shape[0]]) : own
            let parts = try group.gathered(padded)
            var rows: [Tensor] = []
            for (rank, part) in parts.enumerated() {
                let share = PartialHead.share(of: data.classes.count, rank: rank, size: group.size)
                rows.append(try part.slice(0, from: 0, count: share.count))
            }
            return try Tensor.concatenated(rows)
        }

        private func own(_ p: Parameter, _ tensor: Tensor) throws(LikenessError) -> Tensor {
            guard let group, !p.isReplicated, tensor.dimensions > 1 else { return tensor }
            let share = PartialHead.share(of: data.classes.count, rank: group.rank, size: group.size)
            return try tensor.slice(0, from: share.lowerBound, count: share.count).copied()
        }

        private func restore(_ checkpoint: Checkpoint) throws(LikenessError) {
            let position = checkpoint.position
            guard position.classes == data.classes, position.data == data.fingerprint,
                position.backbone == backbone.plan.id, position.loss == recipe.loss.kind.rawValue
            else {
                throw LikenessError(
                    .checkpointMismatch, subject: folder,
                    "the checkpoint is of \(position.backbone) with \(position.loss) on other data or classes",
                    remedy: "resume with the recipe and the data of the run, or begin in another folder")
            }
            for p in backbone.parameters { try checkpoint.copy("trunk.\(p.name)", into: p.value) }
            for (name, buffer) in backbone.buffers { try checkpoint.copy("trunk.\(name)", into: buffer) }
            for p in objective.parameters {
                guard let stored = checkpoint.tensors[p.name] else { continue }
                let part = try own(p, stored)
                try Checkpoint(position: position, tensors: [p.name: part]).copy(p.name, into: p.value)
            }
            let byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
            for (name, tensor) in checkpoint.tensors where name.hasPrefix("optimiser.") {
                let key = String(name.dropFirst("optimiser.".count))
                let owner = byName[key.split(separator: ".").dropLast().joined(separator: ".")]
                optimiser.state[key] = try owner.map { (p) throws(LikenessError) in try own(p, tensor) } ?? tensor
            }
            if let average {
                for (name, value) in average.values { try checkpoint.copy("average.\(name)", into: value) }
                average.updates = position.averageUpdates
            }
            if let center = objective.center, let centers = checkpoint.tensors["centers"] {
                try center.loss.restore(centers)
            }
            if let state = checkpoint.tensors["generator"] { try LibTorch.setGeneratorState(state) }
            try objective.head?.restore(HeadState(numbers: position.head))
            optimiser.steps = position.optimiserSteps
            (step, scaler, bestAccuracy) = (position.step, position.scaler, position.bestAccuracy)
            watch = position.watch ?? watch
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
