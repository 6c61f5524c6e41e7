import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceLearning
import Foundation

/// `likeness visualise`: what losses do to embeddings, and how runs went.
struct Visualise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws what losses do to embeddings, and how training runs went.",
        subcommands: [VisualiseDigits.self, VisualiseCurves.self], defaultSubcommand: VisualiseDigits.self)
}

/// `likeness visualise digits`: MNIST in two or three dimensions under each loss.
struct VisualiseDigits: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digits", abstract: "Embeds MNIST in the plane or on the sphere under each loss, as one figure.",
        discussion: """
            likeness visualise digits mnist --out figures

            The folder holds MNIST's four files, packed or not. A small network is trained under each loss from the same \
            weights, which two epochs of softmax make, and its test digits are drawn, with the angles to their own class \
            and to the nearest other. Writes digits-2d.png and .svg (or -3d) and digits-2d.json. Needs a build with the \
            trait Training, and gnuplot.
            """)

    @Argument(help: ArgumentHelp("Folder of MNIST's files.", valueName: "folder")) var mnist: String
    @Option(help: ArgumentHelp("Folder of the figures and of the runs.", valueName: "folder")) var out: String
    @Option(help: ArgumentHelp("2 for the plane, 3 for the sphere.", valueName: "n")) var dimension = 2
    @Option(help: ArgumentHelp("These losses only, separated by commas.", valueName: "list")) var losses: String?
    @Option(help: ArgumentHelp("Digits to learn from.", valueName: "n")) var training = 20_000
    @Option(help: ArgumentHelp("Epochs of each loss.", valueName: "x")) var epochs = 8.0
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if dimension != 2, dimension != 3 { throw ValidationError("--dimension takes 2 or 3, not \(dimension)") }
        if training < 128 { throw ValidationError("--training takes 128 or more, not \(training)") }
        if !(epochs > 0 && epochs <= 1000) { throw ValidationError("--epochs takes more than 0, not \(epochs)") }
    }

    func run() throws {
        try Training.require()
        #if Training
            let stem = "\(out)/digits-\(dimension)d"
            try Output.requireFree([".png", ".svg", ".json"].map { stem + $0 }, force: force)
            let chosen = try chosenLosses()
            try Output.makeFolder(out)
            var options = DigitStudy.Options()
            (options.training, options.epochs, options.seed) = (training, epochs, common.seed)
            let study = try DigitStudy(
                training: Digits(folder: mnist, part: "train"), test: Digits(folder: mnist, part: "t10k"),
                options: options)
            var learnt: [Learnt] = []
            try InterruptibleRun.run { cancellation in learnt = try learn(chosen, study, cancellation) }
            let (embeddings, rows) = (learnt.compactMap(\.embedding), learnt.map(\.row))
            common.console.progress("")
            guard !embeddings.isEmpty else {
                throw LikenessError(
                    .trainingDiverged, subject: out, "no loss could be trained", remedy: "more digits or epochs")
            }
            let figure = try DigitFigure(embeddings).rendered()
            try AtomicFile.write(figure.png, to: stem + ".png", force: force)
            try AtomicFile.write(figure.svg, to: stem + ".svg", force: force)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            try AtomicFile.write(Array(encoder.encode(rows)), to: stem + ".json", force: force)
            if common.json { return try common.console.json(rows) }
            common.console.table(
                ["loss", "accuracy", "own class", "nearest other", "seconds"],
                rows.map(\.cells))
            common.console.note("\(stem).png, .svg, .json")
        #endif
    }

    #if Training
        /// What became of one loss; no embedding where it diverged.
        private struct Learnt {
            let row: DigitRow
            var embedding: DigitStudy.Embedding?
        }

        private func learn(
            _ losses: [LossRecipe], _ study: DigitStudy, _ cancellation: Cancellation
        ) throws(LikenessError) -> [Learnt] {
            common.console.progress("the weights that all begin with")
            let beginning = try study.beginning(
                dimension: dimension, folder: "\(out)/runs", threads: common.threadCount, cancellation: cancellation)
            var learnt: [Learnt] = []
            for loss in losses {
                common.console.progress("\(loss.kind.rawValue), \(learnt.count + 1) of \(losses.count)")
                learnt.append(try learn(loss, from: beginning, study, cancellation))
            }
            return learnt
        }

        private func learn(
            _ loss: LossRecipe, from beginning: String, _ study: DigitStudy, _ cancellation: Cancellation
        ) throws(LikenessError) -> Learnt {
            do throws(LikenessError) {
                let embedding = try study.embedding(
                    loss, from: beginning, dimension: dimension, folder: "\(out)/runs", threads: common.threadCount,
                    cancellation: cancellation)
                return Learnt(row: DigitRow(embedding), embedding: embedding)
            } catch {
                guard error.code == .trainingDiverged else { throw error }
                common.console.warning("\(loss.kind.rawValue): \(error)")
                return Learnt(row: DigitRow(loss, failed: error))
            }
        }

        private func chosenLosses() throws -> [LossRecipe] {
            guard let losses else { return DigitStudy.losses }
            return try losses.split(separator: ",").map { name in
                guard let kind = LossRecipe.Kind(rawValue: String(name)) else {
                    throw LikenessError(.usage, subject: "--losses", "'\(name)' is no loss")
                }
                return DigitStudy.losses.first { $0.kind == kind } ?? LossRecipe(kind)
            }
        }
    #endif
}

#if Training
    /// One loss in numbers, or why it has none.
    private struct DigitRow: Encodable {
        let loss: String
        var accuracy: Double?
        /// Medians.
        var ownDegrees, otherDegrees: Double?
        var seconds: Double?
        var failure: String?

        init(_ e: DigitStudy.Embedding) {
            (loss, accuracy, seconds) = (e.loss.kind.rawValue, e.accuracy, e.seconds)
            func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
            (ownDegrees, otherDegrees) = (median(e.own), median(e.other))
        }

        init(_ loss: LossRecipe, failed error: LikenessError) {
            (self.loss, failure) = (loss.kind.rawValue, "\(error)")
        }

        var cells: [String] {
            guard let accuracy, let ownDegrees, let otherDegrees, let seconds else {
                return [loss, "diverged", "", "", ""]
            }
            return [
                loss, Format.number(accuracy * 100, 2), Format.number(ownDegrees, 1) + "°",
                Format.number(otherDegrees, 1) + "°", Format.number(seconds, 0),
            ]
        }
    }
#endif

/// `likeness visualise curves`: the metrics of runs as curves.
struct VisualiseCurves: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "curves", abstract: "Draws the metrics of training runs.",
        discussion: "likeness visualise curves run-a run-b --out figures --metric loss --metric accuracy")

    @Argument(help: ArgumentHelp("Folders of runs.", valueName: "run")) var runs: [String]
    @Option(help: ArgumentHelp("Folder of the figures.", valueName: "folder")) var out: String
    @Option(
        help: ArgumentHelp("Metrics, by their names in metrics.jsonl (default: the usual ones).", valueName: "name"))
    var metric: [String] = []
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let tables = try runs.map { run in (name: Self.name(run), table: try TrainingCurves("\(run)/metrics.jsonl")) }
        let known = Set(tables.flatMap(\.table.names))
        let wanted = metric.isEmpty ? TrainingCurves.usual.filter(known.contains) : metric
        for name in wanted where !known.contains(name) {
            throw LikenessError(
                .usage, subject: "--metric", "no run has '\(name)'",
                remedy: "one of \(known.sorted().joined(separator: ", "))")
        }
        let plots = wanted.map { name in TrainingCurves.plot(name, of: tables) }
        let paths = plots.map { "\(out)/\($0.id)" }
        try Output.requireFree(paths.flatMap { [$0 + ".svg", $0 + ".png"] }, force: force)
        try Output.makeFolder(out)
        for (path, drawn) in zip(paths, try PlotRenderer().render(plots)) {
            try AtomicFile.write(drawn.svg, to: path + ".svg", force: force)
            try AtomicFile.write(drawn.png, to: path + ".png", force: force)
        }
        if common.json { return try common.console.json(paths.map { $0 + ".png" }) }
        common.console.result("\(plots.count) figures in \(out)")
    }

    private static func name(_ run: String) -> String { URL(fileURLWithPath: run).lastPathComponent }
}
