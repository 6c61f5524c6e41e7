import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate verification`: accuracy, ROC figures and their intervals, of a list or of all pairs.
struct EvaluateVerification: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verification", abstract: "Measures whether vectors tell the same person from another.",
        discussion: """
            likeness evaluate verification --pairs pairs.txt --vectors lfw.npy --index names.txt
            likeness evaluate verification --all-pairs --vectors lfw.npy --index names.txt

            A list is an LFW pairs.txt (View 1 or 2) or a table left,right,label (.csv, .tsv). With --all-pairs every row \
            is compared with every other; the folder of a name is the person.
            """)

    @Option(help: ArgumentHelp("The list of comparisons.", valueName: "file")) var pairs: String?
    @Flag(help: "Compare every row with every other instead.") var allPairs = false
    @Option(help: ArgumentHelp("List so many of the most suspicious pairs (--all-pairs).", valueName: "n"))
    var hardest = 20
    @OptionGroup var input: NamedVectorOptions
    @OptionGroup var settings: ProtocolOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (pairs == nil) != allPairs { throw ValidationError("Give either --pairs or --all-pairs.") }
        if !(0...100_000).contains(hardest) { throw ValidationError("--hardest takes 0…100000, not \(hardest)") }
    }

    func run() throws {
        if let pairs { try evaluate(list: pairs) } else { try evaluateAll() }
    }

    private func evaluate(list path: String) throws {
        let (list, name) = try PairsFile.read(path)
        let (vectors, index) = try input.read()
        let scored = try ScoredList(
            list, vectors: vectors, index: index, excluding: settings.exclusions(), folds: settings.folds)
        for error in scored.missing.prefix(10) { common.console.warning("left out: \(error.description)") }
        if scored.missing.count > 10 { common.console.warning("and \(scored.missing.count - 10) more left out") }
        let summary = try VerificationSummary(
            scored, protocol: name, rule: settings.rule, rates: settings.rates, resamples: settings.resamples,
            seed: common.seed)
        try output.store(summary)
        if common.json { try common.console.json(summary) } else { print(summary) }
    }

    private func evaluateAll() throws {
        let (vectors, index) = try input.read()
        let exclusions = try settings.exclusions()
        let people = try LabelNumbers.ofFolders(index.names)
        let labels = zip(index.names, people).map { exclusions?.contains($0) == true ? -1 : $1 }
        var options = AllPairsReport.Options()
        (options.threads, options.hardest, options.rates) = (common.threadCount, hardest, settings.rates)
        let report = try AllPairsReport.measure(vectors, identities: labels, options)
        let result = AllPairsOutput(
            figures: VerificationSummary(report, excluded: report.unknown),
            highestImpostors: report.highestImpostors.map { .init($0, index.names) },
            lowestGenuine: report.lowestGenuine.map { .init($0, index.names) })
        try output.store(result.figures)
        if common.json { return try common.console.json(result) }
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
