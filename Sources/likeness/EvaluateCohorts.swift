import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate cohorts`: the same figures for each group of a column, and the gap.
struct EvaluateCohorts: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cohorts", abstract: "Measures for whom verification is worse.",
        discussion: """
            likeness evaluate cohorts --pairs pairs.csv --column age --vectors v.npy --index names.txt

            The table has left,right,label and further columns; one threshold serves all, and the worst cohort is named.
            """)

    @Option(help: ArgumentHelp("Table of comparisons (.csv, .tsv).", valueName: "file")) var pairs: String
    @Option(help: ArgumentHelp("The column that names the cohort.", valueName: "name")) var column: String
    @OptionGroup var input: NamedVectorOptions
    @Option(help: ArgumentHelp("False accept rate of the threshold.", valueName: "rate")) var far = 1e-3
    @Option(
        help: "How a fold's threshold is chosen: \(ThresholdRule.allCases.map(\.rawValue).joined(separator: ", ")).")
    var rule = ThresholdRule.midpointMean
    @Option(help: ArgumentHelp("Folds of the accuracy of each cohort.", valueName: "k")) var folds = 10
    @Option(help: ArgumentHelp("Resamples of identities behind the intervals; 0 for none.", valueName: "n"))
    var resamples = 1000
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(0...1).contains(far) { throw ValidationError("--far takes 0…1, not \(far)") }
        if folds < 2 { throw ValidationError("--folds takes 2 or more, not \(folds)") }
        if !(0...1_000_000).contains(resamples) {
            throw ValidationError("--resamples takes 0…1000000, not \(resamples)")
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let list = try CSVPairs.read(path: pairs)
        guard let place = list.columns.firstIndex(of: column) else {
            throw LikenessError(
                .usage, subject: pairs, "there is no column \(column)",
                remedy: "the further columns are: \(list.columns.joined(separator: ", "))")
        }
        let (vectors, index) = try input.read()
        let scored = try ScoredList(list, vectors: vectors, index: index, folds: folds)
        let names = scored.comparisons.map { $0.attributes[place] }
        let decided = try VerificationResult.evaluate(scored.pairs, folds: scored.folds, rule: rule)
        var report = try CohortReport(
            scored.pairs, cohorts: names, far: far, decisions: decided.decisions(scored.pairs))
        report.addIntervals(scored, cohorts: names, resamples: resamples, seed: common.seed)
        let result = CohortOutput(
            report, column: column, missing: scored.missing.count, rule: rule, folds: scored.folds.count)
        try run.finish(
            result, scored.pairs.scores.count, "comparisons", inputs: [pairs, input.vectors, input.index],
            settings: [.init("Accuracy", "\(scored.folds.count) folds, rule \(rule.rawValue)")],
            print: { print(report) }
        ) {
            EvaluationReport(
                cohorts: report, column: column,
                curves: try report.cohorts.map { cohort in
                    let rows = names.indices.filter { names[$0] == cohort.name }
                    let part = try ScoredPairs(
                        scores: rows.map { scored.pairs.scores[$0] }, same: rows.map { scored.pairs.same[$0] })
                    return (cohort.name, ReceiverCurve(part))
                })
        }
    }

    private func print(_ report: CohortReport) {
        let console = common.console
        console.result(
            "worst TAR: \(report.worst.name); gap \(Figure.rate(report.gap)); FAR ratio \(Figure.rate(report.falseAcceptRatio))"
        )
        console.result("threshold \(Figure.rate(report.global.threshold)) at FAR \(Figure.far(far)) on all comparisons")
        if !report.leftOut.isEmpty { console.result("without both kinds: \(report.leftOut.joined(separator: ", "))") }
        console.result("")
        console.table(
            ["cohort", "genuine", "impostor", "TAR", "95 %", "FAR", "AUC", "own TAR", "accuracy", ""],
            report.cohorts.map {
                [
                    $0.name, "\($0.genuine)", "\($0.impostors)", Figure.rate($0.trueAcceptRate),
                    Figure.interval($0.trueAcceptInterval), Figure.rate($0.falseAcceptRate), Figure.rate($0.auc),
                    Figure.rate($0.own.trueAcceptRate), Figure.rate($0.accuracy),
                    $0.hasEnoughImpostors ? "" : "too few impostors for this FAR",
                ]
            })
    }
}

private struct CohortOutput: Encodable {
    struct Cohort: Encodable {
        let name: String
        let genuine: Int
        let impostors: Int
        let tar: Double
        let tarInterval: Interval?
        let far: Double
        let farInterval: Interval?
        /// Share of right decisions at the thresholds of the folds.
        let accuracy: Double?
        let auc: Double
        let ownTar: Double
        let ownThreshold: Double?
        let enoughImpostors: Bool
    }

    let `protocol` = "cohorts"
    let column: String
    let far: Double
    let threshold: Double?
    let rule: String
    let folds: Int
    let missing: Int
    let worst: String
    let gap: Double
    let farRatio: Double
    let cohorts: [Cohort]
    let leftOut: [String]

    init(_ r: CohortReport, column: String, missing: Int, rule: ThresholdRule, folds: Int) {
        (self.rule, self.folds) = (rule.rawValue, folds)
        (self.column, far, threshold, self.missing) = (column, r.far, r.global.threshold, missing)
        (worst, gap, farRatio, leftOut) = (r.worst.name, r.gap, r.falseAcceptRatio, r.leftOut)
        cohorts = r.cohorts.map {
            Cohort(
                name: $0.name, genuine: $0.genuine, impostors: $0.impostors, tar: $0.trueAcceptRate,
                tarInterval: $0.trueAcceptInterval, far: $0.falseAcceptRate, farInterval: $0.falseAcceptInterval,
                accuracy: $0.accuracy, auc: $0.auc, ownTar: $0.own.trueAcceptRate, ownThreshold: $0.own.threshold,
                enoughImpostors: $0.hasEnoughImpostors)
        }
    }

    enum CodingKeys: String, CodingKey {
        case `protocol`, column, far, threshold, rule, folds, missing, worst, gap, farRatio, cohorts, leftOut
    }
}
