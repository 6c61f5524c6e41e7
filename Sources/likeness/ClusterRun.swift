import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceSpace
import Foundation

/// `likeness cluster V.npy`: groups vectors by one method.
struct ClusterRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Groups vectors by one method (default).",
        discussion: """
            likeness cluster faces.npy --method knn-dbscan --set threshold=0.46 --out groups.npy
            likeness cluster faces.npy --graph faces.graph --method hac-sparse --truth people.npy

            The labels count groups from 0 on; −1 is nobody. --list names the methods and their settings.
            """)

    @Argument(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "vectors")) var vectors: String?
    @Option(help: ArgumentHelp("Method, see --list.", valueName: "name")) var method = "evidence"
    @Option(help: ArgumentHelp("A setting of the method; may come several times.", valueName: "name=value"))
    var set: [SettingArgument] = []
    @Option(help: ArgumentHelp("Write the group of each row here (.npy).", valueName: "file")) var out: String?
    @Option(
        help: ArgumentHelp(
            "Measure: the person of each row, −1 for unknown (.npy), or names whose folder is the person.",
            valueName: "file"))
    var truth: String?
    @Flag(help: "List the methods and their settings.") var list = false
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var input: ClusterInput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if vectors == nil, !list { throw ValidationError("Name a file of vectors, or say --list.") }
        if let twice = Dictionary(grouping: set, by: \.name).first(where: { $0.value.count > 1 }) {
            throw ValidationError("--set \(twice.key) comes twice.")
        }
    }

    func run() throws {
        if list { return try printMethods() }
        guard let vectors else { return }
        let settings = Dictionary(uniqueKeysWithValues: set.map { ($0.name, $0.value) })
        let clusterer = try ClusterMethod.named(method).make(settings, seed: common.seed)
        if let out { try Output.requireFree([out], force: force) }
        let faces = try input.read(vectors, threads: common.threadCount)
        let truth = try truth.map { (path) throws(LikenessError) in try ClusterTruth.read(path) }
        let result = try ClusterRunResult(clusterer, faces, threads: common.threadCount)
        if let out { try NPY.write(labels: result.grouping.labels, to: out, force: force) }
        let report = try truth.map { (truth) throws(LikenessError) in
            try GroupingReport(truth: truth, predicted: result.grouping.labels)
        }
        try print(ClusterSummary(result, report: report))
    }

    private func print(_ summary: ClusterSummary) throws {
        let console = common.console
        if let warning = summary.warning { console.warning(warning) }
        if common.json { return try console.json(summary) }
        console.table(
            ["method", "faces", "groups", "of one", "largest", "nobody", "seconds", "MB"],
            [
                [
                    summary.method, "\(summary.faces)", "\(summary.groups)", "\(summary.singletons)",
                    "\(summary.largest)", "\(summary.nobody)", String(format: "%.2f", summary.seconds),
                    summary.peakBytes.map { "\($0 >> 20)" } ?? "–",
                ]
            ])
        guard let m = summary.report?.noiseAsSingletons else { return }
        console.result("")
        console.table(
            ["pairwise P", "R", "F", "BCubed P", "R", "F", "NMI (arith.)", "clusters", "people"],
            [
                [
                    m.pairwise.precision, m.pairwise.recall, m.pairwise.f, m.bcubed.precision, m.bcubed.recall,
                    m.bcubed.f, m.nmi.arithmetic,
                ].map { Figure.rate($0) } + ["\(m.clusters)", "\(m.identities)"]
            ])
    }

    private func printMethods() throws {
        let console = common.console
        if common.json { return try console.json(ClusterMethod.all.map(MethodDescription.init)) }
        for method in ClusterMethod.all {
            console.result("\(method.name): \(method.summary)")
            for setting in method.settings {
                let standard = setting.standard.map { String(format: "%g", $0) } ?? "needed"
                console.result("    \(setting.name) (\(standard)): \(setting.meaning)")
            }
        }
    }
}

/// What `cluster` prints.
private struct ClusterSummary: Encodable {
    let method: String
    let parameters: [String: Double]
    let faces: Int
    let groups: Int
    let singletons: Int
    let largest: Int
    let nobody: Int
    let seconds: Double
    let peakBytes: Int?
    let warning: String?
    let report: GroupingReport?

    init(_ result: ClusterRunResult, report: GroupingReport?) {
        let sizes = result.grouping.members.map(\.count)
        method = result.grouping.method
        parameters = result.grouping.parameters
        faces = result.grouping.labels.count
        groups = sizes.count
        singletons = sizes.count { $0 == 1 }
        largest = sizes.max() ?? 0
        nobody = result.grouping.labels.count { $0 < 0 }
        seconds = result.seconds
        peakBytes = result.peakBytes
        let limit = max(1000, faces / 50)
        warning =
            largest > limit
            ? "the largest group has \(largest) of \(faces) faces: possibly a chain of look-alikes" : nil
        self.report = report
    }
}

private struct MethodDescription: Encodable {
    struct Setting: Encodable {
        let name: String
        let standard: Double?
        let meaning: String
    }

    let name: String
    let summary: String
    let settings: [Setting]

    init(_ method: ClusterMethod) {
        name = method.name
        summary = method.summary
        settings = method.settings.map { Setting(name: $0.name, standard: $0.standard, meaning: $0.meaning) }
    }
}
