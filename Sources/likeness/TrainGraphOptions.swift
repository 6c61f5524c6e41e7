import ArgumentParser
import FaceCore
import FaceLearning
import FaceSpace

/// Every field of a graph network's recipe as an option; what is given wins over the recipe's file.
struct GraphRecipeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Begin with the recipe of this file.", valueName: "file")) var recipe: String?
    @Option(
        help: ArgumentHelp(
            "One of \(GraphNetworkKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var kind: String?
    @Option(help: ArgumentHelp("Vectors (.npy); may come several times.", valueName: "file")) var vectors: [String] = []
    @Option(help: ArgumentHelp("People of the rows (.npy), one file for each of vectors.", valueName: "file"))
    var labels: [String] = []
    @Option(help: ArgumentHelp("Entries of the neighbour lists.", valueName: "n")) var neighbours: Int?
    @Option(help: ArgumentHelp("Share of the people kept for validation.", valueName: "share")) var validation: Double?
    @Option(help: ArgumentHelp("Units of the averaging layers.", valueName: "list")) var hidden: String?
    @Option(help: ArgumentHelp("Units between the linear layers (gcn-v, gcn-e).", valueName: "n")) var head: Int?
    @Flag(inversion: .prefixedNo, help: "Train under random rotations, for any space of as many numbers.")
    var rotated: Bool?
    @Option(help: ArgumentHelp("Axes in which gcn-d and gcn-s read a proposal: space or own.", valueName: "name"))
    var frame: String?
    @Option(help: ArgumentHelp("Axes of a proposal's own frame.", valueName: "n")) var axes: Int?
    @Flag(
        inversion: .prefixedNo,
        help: "After the coordinates in its own frame, numbers from the neighbour lists (not published).")
    var context: Bool?
    @Option(help: ArgumentHelp("What gcn-d tells of a proposal: iou, iop or both.", valueName: "name")) var target:
        String?
    @Option(help: ArgumentHelp("Purity from,to of the proposals of gcn-s.", valueName: "list")) var purity: String?
    @Option(help: ArgumentHelp("Share of the surest faces that train gcn-e.", valueName: "share"))
    var confident: Double?
    @Option(help: ArgumentHelp("Weights of the gcn-v that gcn-e follows.", valueName: "file")) var confidence: String?
    @Option(help: ArgumentHelp("Strength of class weights, 0…1.", valueName: "x")) var balance: Double?
    @OptionGroup var descent: DescentOptions
    @Option(help: ArgumentHelp("Steps of rising rate.", valueName: "n")) var warmUp: Int?
    @Option(help: ArgumentHelp("Steps.", valueName: "n")) var steps: Int?

    /// The recipe of the file (or of the run that is resumed) with the changes.
    func recipe(resumed: String?) throws(LikenessError) -> GraphRecipe {
        let kind = try kind.map { (name) throws(LikenessError) -> GraphNetworkKind in
            try ChoiceOption.value("--kind", name)
        }
        var out: GraphRecipe
        if let path = recipe ?? resumed {
            out = try GraphRecipe.read(path)
            if let kind, kind != out.kind {
                throw LikenessError(
                    .usage, subject: "--kind", "the recipe is one of \(out.kind.rawValue), not \(kind.rawValue)")
            }
        } else {
            guard let kind else { throw LikenessError(.usage, subject: "--kind", "is not given, nor a recipe") }
            out = .standard(kind)
        }
        try changeData(&out)
        change(&out.head, head)
        change(&out.rotated, rotated)
        if let frame { out.frame = try ChoiceOption.value("--frame", frame) }
        change(&out.axes, axes)
        change(&out.context, context)
        if let hidden { out.hidden = try ChoiceOption.numbers("--hidden", hidden).map { Int($0) } }
        if let target { out.target = try ChoiceOption.value("--target", target) }
        if let purity { out.purity = try ChoiceOption.numbers("--purity", purity) }
        change(&out.confident, confident)
        if let confidence { out.confidence = confidence }
        change(&out.balance, balance)
        try descent.change(&out)
        change(&out.warmUp, warmUp)
        change(&out.steps, steps)
        return out
    }

    private func changeData(_ out: inout GraphRecipe) throws(LikenessError) {
        if !vectors.isEmpty { (out.vectors, out.labels) = (vectors, labels) }
        if vectors.isEmpty, !labels.isEmpty {
            throw LikenessError(.usage, subject: "--labels", "come with --vectors")
        }
        change(&out.neighbours, neighbours)
        change(&out.validation, validation)
    }

    private func change<T>(_ field: inout T, _ value: T?) {
        if let value { field = value }
    }
}

/// Values of options that are names of a list, or lists of numbers.
enum ChoiceOption {
    static func value<T: RawRepresentable & CaseIterable>(
        _ option: String, _ text: String
    ) throws(LikenessError) -> T where T.RawValue == String {
        guard let value = T(rawValue: text) else {
            let all = T.allCases.map(\.rawValue).joined(separator: ", ")
            throw LikenessError(.usage, subject: option, "takes no '\(text)'", remedy: "one of \(all)")
        }
        return value
    }

    static func numbers(_ option: String, _ text: String) throws(LikenessError) -> [Double] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.allSatisfy({ $0.map { $0.isFinite && abs($0) < 1e9 } ?? false }) else {
            throw LikenessError(.usage, subject: option, "'\(text)' is no list of numbers")
        }
        return parts.compactMap { $0 }
    }
}
