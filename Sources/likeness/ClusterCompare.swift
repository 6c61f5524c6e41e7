import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceSpace
import Foundation

/// `likeness cluster compare`: all methods on one file and one graph.
struct ClusterCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Measures every method on one file, at its standard and at its best setting.",
        discussion: """
            likeness cluster compare faces.npy --truth people.npy --out report
            likeness cluster compare faces.npy --truth people.npy --methods evidence,hac-sparse,dbscan

            The best setting is chosen with the labels, which nobody has at home: it says what a method could do, the \
            standard one what it does. Methods that need the number of groups are told it.
            """)

    @Argument(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "vectors")) var vectors: String
    @Option(
        help: ArgumentHelp(
            "The person of each row, −1 for unknown (.npy), or names whose folder is the person.", valueName: "file"))
    var truth: String
    @Option(help: ArgumentHelp("Methods, separated by commas (default: all).", valueName: "names")) var methods: String?
    @Option(help: ArgumentHelp("Neighbours of each face in the graph that is made.", valueName: "n")) var k = 80
    @Flag(help: "Standard settings only.") var noSweep = false
    @OptionGroup var input: ClusterInput
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...10_000).contains(k) { throw ValidationError("--k takes 1…10000, not \(k)") }
    }

    func run() throws {
        let chosen = try methods.map { (names) throws(LikenessError) in
            var found: [ClusterMethod] = []
            for name in names.split(separator: ",") { found.append(try ClusterMethod.named(String(name))) }
            return found
        }
        let run = try EvaluationRun(output, common)
        let labels = try ClusterTruth.read(truth)
        let faces = try input.read(vectors, threads: common.threadCount)
        let comparison = try ClusterComparison(
            faces, truth: labels, methods: chosen ?? ClusterMethod.all.filter { !$0.needsWeights }, k: k,
            sweeps: !noSweep, seed: common.seed,
            threads: common.threadCount, console: common.console)
        try run.finish(
            comparison, comparison.faces, "faces", inputs: [vectors, truth], print: { print(comparison) }
        ) { EvaluationReport(comparison) }
    }

    private func print(_ comparison: ClusterComparison) {
        let console = common.console
        console.result(
            "\(comparison.faces) faces of \(comparison.people) people; graph of k = \(comparison.neighbours)"
                + (comparison.graphSeconds.map { String(format: " in %.1f s", $0) } ?? ""))
        console.result("")
        console.table(ClusterComparison.header, comparison.rows)
    }
}
