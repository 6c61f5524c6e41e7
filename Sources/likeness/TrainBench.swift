import ArgumentParser
import FaceCore
import FaceLearning
import FaceVision
import Foundation

/// `likeness train bench`: seconds a training step, for comparison with other programs and between heads.
struct TrainBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Times training steps on random chips, or those of a head alone.",
        discussion: """
            likeness train bench --backbone iresnet-18 --steps 5
            likeness train bench --head two-head --classes 100000 --dimension 512

            Needs a build with the trait Training.
            """, shouldDisplay: false)

    @Option var backbone = "mobilefacenet-y1"
    @Option(help: "Only this head, on random features: full, partial or two-head.") var head: String?
    @Option var dimension = 512
    @Option var headRate = 0.1
    @Option var classes = 1000
    @Option var batch = 64
    @Option(help: "Measured steps, after one that is not counted.") var steps = 5
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if classes < 2 || batch < 2 || steps < 1 || dimension < 2 {
            throw ValidationError("--classes, --batch and --dimension take 2 or more, --steps 1 or more")
        }
    }

    func run() throws {
        try Training.require()
        #if Training
            let result: BenchOutput
            if let head { result = try timeHead(head) } else { result = try timeSteps() }
            if common.json { return try common.console.json(result, pretty: false) }
            common.console.result(
                "\(result.what): \(Format.number(result.median, 4)) s a step, \(result.peakMegabytes) MB at most"
                    + (result.outsideLibTorch.map { ", \(Format.number($0 * 100, 2)) % outside LibTorch" } ?? ""))
        #endif
    }

    #if Training
        private func timeSteps() throws -> BenchOutput {
            let plan = try BackbonePlan.named(backbone)
            let (width, height) = (plan.input[2], plan.input[1])
            var random = SeededRandom(seed: common.seed)
            let chips = (0..<batch).map { _ in
                Raster(
                    width: width, height: height,
                    pixels: (0..<width * height * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) })
            }
            let count = max(classes, batch) * 2
            let data = try TrainingData(
                labels: (0..<count).map { $0 % classes }, classes: (0..<classes).map(String.init), fingerprint: "bench",
                validation: 0, pairs: 0, seed: 1
            ) { chips[$0 % chips.count] }
            var recipe = TrainingRecipe()
            (recipe.backbone, recipe.batch, recipe.loss.scale) = (backbone, batch, 30)
            recipe.augmentation.flip = 0.5
            let folder = "\(NSTemporaryDirectory())/likeness-bench-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let trainer = try Trainer(recipe, data: data, folder: folder, threads: common.threadCount)
            _ = try trainer.takeStep()
            let progress = try (0..<steps).map { _ in try trainer.takeStep() }
            let outside = progress.reduce(0) { $0 + $1.secondsOutside } / progress.reduce(0) { $0 + $1.seconds }
            return BenchOutput(what: backbone, secondsPerStep: progress.map(\.seconds), outsideLibTorch: outside)
        }

        /// Forward, backward and update of one head alone: a margin, momentum and decay, as in a run.
        private func timeHead(_ name: String) throws -> BenchOutput {
            guard let kind = HeadRecipe.Kind(rawValue: name) else {
                throw LikenessError(.usage, subject: "--head", "takes full, partial or two-head, not '\(name)'")
            }
            try LibTorch.setThreads(common.threadCount)
            var recipe = HeadRecipe(kind)
            recipe.rate = headRate
            let began = ContinuousClock.now
            let objective = try Objective(
                LossRecipe(.cosFace), head: recipe, classes: classes, dimension: dimension, seed: common.seed)
            let optimiser = MomentumDescent()
            let making = began.secondsUntilNow
            var random = SeededRandom(seed: common.seed)
            var seconds: [Double] = []
            for _ in 0...steps {
                let features = try Tensor(
                    (0..<batch * dimension).map { _ in Float(random.unit() - 0.5) }, [batch, dimension]
                ).copied().asLeaf()
                let labels = (0..<batch).map { _ in Int(random.next() % UInt64(classes)) }
                let start = ContinuousClock.now
                for p in objective.parameters { try p.clearGradient() }
                _ = try objective.step(features, labels, factor: 1)
                try optimiser.step(objective.parameters, rate: 0.1)
                seconds.append(start.secondsUntilNow)
            }
            return BenchOutput(
                what: "\(name) head of \(classes)×\(dimension)", secondsPerStep: Array(seconds.dropFirst()),
                outsideLibTorch: nil, secondsToMake: making)
        }
    #endif
}

private struct BenchOutput: Encodable {
    let what: String
    let secondsPerStep: [Double]
    let outsideLibTorch: Double?
    var secondsToMake: Double?
    let peakMegabytes: Int
    var median: Double { secondsPerStep.sorted()[secondsPerStep.count / 2] }

    init(what: String, secondsPerStep: [Double], outsideLibTorch: Double?, secondsToMake: Double? = nil) {
        (self.what, self.secondsPerStep, self.outsideLibTorch) = (what, secondsPerStep, outsideLibTorch)
        self.secondsToMake = secondsToMake
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        peakMegabytes = Int(usage.ru_maxrss) / 1024
    }
}
