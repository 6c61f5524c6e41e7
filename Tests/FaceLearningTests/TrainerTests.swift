#if Training
    import FaceCore
    import FaceLearning
    import FaceTestSupport
    import FaceVision
    import Foundation
    import Testing

    /// Small networks on 8×8 chips: each identity has a colour of its own, with noise.
    enum ToyTraining {
        static let classes = 12
        static let images = 8

        static func plan(normalised: Bool = true) throws -> BackbonePlan {
            let norm: [Layer] = normalised ? [.batchNorm(.init(8))] : []
            return try BackbonePlan(
                "toy", input: [3, 8, 8],
                layers: [.convolution(.init(3, 8, [3, 3], stride: 2, padding: [1, 1], bias: true))] + norm
                    + [.prelu(8), .flatten, .dropout(0.1), .linear(inputs: 128, outputs: 16, bias: true)])
        }

        static func data(seed: UInt64 = 1) throws -> TrainingData {
            let labels = (0..<classes * images).map { $0 / images }
            return try TrainingData(
                labels: labels, classes: (0..<classes).map { "p\($0 + 10)" }, fingerprint: "toy", validation: 0.25,
                pairs: 60, seed: seed
            ) { i in
                var colours = SeededRandom(seed: UInt64(labels[i]) + 77)
                var noise = SeededRandom(seed: UInt64(i) + 1000)
                let colour = (0..<3).map { _ in 40 + Int(colours.next() % 176) }
                let pixels = (0..<192).map { UInt8(max(0, min(255, colour[$0 % 3] + Int(noise.next() % 41) - 20))) }
                return Raster(width: 8, height: 8, pixels: pixels)
            }
        }

        static func recipe(_ loss: LossRecipe.Kind = .cosFace) -> TrainingRecipe {
            var recipe = TrainingRecipe()
            recipe.loss = LossRecipe(loss)
            recipe.loss.scale = 16
            (recipe.batch, recipe.epochs, recipe.rate) = (12, 6, 0.05)
            (recipe.logEvery, recipe.saveEvery) = (1, 5)
            recipe.clip = 5
            recipe.average = 0.99
            return recipe
        }

        /// All weights and running statistics of a trainer.
        static func weights(_ trainer: Trainer) throws -> [String: [Float]] {
            var out: [String: [Float]] = [:]
            for p in trainer.backbone.parameters + trainer.objective.parameters { out[p.name] = try p.value.floats() }
            for (name, buffer) in trainer.backbone.buffers { out[name] = try buffer.floats() }
            for (name, value) in trainer.average?.values ?? [:] { out["average.\(name)"] = try value.floats() }
            return out
        }
    }

    // LibTorch's generator and its number of threads belong to the process: one test at a time.
    @Suite(.serialized) struct TrainerTests {
        @Test(arguments: LossRecipe.Kind.allCases)
        func everyLossLearns(_ kind: LossRecipe.Kind) throws {
            let folder = try TemporaryFolder()
            var recipe = ToyTraining.recipe(kind)
            if kind.needsPairs { (recipe.sampling, recipe.images) = (.identities, 4) }
            if kind == .magFace { recipe.loss.weight = 1 }
            // The scale of circle is not that of softmax; annealing holds the angle's multiples back at first.
            if kind == .circle || kind == .circlePairs { recipe.loss.scale = 32 }
            if kind == .adaCos || kind == .adaCosFixed || kind == .elasticArc { recipe.rate = 0.02 }
            let trainer = try Trainer(
                recipe, data: ToyTraining.data(), folder: folder.path, plan: ToyTraining.plan(), threads: 1)
            var losses: [Double] = []
            try trainer.run { losses.append($0.report.loss) }
            #expect(losses.allSatisfy(\.isFinite) && losses.count == trainer.totalSteps)
            let quarter = losses.count / 4
            let (first, last) = (losses.prefix(quarter).reduce(0, +), losses.suffix(quarter).reduce(0, +))
            if kind != .lSoftmax && kind != .aSoftmax { #expect(last < first, "\(kind)") }
            let lines = try String(contentsOfFile: folder.file("metrics.jsonl"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count >= losses.count)
            for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil) }
        }

        /// Weights with folded normalisation are the network they were at step 0, and their statistics stay; `false` brings
        /// back normalising by the batch.
        @Test(arguments: [nil, true, false] as [Bool?])
        func foldedNormalisationStays(_ option: Bool?) throws {
            let folder = try TemporaryFolder()
            let (data, plan) = (try ToyTraining.data(), try ToyTraining.plan())
            var recipe = ToyTraining.recipe()
            recipe.frozenStatistics = option
            (recipe.average, recipe.augmentation.flip) = (nil, 0)
            let source = try Backbone(plan, seed: 8)
            try Data(ONNXExport.graph(source).encoded()).write(to: URL(fileURLWithPath: folder.file("w.onnx")))
            recipe.weights = folder.file("w.onnx")
            recipe.classMeans = true
            let trainer = try Trainer(recipe, data: data, folder: folder.file("run"), plan: plan, threads: 1)
            #expect(try trainer.backbone.hasFoldedNormalisation)
            let chips = (0..<12).map(data.chip)
            let input = try ChipTensor.make(chips, channels: 3)
            let keeps = option ?? true
            #expect(trainer.backbone.keepsStatistics == keeps)
            for _ in 0..<3 { _ = try trainer.takeStep() }
            #expect(try trainer.backbone.hasFoldedNormalisation == keeps)
            // without dropout what the network is in training and at rest is one and the same
            let still = try Backbone(
                BackbonePlan("still", input: plan.input, layers: plan.layers.filter { $0 != .dropout(0.1) }), seed: 8)
            still.keepsStatistics = keeps
            let (a, b) = (try still(input, training: true).floats(), try still(input, training: false).floats())
            #expect((a == b) == keeps)
        }

        /// Class weights at the means: the first step knows nearly all classes already, whatever the head.
        @Test(arguments: HeadRecipe.Kind.allCases)
        func classMeans(_ head: HeadRecipe.Kind) throws {
            let folder = try TemporaryFolder()
            let (data, plan) = (try ToyTraining.data(), try ToyTraining.plan())
            var recipe = ToyTraining.recipe()
            (recipe.head, recipe.frozenTrunk) = (HeadRecipe(head), true)
            recipe.weights = folder.file("w.safetensors")
            try BackboneWeights.write(Backbone(plan, seed: 8), to: folder.file("w.safetensors"))
            func first(_ name: String) throws -> Objective.Report {
                try Trainer(recipe, data: data, folder: folder.file(name), plan: plan, threads: 1).takeStep().report
            }
            let drawn = try first("drawn")
            recipe.classMeans = true
            let means = try first("means")
            #expect(means.loss < drawn.loss && (means.targetCosine ?? 0) > 0.7, "\(means) \(drawn)")
            recipe.weights = nil
            #expect(failure { try recipe.check() }?.code == .usage)
            (recipe.weights, recipe.loss) = ("w", LossRecipe(.triplet))
            recipe.sampling = .identities
            #expect(failure { try recipe.check() }?.code == .usage)
        }

        /// m steps, a new trainer from the checkpoint, n − m steps: the bits of n steps in one go.
        @Test(arguments: [
            (LossRecipe.Kind.cosFace, TrainingRecipe.OptimiserKind.sgd), (.adaCos, .adamw), (.center, .sgd),
            (.curricularFace, .nesterov), (.elasticArc, .adamw), (.aSoftmax, .sgd),
        ])
        func resumes(_ kind: LossRecipe.Kind, _ optimiser: TrainingRecipe.OptimiserKind) throws {
            var recipe = ToyTraining.recipe(kind)
            recipe.optimiser = optimiser
            recipe.augmentation.colour = 0.5
            recipe.rate = optimiser == .adamw ? 1e-3 : 0.02
            let (a, b) = (try TemporaryFolder(), try TemporaryFolder())
            let (data, plan) = (try ToyTraining.data(), try ToyTraining.plan())
            let whole = try Trainer(recipe, data: data, folder: a.path, plan: plan, threads: 1)
            try whole.run(until: 17)
            let part = try Trainer(recipe, data: data, folder: b.path, plan: plan, threads: 1)
            try part.run(until: 10)
            _ = try part.takeStep()  // work after the checkpoint, lost as a killed process loses it
            let resumed = try Trainer(recipe, data: data, folder: b.path, plan: plan, resume: true, threads: 1)
            #expect(resumed.step == 10)
            try resumed.run(until: 17)
            let (want, got) = (try ToyTraining.weights(whole), try ToyTraining.weights(resumed))
            #expect(Set(want.keys) == Set(got.keys))
            for (name, values) in want {
                #expect(values.map(\.bitPattern) == got[name]?.map(\.bitPattern), "\(kind) \(name)")
            }
            func steps(_ folder: TemporaryFolder) throws -> [Substring] {
                try String(contentsOfFile: folder.file("metrics.jsonl"), encoding: .utf8).split(separator: "\n")
                    .filter { $0.contains("\"loss\"") }.map { line in
                        line.split(separator: ",")
                            .filter { !$0.contains("imagesPerSecond") && !$0.contains("outsideLibTorch") }.joined()[...]
                    }
            }
            #expect(try steps(a) == steps(b))
        }

        @Test func otherDataIsRefused() throws {
            let folder = try TemporaryFolder()
            let plan = try ToyTraining.plan()
            try Trainer(ToyTraining.recipe(), data: ToyTraining.data(), folder: folder.path, plan: plan, threads: 1)
                .run(until: 2)
            let error = failure {
                _ = try Trainer(
                    ToyTraining.recipe(), data: ToyTraining.data(seed: 2), folder: folder.path, plan: plan, resume: true
                )
            }
            #expect(error?.code == .checkpointMismatch)
            let path = try #require(Trainer.checkpoints(folder.path).last)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            for n in [0, 8, 100, bytes.count - 1] {
                try bytes.prefix(n).write(to: URL(fileURLWithPath: path))
                #expect(failure { _ = try Checkpoint(path) } != nil)
            }
        }

        /// k micro-batches are one batch, where nothing looks at the batch as a whole.
        @Test func accumulation() throws {
            var weights: [[String: [Float]]] = []
            for parts in [1, 3] {
                let folder = try TemporaryFolder()
                var recipe = ToyTraining.recipe()
                recipe.accumulation = parts
                let plan = try BackbonePlan(
                    "toy", input: [3, 8, 8], layers: [.flatten, .linear(inputs: 192, outputs: 16, bias: true)])
                let trainer = try Trainer(recipe, data: ToyTraining.data(), folder: folder.path, plan: plan, threads: 1)
                try trainer.run(until: 5)
                weights.append(try ToyTraining.weights(trainer))
            }
            for (name, values) in weights[0] {
                let other = weights[1][name]?.map(Double.init) ?? []
                #expect(mismatch(other, values.map(Double.init), 1e-5) == nil, "\(name)")
            }
        }

        @Test func frozenTrunkStays() throws {
            let folder = try TemporaryFolder()
            var recipe = ToyTraining.recipe()
            (recipe.frozenTrunk, recipe.average) = (true, nil)
            let trainer = try Trainer(
                recipe, data: ToyTraining.data(), folder: folder.path, plan: ToyTraining.plan(), threads: 1)
            let before = try ToyTraining.weights(trainer)
            try trainer.run(until: 5)
            for (name, values) in try ToyTraining.weights(trainer) where !name.hasPrefix("head") {
                #expect(values == before[name], "\(name)")
            }
            #expect(try ToyTraining.weights(trainer)["head.weight"] != before["head.weight"])
        }

        @Test(arguments: [TrainingRecipe.Precision.bfloat16, .float16])
        func mixedPrecision(_ precision: TrainingRecipe.Precision) throws {
            let folder = try TemporaryFolder()
            var recipe = ToyTraining.recipe()
            recipe.precision = precision
            let trainer = try Trainer(
                recipe, data: ToyTraining.data(), folder: folder.path, plan: ToyTraining.plan(), threads: 1)
            var losses: [Double] = []
            try trainer.run(until: 30) { losses.append($0.report.loss) }
            #expect(losses.allSatisfy(\.isFinite) && losses[25...].reduce(0, +) < losses[..<5].reduce(0, +))
            #expect(trainer.backbone.parameters.allSatisfy { $0.value.element == .float32 })
        }

        /// Identities that are not learned are told apart, and the head's kinds give the same run where they should.
        @Test func headsAgree() throws {
            var results: [[Double]] = []
            for kind in HeadRecipe.Kind.allCases {
                let folder = try TemporaryFolder()
                var recipe = ToyTraining.recipe()
                recipe.head = HeadRecipe(kind)
                recipe.decay = 0
                let trainer = try Trainer(
                    recipe, data: ToyTraining.data(), folder: folder.path, plan: ToyTraining.plan(), threads: 1)
                var losses: [Double] = []
                try trainer.run { losses.append($0.report.loss) }
                results.append(losses)
                #expect(trainer.bestAccuracy ?? 0 > 0.7, "\(kind)")
            }
            // full and partial at rate 1 compute the same
            #expect(mismatch(Array(results[1][..<20]), Array(results[0][..<20]), 1e-3) == nil)
        }
    }
#endif
