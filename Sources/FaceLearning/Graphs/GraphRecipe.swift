public import FaceCore
public import FaceSpace
internal import Foundation

/// One training of a graph network: data, sizes, schedule. A JSON file under Recipes/, every field also an option.
///
/// What a kind has of its own (``standard(_:)``) follows the papers: GCN-D and GCN-S Yang et al. CVPR 2019, GCN-V and
/// GCN-E Yang et al. CVPR 2020.
public struct GraphRecipe: Sendable, Hashable, Codable {
    /// What GCN-D is trained to tell of a proposal.
    public enum Target: String, Sendable, Codable, CaseIterable {
        /// Overlap with the whole person.
        case iou
        /// Purity.
        case iop
        /// Both, by a score each.
        case both
    }

    /// In which axes gcn-d and gcn-s read a proposal.
    public enum Frame: String, Sendable, Codable, CaseIterable {
        /// Those of the vectors.
        case space
        /// The proposal's own.
        case own
    }

    public var kind = GraphNetworkKind.confidence
    /// Files of vectors, and one file of labels (`.npy`, −1 for unknown) for each.
    public var vectors: [String] = []
    public var labels: [String] = []
    /// Entries of the neighbour lists.
    public var neighbours = 80
    /// Share of the identities kept for validation.
    public var validation = 0.1
    /// Units of the averaging layers.
    public var hidden = [512]
    /// Units between the two linear layers of gcn-v and gcn-e.
    public var head = 512
    /// Whether every step turns all vectors by a rotation of its own, so that the network fits any space of as many
    /// numbers and not the axes of the training data. Nothing is turned in a frame of its own.
    public var rotated = true
    /// gcn-d and gcn-s.
    public var frame = Frame.space
    /// Axes of a proposal's own frame.
    public var axes = 16
    /// Whether the numbers of ``FaceSpace/ProposalContext`` follow the coordinates in a frame of its own.
    public var context = true
    /// gcn-d.
    public var target = Target.iou
    /// Purity (IoP) from and to which proposals train gcn-s.
    public var purity = [0.2, 0.8]
    /// Share of the surest rows whose candidates train gcn-e.
    public var confident = 0.2
    /// A file of gcn-v whose confidences gcn-e is trained with; without it, the true ones.
    public var confidence: String?
    /// β: the weight of a class in the loss is its share to the power of −β.
    public var balance = 0.0
    public var optimiser = TrainingRecipe.OptimiserKind.sgd
    public var rate = 0.1
    public var schedule = LearningRate.Shape.steps
    /// Steps of rising rate.
    public var warmUp = 0
    /// Shares of the run after which `steps` divides the rate by ten.
    public var milestones = [0.5, 0.8, 0.9]
    public var decay = 1e-5
    public var steps = 5000
    /// Rows (gcn-v), proposals (gcn-d, gcn-s) or pivots (gcn-e) of a step.
    public var batch = 4096
    /// Largest norm of all gradients together; none unless given.
    public var clip: Double?
    public var seed: UInt64 = 1
    public var logEvery = 50
    /// Steps between validations, each with a checkpoint.
    public var saveEvery = 500
    public var keep = 2

    public init() {}

    /// What the network reads.
    var graphFrame: GraphFrame { frame == .own ? .own(axes: axes, context: context) : .space }

    /// Whether the network fits any space.
    var isForAnySpace: Bool { rotated || frame == .own }

    /// Numbers that the network tells of a proposal or a row.
    var outputs: Int {
        switch kind {
        case .confidence: 1
        case .detection: target == .both ? 2 : 1
        case .segmentation, .connectivity: 2
        }
    }

    /// The published sizes and schedule of a kind.
    public static func standard(_ kind: GraphNetworkKind) -> GraphRecipe {
        var out = GraphRecipe()
        out.kind = kind
        switch kind {
        case .confidence: break
        case .detection, .segmentation:
            (out.hidden, out.head, out.frame) = ([512, 64], 0, .own)
            (out.rate, out.decay, out.batch, out.milestones) = (0.01, 1e-4, 32, [0.5, 0.8, 0.93])
            out.balance = kind == .segmentation ? 1 : 0
        case .connectivity:
            (out.hidden, out.head) = ([512, 512, 256, 256], 256)
            (out.rate, out.batch) = (0.01, 32)
        }
        return out
    }

    /// Fields that are missing in the file keep the defaults of its kind; unknown ones are refused by name.
    public init(from decoder: any Decoder) throws {
        let fields = try PartialFields(decoder, like: GraphRecipe())
        var kind = GraphNetworkKind.confidence
        try fields.read("kind", into: &kind)
        self = .standard(kind)
        try fields.read("vectors", into: &vectors)
        try fields.read("labels", into: &labels)
        try fields.read("neighbours", into: &neighbours)
        try fields.read("validation", into: &validation)
        try fields.read("hidden", into: &hidden)
        try fields.read("head", into: &head)
        try fields.read("rotated", into: &rotated)
        try fields.read("frame", into: &frame)
        try fields.read("axes", into: &axes)
        try fields.read("context", into: &context)
        try fields.read("target", into: &target)
        try fields.read("purity", into: &purity)
        try fields.read("confident", into: &confident)
        try fields.read("confidence", into: &confidence)
        try fields.read("balance", into: &balance)
        try fields.read("optimiser", into: &optimiser)
        try fields.read("rate", into: &rate)
        try fields.read("schedule", into: &schedule)
        try fields.read("warmUp", into: &warmUp)
        try fields.read("milestones", into: &milestones)
        try fields.read("decay", into: &decay)
        try fields.read("steps", into: &steps)
        try fields.read("batch", into: &batch)
        try fields.read("clip", into: &clip)
        try fields.read("seed", into: &seed)
        try fields.read("logEvery", into: &logEvery)
        try fields.read("saveEvery", into: &saveEvery)
        try fields.read("keep", into: &keep)
    }

    /// Reads a recipe. Throws `file-missing`, or `training-input` with the field that is wrong.
    public static func read(_ path: String) throws(LikenessError) -> GraphRecipe { try RecipeFile.read(path) }

    public func json() -> String { RecipeFile.json(self) }

    /// Throws `usage` for values that make no sense together.
    public func check() throws(LikenessError) {
        func require(_ holds: Bool, _ field: String, _ what: String) throws(LikenessError) {
            guard holds else { throw LikenessError(.usage, subject: field, what) }
        }
        try require(!vectors.isEmpty, "vectors", "no file of vectors is named")
        try require(vectors.count == labels.count, "labels", "each file of vectors needs one of labels")
        try require((2...1000).contains(neighbours), "neighbours", "takes 2…1000, not \(neighbours)")
        try require(validation > 0 && validation <= 0.9, "validation", "is a share above 0 and up to 0.9")
        let widths = hidden.allSatisfy { (1...4096).contains($0) } && (1...8).contains(hidden.count)
        try require(widths, "hidden", "takes one to eight numbers of 1…4096, not \(hidden)")
        try require(kind != .confidence || hidden.count == 1, "hidden", "gcn-v has one averaging layer")
        try require(frame == .space || kind.readsProposals, "frame", "\(kind.rawValue) reads vectors as they are")
        try require((1...1024).contains(axes), "axes", "takes 1…1024, not \(axes)")
        let hasHead = kind == .confidence || kind == .connectivity
        try require(!hasHead || (1...4096).contains(head), "head", "takes 1…4096, not \(head)")
        try require(
            purity.count == 2 && purity[0] >= 0 && purity[0] < purity[1] && purity[1] <= 1, "purity",
            "is two rising numbers of 0…1")
        try require(confident > 0 && confident <= 1, "confident", "is a share above 0 and up to 1")
        try require((0...1).contains(balance), "balance", "takes 0…1, not \(balance)")
        try require(rate > 0 && rate.isFinite, "rate", "must be above 0")
        try require(decay >= 0 && decay.isFinite, "decay", "must not be negative")
        try require((1...100_000_000).contains(steps), "steps", "must be above 0")
        try require((1...1 << 20).contains(batch), "batch", "takes 1…\(1 << 20), not \(batch)")
        try require(clip.map { $0 > 0 } ?? true, "clip", "must be above 0")
        try require(logEvery > 0 && saveEvery > 0 && keep > 0, "saveEvery", "intervals and keep must be above 0")
    }
}
