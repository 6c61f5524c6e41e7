#if Training
    public import FaceCore
    internal import Foundation

    extension Trainer {
        func prepareFolder(resume: Bool) throws(LikenessError) {
            try Checkpoint.makeFolder(ofRun: folder)
            var kept = 0
            if resume, let newest = Self.checkpoints(folder).last {
                let checkpoint = try Checkpoint(newest, device: device)
                try restore(checkpoint)
                kept = checkpoint.position.metricsBytes
            } else {
                // Whatever a process drew or read, all begin with the first one's values.
                for p in backbone.parameters { try group?.broadcast(p.value) }
                if recipe.classMeans { try beginAtClassMeans() }
            }
            guard isMain else { return }
            log = try MetricsLog("\(folder)/metrics.jsonl", keeping: kept)
            if recipe.tensorBoard {
                events = try EventLog(folder: "\(folder)/events", restart: kept > 0 ? step : nil)
            }
            if kept == 0 { try AtomicFile.write(Array(recipe.json().utf8), to: "\(folder)/recipe.json", force: true) }
        }

        /// Paths of a run's checkpoints, oldest first.
        public static func checkpoints(_ folder: String) -> [String] { Checkpoint.all(ofRun: folder) }

        /// Writes a checkpoint and drops all but the newest.
        public func save() throws(LikenessError) {
            let checkpoint = try checkpoint()
            guard isMain else { return }
            try checkpoint.write(toRun: folder, keeping: recipe.keep)
        }

        /// The generators of the CPU and of CUDA have states of different kinds: a run that goes on elsewhere draws anew.
        private var generator: String { device == .cpu ? "generator" : "generator.cuda" }

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
            for (name, values) in objective.head?.state.integers ?? [:] {
                tensors["state.\(name)"] = try Tensor(values)
            }
            tensors[generator] = try LibTorch.generatorState(device)
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

        func whole(_ p: Parameter, _ own: Tensor) throws(LikenessError) -> Tensor {
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

        func own(_ p: Parameter, _ tensor: Tensor) throws(LikenessError) -> Tensor {
            guard let group, !p.isReplicated, tensor.dimensions > 1 else { return tensor }
            let share = PartialHead.share(of: data.classes.count, rank: group.rank, size: group.size)
            return try tensor.slice(0, from: share.lowerBound, count: share.count).copied()
        }

        func restore(_ checkpoint: Checkpoint) throws(LikenessError) {
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
            if let state = checkpoint.tensors[generator] { try LibTorch.setGeneratorState(state, device) }
            var integers: [String: [Int]] = [:]
            for (name, tensor) in checkpoint.tensors where name.hasPrefix("state.") {
                integers[String(name.dropFirst("state.".count))] = try tensor.integers()
            }
            try objective.head?.restore(HeadState(numbers: position.head, integers: integers))
            optimiser.steps = position.optimiserSteps
            (step, scaler, bestAccuracy) = (position.step, position.scaler, position.bestAccuracy)
            watch = position.watch ?? watch
        }
    }
#endif
