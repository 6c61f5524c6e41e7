public import ArgumentParser
import FaceCore
public import FaceEvaluation

/// `likeness evaluate sets`: clips or albums are compared, not photos.
struct EvaluateSets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sets", abstract: "Measures comparisons of sets of faces: clips, albums (YouTube Faces).",
        discussion: """
            likeness evaluate sets --pairs splits.txt --vectors frames.npy --index frames.txt --out report

            A line of the list is "fold, name1/clip, name2/clip, same(0/1)"; the frames of a clip are the rows whose names \
            lie in it (name1/clip/0001.jpg). How two sets become one similarity is the variant; without --variant all are \
            measured, the first is the one to quote.
            """)

    @Option(help: ArgumentHelp("The list of comparisons of sets.", valueName: "file")) var pairs: String
    @OptionGroup var input: NamedVectorOptions
    @Option(
        help:
            "How two sets become one similarity; repeat it: \(SetVariant.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var variant: [SetVariant] = []
    @Option(help: ArgumentHelp("Qualities of the rows, for quality_weighted (.csv, .jsonl).", valueName: "file"))
    var quality: String?
    @OptionGroup var settings: ProtocolOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if variant.contains(.qualityWeighted), quality == nil {
            throw ValidationError("quality_weighted needs --quality.")
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let list = try SetPairs.read(path: pairs)
        let (vectors, index) = try input.read()
        let usual = SetVariant.allCases.filter { $0 != .qualityWeighted || quality != nil }
        let result = try SetProtocol(
            list, vectors: vectors, names: index.names, quality: qualities(index.names),
            variants: variant.isEmpty ? usual : variant, folds: settings.folds, seed: common.seed,
            threads: common.threadCount)
        let summaries = try zip(result.variants, result.lists).map { v, scored in
            try VerificationSummary(
                scored, protocol: "set-to-set \(v.rawValue)", rule: settings.rule,
                rates: settings.far.isEmpty ? [1e-1, 1e-2, 1e-3] : settings.far, resamples: settings.resamples,
                seed: common.seed)
        }
        let shown = SetsOutput(
            sets: result.sets, largest: result.sizes.largest, meanSize: result.sizes.mean,
            variants: zip(result.variants, summaries).map { .init(variant: $0, figures: $1) })
        try run.finish(
            shown, summaries[0].pairs, "comparisons of sets", inputs: [pairs, input.vectors, input.index, quality],
            scores: result.lists[0], print: { print(shown) }
        ) { try EvaluationReport(sets: result, summaries: summaries) }
    }

    /// The first column of the qualities, by row; a row without one has quality 0.
    private func qualities(_ names: [String]) throws(LikenessError) -> [Double] {
        guard let quality else { return [] }
        let table = try QualityTable(path: quality)
        let places = try ItemIndex(names: table.values.keys.sorted())
        return names.map { name in
            guard let row = try? places.row(name), let q = table.values[places.names[row]]?.first, q.isFinite else {
                return 0
            }
            return max(0, q)
        }
    }

    private func print(_ result: SetsOutput) {
        let console = common.console
        let first = result.variants[0].figures
        console.result(
            "\(first.pairs) comparisons of \(result.sets) sets of \(Format.number(result.meanSize, 1)) faces, rule "
                + "\(first.rule ?? "–"), \(first.folds?.count ?? 0) folds")
        if first.missing > 0 { console.result("left out: \(first.missing) comparisons whose set has no face") }
        console.result("")
        console.table(
            ["variant", "accuracy", "± standard error", "95 %", "AUC", "EER"]
                + first.tar.map { "TAR at \(Figure.far($0.far))" },
            result.variants.map { v in
                [
                    v.variant.rawValue, Figure.rate(v.figures.accuracy?.mean),
                    Figure.rate(v.figures.accuracy?.standardError),
                ]
                    + [
                        Figure.interval(v.figures.accuracy?.interval), Figure.rate(v.figures.auc),
                        Figure.rate(v.figures.eer),
                    ]
                    + v.figures.tar.map { Figure.rate($0.value) + ($0.reliable ? "" : " ?") }
            })
    }
}

extension SetVariant: ExpressibleByArgument {}

private struct SetsOutput: Encodable {
    struct Variant: Encodable {
        let variant: SetVariant
        let figures: VerificationSummary
    }

    let `protocol` = "set-to-set"
    let sets: Int
    let largest: Int
    let meanSize: Double
    let variants: [Variant]

    enum CodingKeys: String, CodingKey { case `protocol`, sets, largest, meanSize, variants }
}
