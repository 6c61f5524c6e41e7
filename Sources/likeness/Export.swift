import ArgumentParser
import FaceCore
import FaceLearning
import FaceVision
import Foundation

/// `likeness export`: a trained run as a model of the catalogue.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a trained run as an ONNX model with its card.",
        discussion: """
            likeness export run --out embedder.onnx --licence "my own pictures"
            likeness models add embedder.onnx --card embedder.json

            Batch normalisation is folded, the chip's normalisation is inside, the batch is free. The best checkpoint of \
            the run is taken unless one is named. Needs a build with the trait Training.
            """)

    @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run")) var run_: String
    @Option(help: ArgumentHelp("File of the model (.onnx).", valueName: "file")) var out: String
    @Option(help: ArgumentHelp("Take this checkpoint.", valueName: "file")) var checkpoint: String?
    @Option(help: ArgumentHelp("Name in the catalogue (default: the file's).", valueName: "id")) var id: String?
    @Option(help: ArgumentHelp("Terms of the weights.", valueName: "text")) var licence = "not stated: for own use"
    @Flag(help: "Let vectors of length one leave the network.") var normalise = false
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        try Training.require()
        #if Training
            let stem = out.hasSuffix(".onnx") ? String(out.dropLast(5)) : out
            try Output.requireFree([out, stem + ".json"], force: force)
            let recipe = try TrainingRecipe.read("\(run_)/recipe.json")
            let best = "\(run_)/best.safetensors"
            let newest = Trainer.checkpoints(run_).last
            let chosen = checkpoint ?? (FileManager.default.fileExists(atPath: best) ? best : newest)
            guard let chosen else {
                throw LikenessError(.fileMissing, subject: run_, "holds no checkpoint", remedy: "train it first")
            }
            let net = try Backbone(.named(recipe.backbone, dropout: recipe.dropout), seed: nil)
            try BackboneWeights.load(chosen, into: net)
            var options = ModelExport.Options(
                id: id ?? URL(fileURLWithPath: stem).lastPathComponent, licence: licence,
                source: "trained by likeness: \(recipe.backbone) with \(recipe.loss.kind.rawValue), seed \(recipe.seed)"
            )
            options.normalise = normalise
            let card = try ModelExport.write(net, to: out, options: options, force: force)
            if common.json { return try common.console.json(["model": out, "card": card, "checkpoint": chosen]) }
            common.console.result("\(out), \(card) from \(chosen)")
        #endif
    }
}
