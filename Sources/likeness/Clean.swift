import ArgumentParser
import FaceCore
import FaceLearning
import Foundation

/// `likeness clean`: which faces are filed under the wrong name.
struct Clean: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds faces under wrong names, names of two people, people under two names.",
        discussion: """
            likeness clean photos --out cleaning
            likeness clean photos --out cleaning --retrain Recipes/small-fine-tuning.json --weights mobilefacenet-y1.onnx
            likeness clean faces.npy --labels labels.npy --out decisions.jsonl

            From pictures (a folder of names, a .csv, a .rec): finds the face of each, embeds it, judges it among those of \
            its name, and writes decisions.jsonl, kept.csv and report.html with thumbnails. With --retrain a network is \
            trained on what is left, all faces are embedded by it, and judged again, until less than 1 % of the faces \
            change. From vectors: the decisions alone. Proposes, with the reason and the similarities; deletes nothing.
            """)

    @Argument(help: "Pictures under names, or vectors (.npy with its side-car, as `embed` writes them).")
    var vectors: String
    @Option(help: ArgumentHelp("Identity of each row of vectors, 0… (.npy).", valueName: "file")) var labels: String?
    @Option(help: ArgumentHelp("Folder of the results; with vectors the file of the decisions.", valueName: "path"))
    var out: String
    @Flag(help: "The pictures are aligned chips already: nothing is detected.") var chips = false
    @Option(help: ArgumentHelp("Train by this recipe on what is left, and judge again.", valueName: "file"))
    var retrain: String?
    @Option(help: ArgumentHelp("Begin each training with these weights.", valueName: "file")) var weights: String?
    @Option(help: ArgumentHelp("Trainings at most.", valueName: "n")) var rounds = 3
    @Option(help: ArgumentHelp("Similarity that links two faces of a name (default: from the data).", valueName: "x"))
    var link: Double?
    @Option(help: ArgumentHelp("Similarity to its centre that a face needs (default: that of --link).", valueName: "x"))
    var drop: Double?
    @Option(help: ArgumentHelp("Similarity from which two names are one person.", valueName: "x")) var merge = 0.75
    @Option(help: ArgumentHelp("Share that the largest piece of a name must hold.", valueName: "share"))
    var keepShare = 0.5
    @Option(help: ArgumentHelp("Write only the n decisions nearest to the line.", valueName: "n")) var review: Int?
    @Option(help: ArgumentHelp("Name the space of a file without side-car.", valueName: "id")) var space: String?
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var detection: DetectionOptions
    @OptionGroup var embedding: EmbeddingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        let isVectors = vectors.hasSuffix(".npy")
        if isVectors, labels == nil { throw ValidationError("vectors need --labels") }
        if !isVectors, labels != nil { throw ValidationError("--labels belongs to vectors: pictures have names") }
        if isVectors, retrain != nil || chips { throw ValidationError("--retrain and --chips belong to pictures") }
        if !(1...20).contains(rounds) { throw ValidationError("--rounds takes 1…20, not \(rounds)") }
        if let review, review < 1 { throw ValidationError("--review takes 1 or more") }
        for (name, value) in [("--merge", merge), ("--keep-share", keepShare)] where !(0...1).contains(value) {
            throw ValidationError("\(name) takes 0…1, not \(value)")
        }
    }

    var options: LabelCleaning.Options {
        var options = LabelCleaning.Options()
        (options.link, options.drop, options.merge, options.keepShare) = (link, drop, merge, keepShare)
        options.seed = common.seed
        return options
    }

    func run() throws {
        guard let labels else { return try cleanPictures() }
        try Output.requireFree([out], force: force)
        let (matrix, _) = try VectorInput.read(vectors, space: space, console: common.console)
        let found = try LabelCleaning(matrix, labels: NPY.readLabels(labels), options: options)
        let decisions = review.map { found.doubtful($0) } ?? found.decisions
        try JSONLinesWriter.writeAll(decisions, to: out, force: force)
        let result = CleanOutput(found, out)
        if common.json { return try common.console.json(result) }
        common.console.result(
            "\(found.decisions.count) of \(matrix.rows) faces: "
                + result.verdicts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
                + "; \(found.merges.count) pairs of names for one person, \(found.mixed.count) names of perhaps two: \(out)"
        )
    }
}

struct CleanOutput: Encodable {
    struct Mixed: Encodable {
        let identity: Int
        let scatter: Double
    }
    let verdicts: [String: Int]
    let merges: [LabelCleaning.Merge]
    let mixed: [Mixed]
    let link, drop: Double
    let rounds: Int
    let file: String

    init(_ found: LabelCleaning, _ file: String) {
        verdicts = Dictionary(grouping: found.decisions, by: \.verdict.rawValue).mapValues(\.count)
        (merges, link, drop, rounds) = (found.merges, found.link, found.drop, found.rounds)
        mixed = found.mixed.map { Mixed(identity: $0.identity, scatter: $0.scatter) }
        self.file = file
    }
}
