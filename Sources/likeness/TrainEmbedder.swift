import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceLearning
import FaceVision
import Foundation

/// `likeness train`: an embedder from pictures with identities.
struct TrainEmbedder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embedder", abstract: "Trains an embedder from pictures with identities.",
        discussion: """
            likeness train --data photos --backbone mobilefacenet-y1 --loss cosface --out run
            likeness train --recipe Recipes/cosface.json --data train.rec --out run
            likeness train --out run --resume

            The data are a folder of identities, a .csv with path and identity, or InsightFace's train.rec. The run folder \
            holds the recipe, the metrics as JSON Lines, checkpoints, and at the end the evaluation; `likeness export` \
            makes a model of it. A run that was stopped, or killed, goes on with --resume to the same weights. \
            Needs a build with the trait Training.
            """)

    @Option(help: ArgumentHelp("Folder of the run.", valueName: "folder")) var out: String
    @Flag(help: "Go on from the newest checkpoint of the run.") var resume = false
    @Option(help: ArgumentHelp("Processes on this machine that share the work.", valueName: "n")) var processes = 1
    @Option(help: ArgumentHelp("Stop after this step of the run.", valueName: "n")) var until: Int?
    @Option(help: .hidden) var rank: Int?
    @Option(help: .hidden) var meeting: String?
    @Flag(help: "Begin anew in a folder that holds a run.") var force = false
    @OptionGroup(title: "Recipe") var changes: RecipeOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...256).contains(processes) { throw ValidationError("--processes takes 1…256, not \(processes)") }
        if resume, force { throw ValidationError("--resume and --force contradict each other") }
    }

    func run() throws {
        try Training.require()
        #if Training
            let stored = "\(out)/recipe.json"
            let isRun = FileManager.default.fileExists(atPath: stored)
            if isRun, !resume, !force, rank == nil {
                throw LikenessError(
                    .fileExists, subject: out, "holds a run already",
                    remedy: "say --resume to go on, --force to begin anew")
            }
            var recipe = try changes.recipe(resumed: resume && isRun ? stored : nil)
            if common.seed != 1 { recipe.seed = common.seed }
            try recipe.check()
            _ = try BackbonePlan.named(recipe.backbone, dropout: recipe.dropout)
            _ = try Device(recipe.device)
            guard !recipe.data.isEmpty else {
                throw LikenessError(.usage, subject: "data", "is not given", remedy: "say --data")
            }
            if force, rank == nil { try? FileManager.default.removeItem(atPath: "\(out)/checkpoints") }
            if processes > 1, rank == nil { return try TrainingProcesses.run(processes, out: out) }
            try train(recipe)
        #endif
    }

    #if Training
        private func train(_ recipe: TrainingRecipe) throws {
            try Output.makeFolder(out)
            let console = common.console
            let isMain = (rank ?? 0) == 0
            let group = try rank.map { rank in
                try ProcessGroup(
                    meeting: meeting ?? "\(out)/meeting", rank: rank, size: processes,
                    device: Device(recipe.device, rank: rank))
            }
            let data = try prepare(recipe, isMain: isMain, group: group)
            let threads = max(1, common.threadCount / processes)
            let trainer = try Trainer(
                recipe, data: data, evaluations: isMain ? evaluations(recipe) : [], folder: out, group: group,
                resume: resume, threads: threads)
            if isMain {
                console.note(
                    "\(data.labels.count) pictures of \(data.classes.count) people, \(trainer.totalSteps) steps; "
                        + LibTorch.configuration)
            }
            let started = ContinuousClock.now
            try InterruptibleRun.run { cancellation in
                try trainer.run(until: until, cancellation: cancellation) { p in
                    guard isMain else { return }
                    let rate = Double(p.step) / max(1e-9, started.secondsUntilNow)
                    console.progress(
                        "step \(p.step) of \(p.total), loss \(Format.number(p.report.loss, 3)), "
                            + "accuracy \(Format.number((p.report.accuracy ?? 0) * 100, 1)) %, "
                            + "\(Format.number(rate * Double(recipe.batch * processes), 1)) pictures/s")
                }
            }
            console.progress("")
            guard isMain else { return }
            try finish(trainer, seconds: started.secondsUntilNow)
        }

        /// Lists the data and decodes them once; only the first process does so, the others wait for it.
        private func prepare(_ recipe: TrainingRecipe, isMain: Bool, group: ProcessGroup?) throws -> TrainingData {
            let listing = try FaceDataset.open(recipe.data, minimum: recipe.minimumImages)
            let nameless = try recipe.unlabelled.map { try FaceDataset.unlabelled($0) }
            let plan = try BackbonePlan.named(recipe.backbone)
            if isMain {
                try decode(listing, plan, to: "\(out)/chips")
                if let nameless { try decode(nameless, plan, to: "\(out)/chips-unlabelled") }
            }
            if let group { _ = try group.sum(Tensor([1.0], [1])) }
            let data = try TrainingData(
                listing, chips: ChipStore("\(out)/chips"), validation: recipe.validation, pairs: recipe.validationPairs,
                seed: recipe.seed)
            guard nameless != nil, let weights = recipe.weights else { return data }
            let chips = try ChipStore("\(out)/chips-unlabelled")
            let found = try PseudoLabelling(weights: weights, plan: plan, threads: common.threadCount)
                .labels(chips, beside: data, seed: recipe.seed)
            if isMain {
                common.console.note(
                    "\(found.kept) of \(chips.count) unlabelled pictures in \(found.groups) groups; left out: "
                        + "\(found.near) near a known name, \(found.wrongSize) in groups of no good size, "
                        + "\(found.loose) in loose groups")
            }
            return try data.joined(pseudoLabels: found.labels) { chips.chip($0) }
        }

        private func decode(_ listing: FaceDataset, _ plan: BackbonePlan, to store: String) throws {
            let known = try? ChipStore(store)
            guard known?.fingerprint != listing.fingerprint || known?.width != plan.input[2] else { return }
            let console = common.console
            let meter = ProgressMeter("pictures", total: listing.items.count) { report in
                console.progress(report.isFinished ? "" : "\(report.done) of \(report.total ?? 0) pictures decoded")
            }
            let failures = try ChipStore.build(
                listing, width: plan.input[2], height: plan.input[1], to: store, threads: common.threadCount,
                progress: meter)
            if !failures.isEmpty {
                console.warning("\(failures.count) pictures cannot be read, the first: \(failures[0].description)")
            }
        }

        private func evaluations(_ recipe: TrainingRecipe) throws -> [EvaluationSet] {
            let plan = try BackbonePlan.named(recipe.backbone)
            return try recipe.evaluations.map { evaluation in
                let set = try EvaluationSet(
                    evaluation, width: plan.input[2], height: plan.input[1], store: "\(out)/chips-\(evaluation.name)",
                    threads: common.threadCount)
                if !set.missing.isEmpty {
                    common.console.warning(
                        "\(evaluation.name): \(set.missing.count) items have no chip, "
                            + "\(set.list.comparisons.count) comparisons are left")
                }
                return set
            }
        }

        private func finish(_ trainer: Trainer, seconds: Double) throws {
            let result = TrainingOutput(
                folder: out, step: trainer.step, steps: trainer.totalSteps, classes: trainer.data.classes.count,
                bestAccuracy: trainer.bestAccuracy, seconds: seconds, seed: trainer.recipe.seed,
                revision: Revision.current, library: LibTorch.configuration)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try AtomicFile.write(Array(encoder.encode(result)), to: "\(out)/run.json", force: true)
            if common.json { return try common.console.json(result) }
            let accuracy =
                trainer.bestAccuracy.map { ", best accuracy on strangers \(Format.number($0 * 100, 2)) %" } ?? ""
            common.console.result("\(trainer.step) of \(trainer.totalSteps) steps\(accuracy): \(out)")
            common.console.note("\(Format.number(seconds, 1)) s")
        }
    #endif
}

private struct TrainingOutput: Encodable {
    let folder: String
    let step, steps, classes: Int
    let bestAccuracy: Double?
    let seconds: Double
    let seed: UInt64
    let revision: String?
    let library: String
}

/// The commit of the checkout in which a run was made, where there is one.
enum Revision {
    static var current: String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "rev-parse", "HEAD"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return process.terminationStatus == 0 && !text.isEmpty ? text : nil
    }
}

/// Ctrl-C ends a run after its step, with a checkpoint; a second one ends at once.
enum InterruptibleRun {
    static func run(_ body: (Cancellation) throws -> Void) throws {
        let cancellation = Cancellation()
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            if cancellation.isCancelled { _exit(130) }
            cancellation.cancel()
        }
        source.resume()
        defer {
            source.cancel()
            signal(SIGINT, SIG_DFL)
        }
        try body(cancellation)
    }
}

/// The same command in several processes that meet in the run's folder.
enum TrainingProcesses {
    static func run(_ count: Int, out: String) throws {
        try Output.makeFolder(out)
        let meeting = "\(out)/.meeting-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: meeting) }
        let children = try (0..<count).map { rank in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments =
                CommandLine.arguments.dropFirst() + ["--rank", String(rank), "--meeting", meeting]
            if rank > 0 { process.standardOutput = FileHandle.nullDevice }
            try process.run()
            return process
        }
        // One that fails leaves the others waiting for it: they are ended.
        var failed: Int32 = 0
        while children.contains(where: \.isRunning) {
            usleep(20_000)
            if let dead = children.first(where: { !$0.isRunning && $0.terminationStatus != 0 }), failed == 0 {
                failed = dead.terminationStatus
                for child in children where child.isRunning { child.terminate() }
            }
        }
        failed = failed == 0 ? children.map(\.terminationStatus).first { $0 != 0 } ?? 0 : failed
        if failed != 0 {
            throw LikenessError(
                .trainingDiverged, subject: out, "a process of the run ended with the status \(failed)",
                remedy: "go on with --resume")
        }
    }
}
