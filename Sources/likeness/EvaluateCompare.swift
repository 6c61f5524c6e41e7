import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate compare`: is one model or run better than another, or is it noise?
struct EvaluateCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Compares models on the same comparisons, or reports of earlier runs.",
        discussion: """
            likeness evaluate compare old.npy new.npy --pairs pairs.txt --index names.txt
            likeness evaluate compare reports/old reports/new --out reports/both

            Files of vectors hold one row a name; folders are what --out of an evaluation wrote. Every run is compared with \
            the first. Intervals resample identities, with the same draws for both; McNemar's test is exact. Reports without \
            scores (scores.csv) are set side by side without a test.
            """)

    @Argument(help: "Vectors (.npy) or folders of reports; two or more.") var runs: [String]
    @Option(help: ArgumentHelp("The list of comparisons, with vectors.", valueName: "file")) var pairs: String?
    @Option(help: ArgumentHelp("Names of the rows of all, one a line, with vectors.", valueName: "file")) var index:
        String?
    @OptionGroup var settings: ProtocolOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if runs.count < 2 { throw ValidationError("There are two or more runs to compare.") }
        if (pairs == nil) != (index == nil) { throw ValidationError("Vectors need both --pairs and --index.") }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let sides = try pairs == nil ? storedRuns() : scoredVectors()
        let names = Self.distinct(sides.map(\.name))
        var comparisons: [(name: String, result: ModelComparison)] = []
        for (name, side) in zip(names, sides).dropFirst() {
            guard let first = sides[0].list, let second = side.list else { continue }
            let result = try ModelComparison(
                first, second, rule: settings.rule, rates: settings.far.isEmpty ? [1e-2, 1e-3] : settings.far,
                resamples: settings.resamples, seed: common.seed)
            comparisons.append((name, result))
        }
        let figures = Self.differing(sides)
        let result = CompareOutput(
            runs: names, comparisons: comparisons.map { .init(run: $0.name, result: $0.result) },
            figures: figures.map { .init(figure: $0.name, values: $0.values) })
        let count = comparisons.first?.result.pairs ?? 0
        try run.finish(
            result, count * sides.count, "comparisons", inputs: (pairs == nil ? [] : runs) + [pairs, index],
            print: { print(names, comparisons, figures) }
        ) {
            try EvaluationReport(
                comparing: names, plots: sides.map { try $0.plots() }, comparisons: comparisons,
                figures: figures.map { [$0.name] + $0.values.map { ReportNumber.rate($0) } })
        }
    }

    /// One run: its scores where it has them, its figures, and its plots.
    private struct Side {
        let name: String
        let list: ScoredList?
        var figures: [String: Double] = [:]
        let plots: () throws -> [Plot]
    }

    private func storedRuns() throws(LikenessError) -> [Side] {
        var sides: [Side] = []
        for folder in runs {
            guard PairsFile.isFolder(folder) else {
                throw LikenessError(
                    .usage, subject: folder, "this is not the folder of a report",
                    remedy: "name folders that --out wrote, or vectors with --pairs and --index")
            }
            let stored = try StoredRun(folder: folder)
            sides.append(
                Side(name: stored.name, list: stored.list, figures: stored.figures, plots: { stored.plots }))
        }
        return sides
    }

    private func scoredVectors() throws(LikenessError) -> [Side] {
        guard let pairs, let index else { return [] }
        let list = try PairsFile.read(pairs).list
        let names = try ItemIndex(path: index)
        let exclusions = try settings.exclusions()
        var sides: [Side] = []
        for path in runs {
            let scored = try ScoredList(
                list, vectors: NPY.readMatrix(path), index: names, excluding: exclusions, folds: settings.folds)
            let curve = ReceiverCurve(scored.pairs)
            sides.append(
                Side(
                    name: path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? path, list: scored,
                    plots: { [VerificationPlots.receiver(curve), VerificationPlots.detection(curve)] }))
        }
        return sides
    }

    /// Names that occur twice get a number.
    private static func distinct(_ names: [String]) -> [String] {
        var seen: [String: Int] = [:]
        return names.map { name in
            seen[name, default: 0] += 1
            return seen[name] == 1 ? name : "\(name) (\(seen[name] ?? 0))"
        }
    }

    /// Figures that all runs have and that are not the same in all, at most 200.
    private static func differing(_ sides: [Side]) -> [(name: String, values: [Double])] {
        let common = sides.dropFirst().reduce(Set(sides[0].figures.keys)) { $0.intersection($1.figures.keys) }
        return common.sorted().prefix(2000).map { key in (key, sides.map { $0.figures[key] ?? .nan }) }
            .filter { Set($0.1).count > 1 }.prefix(200).map { ($0.0, $0.1) }
    }

    private func print(
        _ names: [String], _ comparisons: [(name: String, result: ModelComparison)],
        _ figures: [(name: String, values: [Double])]
    ) {
        let console = common.console
        for (k, (name, result)) in comparisons.enumerated() {
            if k > 0 { console.result("") }
            console.result(
                "\(result.pairs) comparisons, rule \(result.rule), \(result.used) resamples, seed \(result.seed)")
            console.table(
                ["figure", names[0], name, "difference", "95 %", "chance"],
                result.differences.map {
                    [
                        $0.figure, Figure.rate($0.first), Figure.rate($0.second), Figure.rate($0.difference),
                        Figure.interval($0.interval), $0.chance.map { Figure.far($0) } ?? "–",
                    ]
                })
            let m = result.mcnemar
            console.result(
                "McNemar: only \(names[0]) right \(m.onlyFirst), only \(name) right \(m.onlySecond), exact chance "
                    + Figure.far(m.chance))
        }
        guard !figures.isEmpty else { return }
        console.result("")
        console.table(["figure of the reports"] + names, figures.map { [$0.name] + $0.values.map { Figure.rate($0) } })
    }
}

private struct CompareOutput: Encodable {
    struct Comparison: Encodable {
        /// Compared with the first run.
        let run: String
        let result: ModelComparison
    }
    struct Row: Encodable {
        let figure: String
        let values: [Double]
    }

    let `protocol` = "comparison"
    let runs: [String]
    let comparisons: [Comparison]
    /// Numbers of the reports that differ, one value a run.
    let figures: [Row]

    enum CodingKeys: String, CodingKey { case `protocol`, runs, comparisons, figures }
}
