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
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(0...1).contains(far) { throw ValidationError("--far takes 0…1, not \(far)") }
    }

    func run() throws {
        let list = try CSVPairs.read(path: pairs)
        guard let place = list.columns.firstIndex(of: column) else {
            throw LikenessError(
                .usage, subject: pairs, "there is no column \(column)",
                remedy: "the further columns are: \(list.columns.joined(separator: ", "))")
        }
        let (vectors, index) = try input.read()
        let scored = try ScoredList(list, vectors: vectors, index: index, folds: 2)
        let report = try CohortReport(
            scored.pairs, cohorts: scored.comparisons.map { $0.attributes[place] }, far: far)
        let result = CohortOutput(report, column: column, missing: scored.missing.count)
        try output.store(result)
        if common.json { return try common.console.json(result) }
        let console = common.console
        console.result(
            "worst TAR: \(report.worst.name); gap \(Figure.rate(report.gap)); FAR ratio \(Figure.rate(report.falseAcceptRatio))"
        )
        console.result("threshold \(Figure.rate(report.global.threshold)) at FAR \(Figure.far(far)) on all comparisons")
        if !report.leftOut.isEmpty { console.result("without both kinds: \(report.leftOut.joined(separator: ", "))") }
        console.result("")
        console.table(
            ["cohort", "genuine", "impostor", "TAR", "FAR", "AUC", "own TAR", ""],
            report.cohorts.map {
                [
                    $0.name, "\($0.genuine)", "\($0.impostors)", Figure.rate($0.trueAcceptRate),
                    Figure.rate($0.falseAcceptRate), Figure.rate($0.auc), Figure.rate($0.own.trueAcceptRate),
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
        let far: Double
        let auc: Double
        let ownTar: Double
        let ownThreshold: Double?
        let enoughImpostors: Bool
    }

    let `protocol` = "cohorts"
    let column: String
    let far: Double
    let threshold: Double?
    let missing: Int
    let worst: String
    let gap: Double
    let farRatio: Double
    let cohorts: [Cohort]
    let leftOut: [String]

    init(_ r: CohortReport, column: String, missing: Int) {
        (self.column, far, threshold, self.missing) = (column, r.far, r.global.threshold, missing)
        (worst, gap, farRatio, leftOut) = (r.worst.name, r.gap, r.falseAcceptRatio, r.leftOut)
        cohorts = r.cohorts.map {
            Cohort(
                name: $0.name, genuine: $0.genuine, impostors: $0.impostors, tar: $0.trueAcceptRate,
                far: $0.falseAcceptRate, auc: $0.auc, ownTar: $0.own.trueAcceptRate, ownThreshold: $0.own.threshold,
                enoughImpostors: $0.hasEnoughImpostors)
        }
    }

    enum CodingKeys: String, CodingKey {
        case `protocol`, column, far, threshold, missing, worst, gap, farRatio, cohorts, leftOut
    }
}
