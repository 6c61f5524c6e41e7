public import FaceCore
internal import Foundation

/// One experiment: data, network, loss and how it is trained. A JSON file under Recipes/, every field also an option.
public struct TrainingRecipe: Sendable, Hashable, Codable {
    public enum OptimiserKind: String, Sendable, Codable, CaseIterable {
        case sgd
        case nesterov
        case adamw
    }
    public enum Precision: String, Sendable, Codable, CaseIterable {
        case float32
        case bfloat16
        case float16
    }
    public enum Sampling: String, Sendable, Codable, CaseIterable {
        case shuffled
        /// `images` pictures each of batch/images identities.
        case identities
        case balanced
    }

    /// A folder of identities, a `.csv` or a `.rec`.
    public var data = ""
    /// Pictures without names, as `data`; what folders or columns say of identities is not read. They are embedded by
    /// `weights`, clustered, and make up `unlabelledShare` of every batch under the clusters as labels.
    public var unlabelled: String?
    public var unlabelledShare = 0.3
    /// Identities with fewer pictures are left out.
    public var minimumImages = 2
    /// Share of the identities kept for validation, and their number of pairs.
    public var validation = 0.1
    public var validationPairs = 3000
    /// What the run is measured on beside the validation, by the way and at its end.
    public var evaluations: [EvaluationRecipe] = []
    public var backbone = "mobilefacenet-y1"
    /// A file of weights to begin with: ONNX or safetensors.
    public var weights: String?
    /// Whether only the head learns.
    public var frozenTrunk = false
    /// Whether batch normalisation keeps its running statistics; unless given, where `weights` have it folded into their
    /// convolutions, as ONNX files usually do.
    public var frozenStatistics: Bool?
    /// Whether class weights begin as the mean embeddings of their classes by `weights`, not at random.
    public var classMeans = false
    public var dropout = 0.0
    public var loss = LossRecipe(.cosFace)
    public var head = HeadRecipe()
    public var optimiser = OptimiserKind.sgd
    public var rate = 0.1
    public var schedule = LearningRate.Shape.polynomial
    /// Epochs of rising rate.
    public var warmUp = 0.0
    /// Epochs after which `steps` divides the rate by ten.
    public var milestones: [Double] = []
    public var decay = 5e-4
    /// Decay from the global depthwise layer on; `decay` unless given.
    public var tailDecay: Double?
    public var epochs = 10.0
    /// Pictures of one process in one step.
    public var batch = 64
    /// Micro-batches of a step.
    public var accumulation = 1
    public var sampling = Sampling.shuffled
    /// Pictures of an identity in a batch of `identities`.
    public var images = 4
    /// β of `balanced`.
    public var balance = 1.0
    public var augmentation = ChipAugmentation()
    public var precision = Precision.float32
    /// Largest norm of all gradients together; none unless given.
    public var clip: Double?
    /// Decay of the moving average of weights; none unless given.
    public var average: Double?
    public var device = "cpu"
    public var seed: UInt64 = 1
    /// Steps between lines of metrics, and between checkpoints.
    public var logEvery = 50
    public var saveEvery = 500
    public var keep = 3
    /// Whether metrics are written for TensorBoard too, to `events` of the run's folder.
    public var tensorBoard = false

    public init() {}

    /// Fields that are missing in the file keep their defaults; unknown ones are refused by name.
    public init(from decoder: any Decoder) throws {
        let fields = try PartialFields(decoder, like: self)
        try fields.read("data", into: &data)
        try fields.read("unlabelled", into: &unlabelled)
        try fields.read("unlabelledShare", into: &unlabelledShare)
        try fields.read("minimumImages", into: &minimumImages)
        try fields.read("validation", into: &validation)
        try fields.read("validationPairs", into: &validationPairs)
        try fields.read("evaluations", into: &evaluations)
        try fields.read("backbone", into: &backbone)
        try fields.read("weights", into: &weights)
        try fields.read("frozenTrunk", into: &frozenTrunk)
        try fields.read("frozenStatistics", into: &frozenStatistics)
        try fields.read("classMeans", into: &classMeans)
        try fields.read("dropout", into: &dropout)
        try fields.read("loss", into: &loss)
        try fields.read("head", into: &head)
        try fields.read("optimiser", into: &optimiser)
        try fields.read("rate", into: &rate)
        try fields.read("schedule", into: &schedule)
        try fields.read("warmUp", into: &warmUp)
        try fields.read("milestones", into: &milestones)
        try fields.read("decay", into: &decay)
        try fields.read("tailDecay", into: &tailDecay)
        try fields.read("epochs", into: &epochs)
        try fields.read("batch", into: &batch)
        try fields.read("accumulation", into: &accumulation)
        try fields.read("sampling", into: &sampling)
        try fields.read("images", into: &images)
        try fields.read("balance", into: &balance)
        try fields.read("augmentation", into: &augmentation)
        try fields.read("precision", into: &precision)
        try fields.read("clip", into: &clip)
        try fields.read("average", into: &average)
        try fields.read("device", into: &device)
        try fields.read("seed", into: &seed)
        try fields.read("logEvery", into: &logEvery)
        try fields.read("saveEvery", into: &saveEvery)
        try fields.read("keep", into: &keep)
        try fields.read("tensorBoard", into: &tensorBoard)
    }

    /// Reads a recipe. Throws `file-missing`, or `training-input` with the field that is wrong.
    public static func read(_ path: String) throws(LikenessError) -> TrainingRecipe { try RecipeFile.read(path) }

    public func json() -> String { RecipeFile.json(self) }

    /// Throws `usage` for values that make no sense together.
    public func check() throws(LikenessError) {
        func require(_ holds: Bool, _ field: String, _ what: String) throws(LikenessError) {
            guard holds else { throw LikenessError(.usage, subject: field, what) }
        }
        try require(batch >= 2 && batch <= 65_536, "batch", "takes 2…65536, not \(batch)")
        try require(accumulation >= 1 && batch.isMultiple(of: accumulation), "accumulation", "must divide the batch")
        try require(rate > 0 && rate.isFinite, "rate", "must be above 0")
        try require(epochs > 0 && epochs <= 100_000, "epochs", "must be above 0")
        try require((0...0.9).contains(validation), "validation", "is a share of 0…0.9 of the identities")
        try require(
            unlabelled == nil || weights != nil, "unlabelled", "needs weights that its pictures are embedded by")
        try require(unlabelled == nil || sampling == .shuffled, "unlabelled", "goes with shuffled sampling only")
        try require(
            unlabelledShare > 0 && unlabelledShare < 1, "unlabelledShare", "is a share between 0 and 1 of the batch")
        try require(!classMeans || weights != nil, "classMeans", "needs weights that embed the pictures")
        try require(
            !classMeans || (loss.kind.hasClasses && loss.kind != .subCentreArcFace), "classMeans",
            "\(loss.kind.rawValue) has no weights of one row a class")
        try require(head.rate > 0 && head.rate <= 1, "head.rate", "is a share above 0 and up to 1")
        try require(head.recluster >= 0 && head.recluster.isFinite, "head.recluster", "must be 0 or more")
        try require(images >= 2 || sampling != .identities, "images", "must be 2 or more")
        try require(
            !loss.kind.needsPairs || sampling == .identities, "sampling",
            "\(loss.kind.rawValue) needs several pictures of an identity in a batch: take identities")
        let spansBatch = loss.kind.needsPairs || loss.kind == .adaCos || loss.kind == .adaFace
        try require(
            accumulation == 1 || !spansBatch, "accumulation",
            "\(loss.kind.rawValue) looks at the whole batch: it cannot be split")
        try require(
            accumulation == 1 || head.kind == .full, "accumulation",
            "the head \(head.kind.rawValue) keeps the rows of one batch: it cannot be split")
        try require(
            Set(evaluations.map { $0.name }).count == evaluations.count, "evaluations", "have the same name twice")
        try augmentation.check()
    }
}
