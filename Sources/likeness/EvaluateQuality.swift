public import ArgumentParser
import FaceCore
public import FaceEvaluation

/// `likeness evaluate quality`: does a quality of photos tell which comparisons will fail?
struct EvaluateQuality: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "Measures how fast errors fall when photos of low quality are discarded.",
        discussion: """
            likeness evaluate quality --pairs pairs.txt --vectors v.npy --index v.jsonl --quality v.jsonl --out report

            Qualities are a table name,column,… (.csv, .tsv; larger = better) or what embed --index wrote: `score` is the \
            overall quality, beside each measure. A comparison is as good as its worse side. The \
            threshold is fixed where --errors of all genuine comparisons fail.
            """)

    @Option(help: ArgumentHelp("The list of comparisons.", valueName: "file")) var pairs: String
    @OptionGroup var input: NamedVectorOptions
    @Option(help: ArgumentHelp("Qualities of the items (.csv, .tsv, .jsonl).", valueName: "file")) var quality: String
    @Option(help: ArgumentHelp("Columns to measure; repeat it (default: all).", valueName: "name")) var column:
        [String] = []
    @Option(help: ArgumentHelp("Share of the genuine comparisons that fail at no discard.", valueName: "share"))
    var errors = 0.05
    @Option(
        help: "The quality of a comparison: \(PairQuality.allCases.map(\.rawValue).joined(separator: ", ")).")
    var combine = PairQuality.minimum
    @Option(help: ArgumentHelp("Resamples of identities behind the interval of the gain; 0 for none.", valueName: "n"))
    var resamples = 200
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(errors > 0 && errors < 1) {
            throw ValidationError("--errors takes a share between 0 and 1, not \(errors)")
        }
        if !(0...1_000_000).contains(resamples) {
            throw ValidationError("--resamples takes 0…1000000, not \(resamples)")
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let (vectors, index) = try input.read()
        let scored = try ScoredList(PairsFile.read(pairs).list, vectors: vectors, index: index, folds: 2)
        if !scored.missing.isEmpty { common.console.warning("\(scored.missing.count) comparisons without a vector") }
        let report = try QualityReport(
            scored, qualities: QualityTable(path: quality), columns: column, errors: errors, combination: combine,
            resamples: resamples, seed: common.seed)
        let result = QualityOutput(report)
        try run.finish(
            result, scored.pairs.scores.count, "comparisons", inputs: [pairs, input.vectors, input.index, quality],
            print: { print(report) }
        ) { EvaluationReport(quality: report) }
    }

    private func print(_ report: QualityReport) {
        let console = common.console
        console.result(
            "threshold \(Figure.rate(report.threshold)): \(Figure.rate(report.falseRejectRate)) of the genuine comparisons "
                + "fail; quality of a comparison: \(report.combination.rawValue)")
        if report.missing > 0 {
            console.result("left out: \(report.missing) comparisons with a side without qualities")
        }
        console.result("")
        console.table(
            ["quality", "genuine", "gain to 20 %", "95 %", "gain to 95 %", "errors left at 20 %", "ideal"],
            report.columns.map { c in
                [
                    c.name, "\(c.genuine)", Figure.rate(c.start.gain), Figure.interval(c.gainInterval),
                    Figure.rate(c.curve.gain), Figure.rate(c.start.points.last?.errors),
                    Figure.rate(c.start.points.last?.ideal),
                ]
            })
        console.result("gain: 1 = errors go first, 0 = no better than chance, negative = harmful")
    }
}

extension PairQuality: ExpressibleByArgument {}

private struct QualityOutput: Encodable {
    struct Point: Encodable {
        let discarded: Double
        let falseRejects: Double?
        let ideal: Double
    }
    struct FalseAccepts: Encodable {
        let discarded: Double
        let rate: Double
    }
    struct Column: Encodable {
        let name: String
        let genuine: Int
        let impostors: Int
        let gainTo20: Double?
        let gainTo20Interval: Interval?
        let gainTo95: Double?
        let curve: [Point]
        let falseAccepts: [FalseAccepts]
    }

    let `protocol` = "error-versus-discard"
    let combination: PairQuality
    let threshold: Double
    let falseRejectRate: Double
    let missing: Int
    let columns: [Column]

    init(_ r: QualityReport) {
        (combination, threshold, falseRejectRate, missing) = (r.combination, r.threshold, r.falseRejectRate, r.missing)
        columns = r.columns.map { c in
            Column(
                name: c.name, genuine: c.genuine, impostors: c.impostors, gainTo20: c.start.gain,
                gainTo20Interval: c.gainInterval, gainTo95: c.curve.gain,
                curve: c.curve.points.map { .init(discarded: $0.discarded, falseRejects: $0.errors, ideal: $0.ideal) },
                falseAccepts: c.falseAccepts.map { .init(discarded: $0.discarded, rate: $0.rate) })
        }
    }

    enum CodingKeys: String, CodingKey { case `protocol`, combination, threshold, falseRejectRate, missing, columns }
}
