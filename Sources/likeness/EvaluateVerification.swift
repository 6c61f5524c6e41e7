import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate verification`: accuracy, ROC figures and their intervals, of a list or of all pairs.
struct EvaluateVerification: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verification", abstract: "Measures whether vectors tell the same person from another.",
        discussion: """
            likeness evaluate verification --pairs pairs.txt --vectors lfw.npy --index names.txt --out report
            likeness evaluate verification --pairs pairs.txt --images lfw/ --model dlib-resnet29
            likeness evaluate verification --all-pairs --vectors lfw.npy --index names.txt
            likeness evaluate verification --pairs cfp_fp.bin --aligned --model mobilefacenet-y1

            A list is an LFW pairs.txt (View 1 or 2), a table left,right,label (.csv, .tsv), a verification set of \
            InsightFace (.bin, with its photos) or a folder with a folder a person, of which comparisons are drawn. With \
            --all-pairs every row is compared with every other; the folder of a name is the person. An image in which no \
            face is found scores 0 with every other image.
            """)

    @Option(help: ArgumentHelp("The list of comparisons.", valueName: "file")) var pairs: String?
    @Flag(help: "Compare every row with every other instead.") var allPairs = false
    @Option(help: ArgumentHelp("List so many of the most suspicious pairs.", valueName: "n")) var hardest = 20
    @Option(help: ArgumentHelp("Comparisons of each kind to draw from a folder.", valueName: "n")) var draw = 3000
    @OptionGroup var input: VectorSourceOptions
    @OptionGroup var settings: ProtocolOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (pairs == nil) != allPairs { throw ValidationError("Give either --pairs or --all-pairs.") }
        if !(0...100_000).contains(hardest) { throw ValidationError("--hardest takes 0…100000, not \(hardest)") }
        if !(1...10_000_000).contains(draw) { throw ValidationError("--draw takes 1…10000000, not \(draw)") }
        // a folder of comparisons is a folder of photos too
        let ownPhotos = pairs.map { PairsFile.isPack($0) || PairsFile.isFolder($0) && input.vectors == nil } ?? false
        if !(ownPhotos && input.images == nil && input.vectors == nil) {
            try input.check(withPhotos: pairs.map(PairsFile.isPack) ?? false)
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        if let pairs { try evaluate(list: pairs, run) } else { try evaluateAll(run) }
    }

    /// The list, its name, and the vectors of its items.
    private func read(_ path: String) throws -> (list: ComparisonList, name: String, made: NamedVectors) {
        let images = EvaluationImages(options: input, common: common)
        if PairsFile.isPack(path) {
            let pack = try InsightFacePack(path: path)
            return (pack.list, "insightface-bin", try images.embed(pack))
        }
        if PairsFile.isFolder(path) {
            let made = try vectors(images, folder: path, items: nil)
            return (try FolderPairs.draw(made.index.names, count: draw, seed: common.seed), "folder-pairs", made)
        }
        let (list, name) = try PairsFile.read(path)
        let items = Set(list.comparisons.flatMap { [$0.left, $0.right] }).sorted()
        return (list, name, try vectors(images, folder: input.images ?? ".", items: items))
    }

    private func vectors(_ images: EvaluationImages, folder: String, items: [String]?) throws -> NamedVectors {
        if let vectors = input.vectors, let index = input.index { return try input.read(vectors, index) }
        return try images.embed(folder: folder, items: items)
    }

    private func evaluate(list path: String, _ run: EvaluationRun) throws {
        let (list, name, made) = try read(path)
        let scored = try ScoredList(
            list, vectors: made.vectors, index: made.index, excluding: settings.exclusions(), folds: settings.folds)
        for error in scored.missing.prefix(10) { common.console.warning("left out: \(error.description)") }
        if scored.missing.count > 10 { common.console.warning("and \(scored.missing.count - 10) more left out") }
        var summary = try VerificationSummary(
            scored, protocol: name, rule: settings.rule, rates: settings.rates, resamples: settings.resamples,
            seed: common.seed)
        summary.withoutFace = made.photos > 0 ? made.withoutFace.count : nil
        try run.finish(
            summary, made.photos > 0 ? made.photos : summary.pairs, made.photos > 0 ? "photos" : "comparisons",
            inputs: [PairsFile.isFolder(path) ? nil : path, input.vectors, input.index, settings.exclude],
            scores: scored, boxes: made.boxes, settings: made.settings, print: { print(summary) }
        ) {
            var page = try EvaluationReport(verification: summary, scored, hardest: hardest, seed: common.seed)
            if let note = made.withoutFaceNote { page.warnings.append(note + ".") }
            return page
        }
    }

    private func evaluateAll(_ run: EvaluationRun) throws {
        let images = EvaluationImages(options: input, common: common)
        let made = try vectors(images, folder: input.images ?? ".", items: nil)
        let exclusions = try settings.exclusions()
        let names = made.index.names
        let labels = zip(names, try LabelNumbers.ofFolders(names)).map { exclusions?.contains($0) == true ? -1 : $1 }
        var options = AllPairsReport.Options()
        (options.threads, options.hardest, options.rates) = (common.threadCount, hardest, settings.rates)
        (options.resamples, options.seed) = (settings.resamples, common.seed)
        let report = try AllPairsReport.measure(made.vectors, identities: labels, options)
        let result = AllPairsOutput(
            figures: VerificationSummary(report, excluded: report.unknown),
            highestImpostors: report.highestImpostors.map { .init($0, names) },
            lowestGenuine: report.lowestGenuine.map { .init($0, names) })
        try run.finish(
            result, result.figures.pairs, "comparisons", inputs: [input.vectors, input.index, settings.exclude],
            boxes: made.boxes, settings: made.settings, print: { print(result) }
        ) { EvaluationReport(allPairs: result.figures, report, names: names, hardest: hardest) }
    }

    private func print(_ result: AllPairsOutput) {
        print(result.figures)
        let rows = result.highestImpostors.map { [Figure.rate(Double($0.score)), $0.left, $0.right] }
        common.console.result("")
        common.console.table(["score", "most alike of different people", ""], rows)
    }

    private func print(_ s: VerificationSummary) {
        let console = common.console
        console.result("\(s.protocol): \(s.genuine) genuine, \(s.impostors) impostor comparisons")
        if s.missing + s.excluded > 0 {
            console.result("left out: \(s.missing) without a vector, \(s.excluded) by list")
        }
        if let n = s.withoutFace, n > 0 { console.result("\(n) images without a face: similarity 0 with every other") }
        if let a = s.accuracy, let rule = s.rule {
            let folds = "\(s.folds?.count ?? 0) folds" + (s.foldsDeclared == true ? " of the list" : "")
            console.result(
                "accuracy \(Figure.rate(a.mean)) ± \(Figure.rate(a.standardError)) (standard error; \(folds); rule \(rule)), "
                    + "95 % \(Figure.interval(a.interval))")
        }
        console.result(
            "AUC \(Figure.rate(s.auc)) (\(Figure.interval(s.aucInterval))), "
                + "EER \(Figure.rate(s.eer)) (\(Figure.interval(s.eerInterval)))")
        if let b = s.bootstrap {
            console.result("intervals: \(b.used) of \(b.resamples) resamples of \(b.unit), seed \(b.seed)")
        }
        console.result("")
        console.table(
            ["FAR (step)", "TAR", "95 %", "identity mean", "threshold", "expected false accepts", ""],
            s.tar.map { r in
                [
                    Figure.far(r.far), Figure.rate(r.value), Figure.interval(r.interval), Figure.rate(r.identityMean),
                    Figure.rate(r.threshold ?? r.acceptAbove), Figure.far(r.expectedFalseAccepts),
                    r.reliable ? "" : "unreliable: fewer than 10",
                ]
            })
    }
}

private struct AllPairsOutput: Encodable {
    struct Pair: Encodable {
        let score: Float
        let left: String
        let right: String

        init(_ p: ScoredRowPair, _ names: [String]) {
            (score, left, right) = (p.score, names[Int(p.first)], names[Int(p.second)])
        }
    }

    let figures: VerificationSummary
    let highestImpostors: [Pair]
    let lowestGenuine: [Pair]
}
