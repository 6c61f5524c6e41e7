import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate compare`: is the second model better than the first, or is it noise?
struct EvaluateCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compares two models on the same comparisons.",
        discussion: """
            likeness evaluate compare old.npy new.npy --pairs pairs.txt --index names.txt

            Both files hold one row a name. Intervals resample identities, with the same draws for both models.
            """)

    @Argument(help: "Vectors of the first model (.npy).") var first: String
    @Argument(help: "Vectors of the second model (.npy).") var second: String
    @Option(help: ArgumentHelp("The list of comparisons.", valueName: "file")) var pairs: String
    @Option(help: ArgumentHelp("Names of the rows of both, one a line.", valueName: "file")) var index: String
    @OptionGroup var settings: ProtocolOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func run() throws {
        let list = try PairsFile.read(pairs).list
        let names = try ItemIndex(path: index)
        let exclusions = try settings.exclusions()
        let scored = try [first, second].map { path in
            try ScoredList(
                list, vectors: NPY.readMatrix(path), index: names, excluding: exclusions, folds: settings.folds)
        }
        let result = try ModelComparison(
            scored[0], scored[1], rule: settings.rule, rates: settings.far.isEmpty ? [1e-2, 1e-3] : settings.far,
            resamples: settings.resamples, seed: common.seed)
        try output.store(result)
        if common.json { return try common.console.json(result) }
        let console = common.console
        console.result(
            "\(result.pairs) comparisons, rule \(result.rule), \(result.used) resamples, seed \(result.seed)")
        console.table(
            ["figure", "first", "second", "difference", "95 %", "chance"],
            result.differences.map {
                [
                    $0.figure, Figure.rate($0.first), Figure.rate($0.second), Figure.rate($0.difference),
                    Figure.interval($0.interval), $0.chance.map { Figure.far($0) } ?? "–",
                ]
            })
        let m = result.mcnemar
        console.result(
            "McNemar: only the first right \(m.onlyFirst), only the second \(m.onlySecond), exact chance "
                + Figure.far(m.chance))
    }
}
