import ArgumentParser
import FaceCore
import FaceLearning
import Foundation

/// Every field of a recipe as an option; what is given wins over the recipe's file.
struct RecipeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Begin with the recipe of this file.", valueName: "file")) var recipe: String?
    @Option(help: ArgumentHelp("Folder of identities, .csv or .rec.", valueName: "path")) var data: String?
    @Option(help: ArgumentHelp("Pictures without names: learned too, under clusters as names.", valueName: "path"))
    var unlabelled: String?
    @Option(help: ArgumentHelp("Their share of every batch.", valueName: "share")) var unlabelledShare: Double?
    @Option(help: ArgumentHelp("Leave out identities with fewer pictures.", valueName: "n")) var minimumImages: Int?
    @Option(help: ArgumentHelp("Share of the identities kept for validation.", valueName: "share"))
    var validation: Double?
    @Option(help: ArgumentHelp("Pairs of validation.", valueName: "n")) var validationPairs: Int?
    @Option(
        help: ArgumentHelp(
            "Measure on these pairs of chips after each epoch: an LFW list or .csv, and a folder.",
            valueName: "name=pairs,chips"))
    var evaluate: [String] = []
    @Option(help: ArgumentHelp("Steps between those measurements; 0 at the end only.", valueName: "n"))
    var evaluateEvery: Int?
    @Option(help: ArgumentHelp("One of \(BackbonePlan.ids.joined(separator: ", ")).", valueName: "name"))
    var backbone: String?
    @Option(help: ArgumentHelp("Begin with these weights (.onnx or .safetensors).", valueName: "file"))
    var weights: String?
    @Flag(help: "Train the class weights only.") var frozenTrunk = false
    @Flag(
        inversion: .prefixedNo,
        help: "Keep the statistics of batch normalisation (default: where the weights have it folded).")
    var frozenStatistics: Bool?
    @Flag(help: "Begin with the mean embeddings of the classes as their weights.") var classMeans = false
    @Option(help: ArgumentHelp("Dropout before the last layer.", valueName: "share")) var dropout: Double?
    @Option(
        help: ArgumentHelp(
            "One of \(LossRecipe.Kind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var loss: String?
    @Option(help: ArgumentHelp("Factor of cosines (γ of circle).", valueName: "s")) var scale: Double?
    @Option(help: ArgumentHelp("Margin of the loss.", valueName: "m")) var margin: Double?
    @Option(help: ArgumentHelp("m1,m2,m3 of combined.", valueName: "list")) var margins: String?
    @Option(help: ArgumentHelp("Weight of the loss's own term (λ).", valueName: "x")) var lossWeight: Double?
    @Option(help: ArgumentHelp("Label smoothing.", valueName: "share")) var smoothing: Double?
    @Option(help: ArgumentHelp("ArcFace beyond π − m.", valueName: "name")) var variant: String?
    @Option(help: ArgumentHelp("Choice of triplets.", valueName: "name")) var selection: String?
    @Flag(help: "Soft margin of triplets.") var softMargin = false
    @Option(help: ArgumentHelp("Form of contrastive: distance or squared.", valueName: "name")) var form: String?
    @Option(help: ArgumentHelp("Sub-centres of a class.", valueName: "n")) var centres: Int?
    @Flag(help: "Learn NormFace's scale.") var learnedScale = false
    @Option(help: ArgumentHelp("Temperature of supcon.", valueName: "x")) var temperature: Double?
    @Option(help: ArgumentHelp("Class weights: full, partial or two-head.", valueName: "name")) var head: String?
    @Option(help: ArgumentHelp("Share of the classes in a step of partial.", valueName: "share")) var headRate: Double?
    @Option(help: ArgumentHelp("Clusters of two-head.", valueName: "n")) var clusters: Int?
    @Option(help: ArgumentHelp("Epochs between new clusters of two-head; 0 for never.", valueName: "x"))
    var recluster: Double?
    @OptionGroup var descent: DescentOptions
    @Option(help: ArgumentHelp("Epochs of rising rate.", valueName: "x")) var warmUp: Double?
    @Option(help: ArgumentHelp("Weight decay of the last layers.", valueName: "x")) var tailDecay: Double?
    @Option(help: ArgumentHelp("Epochs.", valueName: "x")) var epochs: Double?
    @Option(help: ArgumentHelp("Micro-batches of a step.", valueName: "n")) var accumulation: Int?
    @Option(help: ArgumentHelp("shuffled, identities or balanced.", valueName: "name")) var sampling: String?
    @Option(help: ArgumentHelp("Pictures of an identity in a batch of identities.", valueName: "n")) var images: Int?
    @Option(help: ArgumentHelp("Strength of balanced.", valueName: "x")) var balance: Double?
    @Option(
        help: ArgumentHelp(
            "Probability of a change: flip, crop, lowResolution, colour, grey, blur, jpeg, cutout, mask.",
            valueName: "name=share"))
    var augment: [String] = []
    @Option(help: ArgumentHelp("float32, bfloat16 or float16.", valueName: "name")) var precision: String?
    @Option(help: ArgumentHelp("Decay of the moving average of weights.", valueName: "x")) var average: Double?
    @Option(help: ArgumentHelp("cpu, cuda or cuda:N.", valueName: "name")) var device: String?
    @Flag(name: .customLong("tensorboard"), help: "Write the metrics for TensorBoard too.") var tensorBoard = false

    /// The recipe of the file (or of the run that is resumed) with the changes.
    func recipe(resumed: String?) throws(LikenessError) -> TrainingRecipe {
        var out =
            try (recipe ?? resumed).map { (path) throws(LikenessError) in try TrainingRecipe.read(path) }
            ?? TrainingRecipe()
        change(&out.data, data)
        if let unlabelled { out.unlabelled = unlabelled }
        change(&out.unlabelledShare, unlabelledShare)
        change(&out.minimumImages, minimumImages)
        change(&out.validation, validation)
        change(&out.validationPairs, validationPairs)
        if !evaluate.isEmpty { out.evaluations = try evaluate.map(evaluation) }
        if let evaluateEvery { for i in out.evaluations.indices { out.evaluations[i].every = evaluateEvery } }
        change(&out.backbone, backbone)
        if let weights { out.weights = weights }
        if frozenTrunk { out.frozenTrunk = true }
        if let frozenStatistics { out.frozenStatistics = frozenStatistics }
        if classMeans { out.classMeans = true }
        change(&out.dropout, dropout)
        try changeLoss(&out)
        if let head { out.head.kind = try ChoiceOption.value("--head", head) }
        change(&out.head.rate, headRate)
        if let clusters { out.head.clusters = clusters }
        change(&out.head.recluster, recluster)
        try descent.change(&out)
        change(&out.warmUp, warmUp)
        if let tailDecay { out.tailDecay = tailDecay }
        change(&out.epochs, epochs)
        change(&out.accumulation, accumulation)
        if let sampling { out.sampling = try ChoiceOption.value("--sampling", sampling) }
        change(&out.images, images)
        change(&out.balance, balance)
        for item in augment { try changeAugmentation(&out.augmentation, item) }
        if let precision { out.precision = try ChoiceOption.value("--precision", precision) }
        if let average { out.average = average }
        change(&out.device, device)
        if tensorBoard { out.tensorBoard = true }
        return out
    }

    private func evaluation(_ text: String) throws(LikenessError) -> EvaluationRecipe {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let files = (parts.last ?? "").split(separator: ",").map(String.init)
        guard parts.count == 2, files.count == 2 else {
            throw LikenessError(
                .usage, subject: "--evaluate", "'\(text)' does not name pairs and chips",
                remedy: "as lfw=pairs.txt,lfw-chips")
        }
        return EvaluationRecipe(name: parts[0], pairs: files[0], chips: files[1])
    }

    private func changeLoss(_ out: inout TrainingRecipe) throws(LikenessError) {
        if let loss {
            let kind: LossRecipe.Kind = try ChoiceOption.value("--loss", loss)
            // numbers of another loss would be nonsense here
            if kind != out.loss.kind { out.loss = LossRecipe(kind) }
        }
        if let scale { out.loss.scale = scale }
        if let margin { out.loss.margin = margin }
        if let margins { out.loss.margins = try ChoiceOption.numbers("--margins", margins) }
        if let lossWeight { out.loss.weight = lossWeight }
        if let smoothing { out.loss.smoothing = smoothing }
        if let variant { out.loss.variant = variant }
        if let selection { out.loss.selection = selection }
        if softMargin { out.loss.soft = true }
        if let form { out.loss.form = form }
        if let centres { out.loss.centres = centres }
        if learnedScale { out.loss.learnedScale = true }
        if let temperature { out.loss.temperature = temperature }
        if out.loss.kind.needsPairs, sampling == nil, recipe == nil { out.sampling = .identities }
    }

    private func change<T>(_ field: inout T, _ value: T?) {
        if let value { field = value }
    }

    private func changeAugmentation(_ out: inout ChipAugmentation, _ text: String) throws(LikenessError) {
        let fields: [String: WritableKeyPath<ChipAugmentation, Double>] = [
            "flip": \.flip, "crop": \.crop, "lowResolution": \.lowResolution, "colour": \.colour, "grey": \.grey,
            "blur": \.blur, "jpeg": \.jpeg, "cutout": \.cutout, "mask": \.mask,
        ]
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let field = fields[String(parts[0])], let share = Double(parts[1]) else {
            throw LikenessError(
                .usage, subject: "--augment", "'\(text)' is no change of its own",
                remedy: "one of \(fields.keys.sorted().joined(separator: ", ")), as flip=0.5")
        }
        out[keyPath: field] = share
    }
}
