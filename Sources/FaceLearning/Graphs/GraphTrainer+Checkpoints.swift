#if Training
    internal import FaceCore
    internal import FaceSpace
    internal import Foundation

    extension GraphTrainer {
        func prepareFolder(resume: Bool) throws(LikenessError) {
            try Checkpoint.makeFolder(ofRun: folder)
            var kept = 0
            if resume, let newest = Checkpoint.all(ofRun: folder).last {
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
            try Checkpoint(position: position, tensors: tensors).write(toRun: folder, keeping: recipe.keep)
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
