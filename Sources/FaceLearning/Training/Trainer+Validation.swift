#if Training
    public import FaceCore
    internal import FaceEvaluation
    public import FaceVision

    extension Trainer {
        func write(_ p: Progress) throws(LikenessError) {
            guard isMain else { return }
            var values: [String: Double] = [
                "epoch": Double(p.step) / Double(stepsPerEpoch), "loss": p.report.loss,
                "rate": p.rate, "gradientNorm": p.gradientNorm, "featureNorm": p.featureNorm, "spread": p.spread,
                "imagesPerSecond": Double(recipe.batch * (group?.size ?? 1)) / p.seconds,
                "outsideLibTorch": p.secondsOutside / p.seconds,
            ]
            values["accuracy"] = p.report.accuracy
            values["targetCosine"] = p.report.targetCosine
            values["activeShare"] = p.report.activeShare
            if recipe.precision == .float16 { values["lossScale"] = scaler.factor }
            for (name, value) in p.report.parts { values["loss.\(name)"] = value }
            try record(values)
        }

        /// A line of metrics at this step, and an event of TensorBoard where the recipe asks for it.
        func record(_ values: [String: Double]) throws(LikenessError) {
            try log?.write(values.merging(["step": Double(step)]) { $1 })
            try events?.write(values, step: step)
        }

        /// Verification of identities that are not learned: 10-fold accuracy, area under the curve. The first process
        /// measures; all of them write the checkpoint when it is the best so far, because each may hold classes of its own.
        @discardableResult
        public func validate() throws(LikenessError) -> (accuracy: Double, area: Double)? {
            guard data.pairs.count >= 40 else { return nil }
            let result = isMain ? try verification() : nil
            var isBest = false
            if let result {
                try record([
                    "validation.accuracy": result.accuracy,
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

        func verification() throws(LikenessError) -> VerificationResult {
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
    }
#endif
