import ArgumentParser
import FaceCore
import FaceSpace
import FaceVision
import Foundation

/// `likeness cluster synth`: vectors of people who do not exist, with their truth.
struct ClusterSynth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Makes vectors of synthetic identities of known truth, of any number.",
        discussion: """
            likeness cluster synth --preset ms1m --n 584013 --out set.npy
            likeness cluster synth --preset album --n 20000 --seed 7 --set drift=1 --set labelNoise=0.02 --out set.npy

            Beside set.npy and its side-car set.json: set.labels.npy, set.truth.npy (without label noise), \
            set.times.npy, and set.kinds.npy (0 plain, 1 hard, 2 between two people, 3 nearly a copy, 4 nobody). The \
            same seed gives the same bytes. Presets: \(SyntheticRecipe.presets.joined(separator: ", ")).
            """)

    @Option(help: ArgumentHelp("What the people are like.", valueName: "name")) var preset = "ms1m"
    @Option(help: ArgumentHelp("Number of vectors.", valueName: "rows")) var n: Int
    @Option(help: ArgumentHelp("Change a number of the recipe.", valueName: "name=value"))
    var set: [String] = []
    @Option(help: ArgumentHelp("File of the vectors (.npy).", valueName: "file")) var out: String
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let recipe = try SyntheticRecipe(preset: preset).changed(set)
        let made = try SyntheticIdentities(recipe, rows: n, seed: common.seed)
        try Output.requireFree(SyntheticIdentities.Files(out).all, force: force)
        let (console, started) = (common.console, ContinuousClock.now)
        let meter = ProgressMeter("rows", total: n) { report in
            console.progress(report.isFinished ? "" : "\(report.done) of \(report.total ?? 0) rows")
        }
        let files = try made.write(to: out, threads: common.threadCount, force: force, progress: meter)
        let result = SynthOutput(
            rows: n, dimension: recipe.dimension, identities: made.identities, meanSize: made.meanSize,
            outliers: made.outliers, seed: common.seed, preset: preset, recipe: recipe, files: files)
        if common.json { return try console.json(result) }
        console.result(
            "\(n) vectors of \(recipe.dimension) values, \(made.identities) people of "
                + "\(Format.number(made.meanSize, 1)) on average, \(made.outliers) of nobody: \(out)")
        console.note("\(Format.number(started.secondsUntilNow, 1)) s")
    }
}

private struct SynthOutput: Encodable {
    let rows, dimension, identities: Int
    let meanSize: Double
    let outliers: Int
    let seed: UInt64
    let preset: String
    let recipe: SyntheticRecipe
    let files: SyntheticIdentities.Files
}

extension SyntheticRecipe {
    /// The recipe with numbers replaced as the command line says: "drift=1".
    fileprivate func changed(_ changes: [String]) throws -> SyntheticRecipe {
        var values = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self)) as? [String: Any] ?? [:]
        for change in changes {
            let parts = change.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let old = values[parts[0]] else {
                throw LikenessError(
                    .usage, subject: change, "this changes no number of the recipe",
                    remedy: "say name=value with one of \(values.keys.sorted().joined(separator: ", "))")
            }
            if old is String {
                values[parts[0]] = parts[1]
            } else if let number = Double(parts[1]), number.isFinite {
                values[parts[0]] = number
            } else {
                throw LikenessError(.usage, subject: change, "\(parts[1]) is no number")
            }
        }
        let data = try JSONSerialization.data(withJSONObject: values)
        do { return try JSONDecoder().decode(SyntheticRecipe.self, from: data) } catch {
            throw LikenessError(.usage, subject: changes.joined(separator: " "), "a value is not of its kind")
        }
    }
}
