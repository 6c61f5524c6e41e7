#if Training
    public import FaceCore
    internal import FaceVision
    internal import Foundation

    /// The field's classic picture: digits embedded in two or three dimensions under one loss after another.
    public struct DigitStudy {
        public struct Options: Sendable {
            public var training = 20_000
            /// Test digits that are embedded.
            public var shown = 2000
            public var epochs = 8.0
            /// Epochs of softmax that make the weights which all losses begin with.
            public var beginning = 2.0
            public var batch = 128
            public var rate = 2e-3
            public var seed: UInt64 = 1

            public init() {}
        }

        /// One loss's picture.
        public struct Embedding: Sendable {
            public let loss: LossRecipe
            /// n×2 or n×3, as the network gives them: not of length one.
            public let points: Matrix
            public let labels: [Int]
            /// Share of the test digits whose nearest mean direction of a class is their own.
            public let accuracy: Double
            /// Degrees between a test digit and the mean direction of its own class, and of the nearest other one.
            public let own: [Double]
            public let other: [Double]
            public let seconds: Double
        }

        public let options: Options
        private let training: Digits
        private let test: Digits

        public init(training: Digits, test: Digits, options: Options = Options()) throws(LikenessError) {
            guard training.side == 28, test.side == 28, training.count >= options.batch, test.count > 0 else {
                throw LikenessError(
                    .trainingInput, subject: "digits", "\(training.count) pictures of \(training.side) pixels a side")
            }
            (self.training, self.test, self.options) = (training, test, options)
        }

        /// A narrow LeNet++: two convolutions of 5×5 a stage, 16, 32 and 64 channels.
        public static func plan(dimension: Int) throws(LikenessError) -> BackbonePlan {
            var (layers, inputs) = ([Layer](), 1)
            for outputs in [16, 32, 64] {
                for i in [inputs, outputs] {
                    layers += [.conv(i, outputs, 5, padding: 2, bias: false), .norm(outputs), .prelu(outputs)]
                }
                layers.append(.maxPool(kernel: 2, stride: 2, padding: 0, ceiling: false))
                inputs = outputs
            }
            return try BackbonePlan(
                "digits-\(dimension)d", input: [1, 28, 28],
                layers: layers + [.flatten, .linear(inputs: 64 * 9, outputs: dimension, bias: true)])
        }

        /// Losses of the picture, with settings that ten classes on a circle can meet: 36° lie between neighbours, so that
        /// the margins of the papers would be too large.
        public static let losses: [LossRecipe] = {
            func loss(_ kind: LossRecipe.Kind, _ change: (inout LossRecipe) -> Void = { _ in }) -> LossRecipe {
                var out = LossRecipe(kind)
                change(&out)
                return out
            }
            return [
                loss(.softmax), loss(.center) { $0.weight = 0.01 }, loss(.contrastive), loss(.triplet),
                loss(.aSoftmax) { $0.margin = 2 }, loss(.normFace) { $0.scale = 16 },
                loss(.cosFace) { ($0.scale, $0.margin) = (16, 0.15) },
                loss(.arcFace) { ($0.scale, $0.margin) = (16, 0.15) }, loss(.adaCos),
                loss(.intra) { $0.scale = 16 },
            ]
        }()

        /// Trains the weights that all losses begin with, by softmax, in a folder of its own below `folder`; their file.
        ///
        /// On a circle a sample reaches its class only past the other classes, so that losses of unit vectors hang where
        /// chance put them. The authors of NormFace and SphereFace begin with softmax too.
        public func beginning(
            dimension: Int, folder: String, threads: Int = availableThreads(), cancellation: Cancellation? = nil
        ) throws(LikenessError) -> String {
            var recipe = recipe(LossRecipe(.softmax))
            recipe.epochs = options.beginning
            let folder = "\(folder)/beginning-\(dimension)d"
            let trainer = try trainer(recipe, dimension: dimension, folder: folder, threads: threads)
            try trainer.run(cancellation: cancellation)
            let file = "\(folder)/weights.safetensors"
            try BackboneWeights.write(trainer.backbone, to: file, force: true)
            return file
        }

        /// Trains one network under a loss, in a folder of its own below `folder`, and embeds the test digits. Without
        /// `weights` it begins with drawn ones; with them, class weights begin at the mean embeddings of their classes.
        public func embedding(
            _ loss: LossRecipe, from weights: String? = nil, dimension: Int, folder: String,
            threads: Int = availableThreads(), cancellation: Cancellation? = nil
        ) throws(LikenessError) -> Embedding {
            var recipe = recipe(loss)
            recipe.weights = weights
            recipe.classMeans = weights != nil && loss.kind.hasClasses
            let started = ContinuousClock.now
            let trainer = try trainer(
                recipe, dimension: dimension, folder: "\(folder)/\(loss.kind.rawValue)-\(dimension)d", threads: threads)
            try trainer.run(cancellation: cancellation)
            let points = try points(trainer)
            return try Self.measured(loss, points, Array(test.labels[0..<points.rows]), started)
        }

        private func recipe(_ loss: LossRecipe) -> TrainingRecipe {
            var recipe = TrainingRecipe()
            (recipe.loss, recipe.batch, recipe.epochs) = (loss, options.batch, options.epochs)
            (recipe.optimiser, recipe.rate, recipe.schedule, recipe.decay) = (.adamw, options.rate, .cosine, 5e-4)
            (recipe.warmUp, recipe.clip, recipe.seed) = (0.2, 5, options.seed)
            (recipe.logEvery, recipe.saveEvery, recipe.keep) = (20, 1_000_000, 1)
            recipe.augmentation.flip = 0
            recipe.backbone = "lenet-pp-2d"
            if loss.kind.needsPairs { (recipe.sampling, recipe.images) = (.identities, recipe.batch / 8) }
            return recipe
        }

        private func trainer(
            _ recipe: TrainingRecipe, dimension: Int, folder: String, threads: Int
        ) throws(LikenessError) -> Trainer {
            let digits = training
            let count = min(options.training, digits.count)
            let data = try TrainingData(
                labels: Array(digits.labels[0..<count]), classes: (0..<10).map(String.init),
                fingerprint: "mnist-\(count)", validation: 0, pairs: 0, seed: options.seed
            ) { digits.raster($0) }
            return try Trainer(
                recipe, data: data, folder: folder, plan: Self.plan(dimension: dimension), threads: threads)
        }

        private func points(_ trainer: Trainer) throws(LikenessError) -> Matrix {
            let count = min(options.shown, test.count)
            var out = Matrix(rows: count, columns: trainer.backbone.plan.dimension)
            try withoutGradients { () throws(LikenessError) in
                for start in stride(from: 0, to: count, by: 256) {
                    let some = start..<min(start + 256, count)
                    let chips = try ChipTensor.make(some.map(test.raster), channels: 1)
                    let values = try trainer.backbone(chips, training: false).floats()
                    for (k, i) in some.enumerated() {
                        out.setRow(i, values[k * out.columns..<(k + 1) * out.columns])
                    }
                }
            }
            return out
        }

        private static func measured(
            _ loss: LossRecipe, _ points: Matrix, _ labels: [Int], _ started: ContinuousClock.Instant
        ) throws(LikenessError) -> Embedding {
            var unit = points
            unit.normaliseRows()
            var means = Matrix(rows: 10, columns: points.columns)
            for digit in 0..<10 {
                var sum = [Float](repeating: 0, count: points.columns)
                for i in labels.indices where labels[i] == digit {
                    for (d, x) in unit.row(i).enumerated() { sum[d] += x }
                }
                means.setRow(digit, sum)
            }
            means.normaliseRows()
            var (own, other, right) = ([Double](), [Double](), 0)
            for i in labels.indices {
                let angles = (0..<10).map { digit in
                    Foundation.acos(Double(max(-1, min(1, unit.dot(i, means, digit))))) * 180 / .pi
                }
                let nearest = angles.indices.filter { $0 != labels[i] }.map { angles[$0] }.min() ?? 180
                own.append(angles[labels[i]])
                other.append(nearest)
                right += angles[labels[i]] < nearest ? 1 : 0
            }
            return Embedding(
                loss: loss, points: points, labels: labels, accuracy: Double(right) / Double(max(1, labels.count)),
                own: own, other: other, seconds: started.secondsUntilNow)
        }
    }
#endif
