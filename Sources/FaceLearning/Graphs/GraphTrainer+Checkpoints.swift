#if Training
    internal import FaceCore
    internal import FaceSpace
    internal import Foundation

    extension GraphTrainer {
        func prepareFolder(resume: Bool) throws(LikenessError) {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/checkpoints", withIntermediateDirectories: true)
            } catch { throw LikenessError(.fileUnwritable, subject: folder, "\(error.localizedDescription)") }
            var kept = 0
            if resume, let newest = Trainer.checkpoints(folder).last {
                let checkpoint = try Checkpoint(newest)
                try restore(checkpoint)
                kept = checkpoint.position.metricsBytes
            }
            log = try MetricsLog("\(folder)/metrics.jsonl", keeping: kept)
            if kept == 0 { try AtomicFile.write(Array(recipe.json().utf8), to: "\(folder)/recipe.json", force: true) }
        }

        /// Writes a checkpoint and drops all but the newest.
        func save() throws(LikenessError) {
            var tensors: [String: Tensor] = [:]
            for p in model.parameters { tensors["network.\(p.name)"] = try p.value.detached() }
            for (name, value) in bestValues { tensors["best.\(name)"] = value }
            for (name, value) in optimiser.state { tensors["optimiser.\(name)"] = value }
            var position = Checkpoint.Position()
            position.step = step
            position.optimiserSteps = optimiser.steps
            position.watch = watch
            position.data = data.fingerprint
            position.backbone = recipe.kind.rawValue
            position.metricsBytes = log?.bytes ?? 0
            position.bestAccuracy = best?.quality
            if let best { position.head["bestStep"] = Double(best.step) }
            let digits = String(step)
            let name = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
            try Checkpoint(position: position, tensors: tensors)
                .write(to: "\(folder)/checkpoints/step-\(name).safetensors")
            for old in Trainer.checkpoints(folder).dropLast(recipe.keep) {
                try? FileManager.default.removeItem(atPath: old)
            }
        }

        private func restore(_ checkpoint: Checkpoint) throws(LikenessError) {
            let position = checkpoint.position
            guard position.backbone == recipe.kind.rawValue, position.data == data.fingerprint else {
                throw LikenessError(
                    .checkpointMismatch, subject: folder, "the checkpoint is of another network or other data",
                    remedy: "resume with the recipe and the data of the run, or begin in another folder")
            }
            for p in model.parameters { try checkpoint.copy("network.\(p.name)", into: p.value) }
            for (name, tensor) in checkpoint.tensors {
                if name.hasPrefix("best.") { bestValues[String(name.dropFirst("best.".count))] = tensor }
                if name.hasPrefix("optimiser.") {
                    optimiser.state[String(name.dropFirst("optimiser.".count))] = tensor
                }
            }
            optimiser.steps = position.optimiserSteps
            step = position.step
            watch = position.watch ?? watch
            if let quality = position.bestAccuracy {
                best = (quality, Int(position.head["bestStep"] ?? 0))
            }
        }
    }
#endif
