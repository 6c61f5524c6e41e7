import ArgumentParser
import FaceCore
import FaceLearning

/// What recipes of embedders and of graph networks have in common: how the steps descend and what a run keeps.
protocol DescentRecipe {
    var optimiser: TrainingRecipe.OptimiserKind { get set }
    var rate: Double { get set }
    var schedule: LearningRate.Shape { get set }
    var milestones: [Double] { get set }
    var decay: Double { get set }
    var batch: Int { get set }
    var clip: Double? { get set }
    var logEvery: Int { get set }
    var saveEvery: Int { get set }
    var keep: Int { get set }
}

extension TrainingRecipe: DescentRecipe {}
extension GraphRecipe: DescentRecipe {}

/// Their fields as options.
struct DescentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("sgd, nesterov or adamw.", valueName: "name")) var optimiser: String?
    @Option(help: ArgumentHelp("Learning rate.", valueName: "x")) var rate: Double?
    @Option(help: ArgumentHelp("polynomial, cosine, steps or constant.", valueName: "name")) var schedule: String?
    @Option(
        help: ArgumentHelp(
            "Where steps divides the rate by ten: epochs, or shares of the run of a graph network.", valueName: "list"))
    var milestones: String?
    @Option(help: ArgumentHelp("Weight decay.", valueName: "x")) var decay: Double?
    @Option(
        help: ArgumentHelp("Pictures of a process, or rows, proposals or pivots, of one step.", valueName: "n"))
    var batch: Int?
    @Option(help: ArgumentHelp("Largest norm of all gradients.", valueName: "x")) var clip: Double?
    @Option(help: ArgumentHelp("Steps between lines of metrics.", valueName: "n")) var logEvery: Int?
    @Option(help: ArgumentHelp("Steps between checkpoints.", valueName: "n")) var saveEvery: Int?
    @Option(help: ArgumentHelp("Checkpoints that are kept.", valueName: "n")) var keep: Int?

    func change(_ out: inout some DescentRecipe) throws(LikenessError) {
        if let optimiser { out.optimiser = try ChoiceOption.value("--optimiser", optimiser) }
        if let schedule { out.schedule = try ChoiceOption.value("--schedule", schedule) }
        if let milestones { out.milestones = try ChoiceOption.numbers("--milestones", milestones) }
        out.rate = rate ?? out.rate
        out.decay = decay ?? out.decay
        out.batch = batch ?? out.batch
        out.clip = clip ?? out.clip
        out.logEvery = logEvery ?? out.logEvery
        out.saveEvery = saveEvery ?? out.saveEvery
        out.keep = keep ?? out.keep
    }
}
