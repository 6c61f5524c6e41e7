import ArgumentParser
import FaceCore
import FaceLearning
import FaceSpace
import FaceVision
import Foundation

/// `likeness train graph`: a network that groups faces.
struct TrainGraph: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "graph", abstract: "Trains a graph network for grouping.",
        discussion: """
            likeness cluster synth --preset lfw --n 20000 --seed 1001 --out a.npy
            likeness train graph --kind gcn-v --vectors a.npy --labels a.labels.npy --run run --out gcn-v.safetensors
            likeness cluster faces.npy --method gcn-v --weights gcn-v.safetensors

            Vectors and labels may come several times, in the same order. A share of the people is kept for validation; \
            the weights that did best on them are written. The run folder holds the recipe, the metrics as JSON Lines and \
            checkpoints; a run that was stopped goes on with --resume. Needs a build with the trait Training.
            """)

    @Option(help: ArgumentHelp("File of the weights (.safetensors).", valueName: "file")) var out: String
    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Folder of the run (default: the file's name with .run).", valueName: "folder"))
    var runFolder: String?
    @Flag(help: "Go on from the newest checkpoint of the run.") var resume = false
    @Option(help: ArgumentHelp("Stop after this step of the run.", valueName: "n")) var until: Int?
    @Flag(help: "Round the weights to float16: half the size.") var half = false
    @Flag(help: "Overwrite the file, and begin anew in a folder that holds a run.") var force = false
    @OptionGroup(title: "Recipe") var changes: GraphRecipeOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if resume, force { throw ValidationError("--resume and --force contradict each other") }
    }

    func run() throws {
        try Training.require()
        #if Training
            try Output.requireFree([out], force: force || resume)
            let folder = runFolder ?? "\(out).run"
            let stored = "\(folder)/recipe.json"
            let isRun = FileManager.default.fileExists(atPath: stored)
            if isRun, !resume, !force {
                throw LikenessError(
                    .fileExists, subject: folder, "holds a run already",
                    remedy: "say --resume to go on, --force to begin anew")
            }
            var recipe = try changes.recipe(resumed: resume && isRun ? stored : nil)
            if common.seed != 1 { recipe.seed = common.seed }
            try recipe.check()
            if force { try? FileManager.default.removeItem(atPath: "\(folder)/checkpoints") }
            try train(recipe, folder)
        #endif
    }

    #if Training
        private func train(_ recipe: GraphRecipe, _ folder: String) throws {
            let console = common.console
            let started = ContinuousClock.now
            let data = try GraphData(recipe, threads: common.threadCount)
            let trainer = try GraphTrainer(
                recipe, data: data, folder: folder, resume: resume, threads: common.threadCount)
            console.note(
                "\(recipe.kind.rawValue): \(trainer.samples) samples, \(recipe.steps) steps; \(LibTorch.configuration)")
            try InterruptibleRun.run { cancellation in
                try trainer.run(until: until, cancellation: cancellation) { p in
                    console.progress("step \(p.step) of \(p.total), loss \(Format.number(p.loss, 5))")
                }
            }
            console.progress("")
            try trainer.write(to: out, half: half, force: force || resume)
            let result = TrainGraphOutput(
                kind: recipe.kind.rawValue, file: out, bytes: try InputFile(out).size, folder: folder,
                samples: trainer.samples, step: trainer.step, steps: recipe.steps,
                bestQuality: trainer.best?.quality, bestStep: trainer.best?.step, seconds: started.secondsUntilNow,
                seed: recipe.seed, revision: Revision.current, library: LibTorch.configuration)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            try AtomicFile.write(Array(encoder.encode(result)), to: "\(folder)/run.json", force: true)
            if common.json { return try console.json(result) }
            let quality =
                trainer.best.map { ", best at \($0.step): \(Format.number($0.quality, 4)) on strangers" } ?? ""
            console.result("\(trainer.step) of \(recipe.steps) steps\(quality): \(out), \(result.bytes >> 10) KB")
            console.note("\(Format.number(result.seconds, 1)) s")
        }
    #endif
}

private struct TrainGraphOutput: Encodable {
    let kind, file: String
    let bytes: Int
    let folder: String
    let samples, step, steps: Int
    /// R² of gcn-v and gcn-d, balanced accuracy of gcn-s and gcn-e, on people kept for validation.
    let bestQuality: Double?
    let bestStep: Int?
    let seconds: Double
    let seed: UInt64
    let revision: String?
    let library: String
}
