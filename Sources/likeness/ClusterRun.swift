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
            likeness cluster faces.npy --out groups.npy
            likeness cluster faces.npy --method knn-dbscan --set threshold=0.46 --out groups.npy
            likeness cluster faces.npy --graph faces.graph --method hac-sparse --truth people.npy

            The labels count groups from 0 on; −1 is nobody. Without a method one is chosen from the faces themselves, and \
            why is said on standard error. --list names the methods and their settings.
            """)

    /// How firm the choice of auto is gets measured without being asked for up to so many faces: it takes seconds.
    private static let stabilityRows = 50_000

    @Argument(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "vectors")) var vectors: String?
    @Option(help: ArgumentHelp("Method, see --list.", valueName: "name")) var method = AutoClusterer().method
    @Flag(help: "Choose method and threshold from the faces: --method auto, the default.") var auto = false
    @Flag(help: "Move each vector towards its neighbours first (feature aggregation); thresholds rise by it.")
    var aggregate = false
    @Flag(help: "Divide groups afterwards that are too large or too spread to be one person.") var divide = false
    @Option(
        help: ArgumentHelp(
            "Weights of a graph network in place of the shipped ones (.safetensors); may come several times.",
            valueName: "file"))
    var weights: [String] = []
    @Option(
        help: ArgumentHelp(
            "Of cdp: the graph of the same faces under another model; may come several times.", valueName: "file"))
    var committee: [String] = []
    @Option(help: ArgumentHelp("Of cdp: weights of the network that judges pairs (.safetensors).", valueName: "file"))
    var mediator: String?
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
        if method != CDPClusterer.name, !committee.isEmpty || mediator != nil {
            throw ValidationError("--committee and --mediator are of --method \(CDPClusterer.name).")
        }
        if input.saysMore, !committee.isEmpty || mediator != nil {
            throw ValidationError("With a committee or a mediator, --quality, --photos and --wishes do not count.")
        }
        if auto, method != AutoClusterer().method { throw ValidationError("--auto chooses the method itself.") }
        if let twice = Dictionary(grouping: set, by: \.name).first(where: { $0.value.count > 1 }) {
            throw ValidationError("--set \(twice.key) comes twice.")
        }
    }

    func run() throws {
        if list { return try printMethods() }
        guard let vectors else { return }
        let wishes = try input.said()
        var faces = try input.read(vectors, said: wishes, threads: common.threadCount)
        for line in wishes.overridden {
            common.console.warning("line \(line) of the wishes is overridden: later ones contradict it")
        }
        var settings = Dictionary(uniqueKeysWithValues: set.map { ($0.name, $0.value) })
        if method == AutoClusterer().method, settings[AutoClusterer.stability] == nil {
            settings[AutoClusterer.stability] = faces.count <= Self.stabilityRows ? 1 : 0
        }
        let clusterer =
            try committee.isEmpty && mediator == nil
            ? ClusterMethod.named(method).make(settings, seed: common.seed, weights: weights) : propagation(settings)
        if let out { try Output.requireFree([out], force: force) }
        let truth = try truth.map { (path) throws(LikenessError) in try ClusterTruth.read(path) }
        if aggregate { faces = try aggregated(faces) }
        let choice = try method == AutoClusterer().method ? choose(&faces) : nil
        let result = try ClusterRunResult(
            clusterer, faces, division: divide ? HugeGroupDivision() : nil, threads: common.threadCount)
        if let out { try NPY.write(labels: result.grouping.labels, to: out, force: force) }
        let report = try truth.map { (truth) throws(LikenessError) in
            try GroupingReport(truth: truth, predicted: result.grouping.labels)
        }
        try print(ClusterSummary(result, report: report, choice: choice, overridden: wishes.overridden))
    }

    /// Consensus-driven propagation with what other models say.
    private func propagation(_ settings: [String: Double]) throws(LikenessError) -> any Clusterer {
        var graphs: [NeighbourGraph] = []
        for path in committee { graphs.append(try NeighbourGraph(path)) }
        let network = try mediator.map { (path) throws(LikenessError) in try CDPMediator(path) }
        return try ClusterMethod.propagation(settings, committee: graphs, mediator: network)
    }

    /// What `auto` will do and why; large sets get their graph here, so that it is made once.
    private func choose(_ faces: inout ClusteringInput) throws(LikenessError) -> AutomaticChoice {
        if faces.graph == nil, faces.count > AutomaticChoice.fewFaces {
            let graph = try common.neighbours(faces.vectors, space: faces.space, k: 80)
            faces = try faces.with(graph: graph)
        }
        let choice = try AutomaticChoice(faces, threads: common.threadCount)
        common.console.note("\(choice.chosen.method): \(choice.chosen.reason)")
        for next in choice.runnersUp { common.console.note("instead: \(next.method): \(next.reason)") }
        return choice
    }

    private func aggregated(_ faces: ClusteringInput) throws(LikenessError) -> ClusteringInput {
        let aggregation = FeatureAggregation()
        let graph = try faces.neighbours(k: aggregation.neighbours, threads: common.threadCount)
        let moved = try aggregation.aggregated(
            faces.vectors, graph: graph, space: faces.space, threads: common.threadCount)
        // what a similarity meant before says nothing of these
        let space = EmbeddingSpace(
            id: "\(faces.space.id)+aggregated", dimension: faces.space.dimension, metric: .cosine, normalised: true)
        return try ClusteringInput(
            vectors: moved.vectors, space: space, quality: faces.quality, photos: faces.photos, same: faces.same,
            different: faces.different, pinned: faces.pinned)
    }

    private func print(_ summary: ClusterSummary) throws {
        let console = common.console
        if let warning = summary.warning { console.warning(warning) }
        if let stability = summary.parameters[AutoClusterer.stability] {
            let share = Figure.rate(stability)
            console.note(
                stability >= AutoClusterer.firm
                    ? "firm: a little more or less strictly the same groups come out (pair agreement \(share))"
                    : "not firm: a little more or less strictly other groups come out (pair agreement \(share))")
        }
        if common.json { return try console.json(summary) }
        console.table(
            ["method", "faces", "groups", "of one", "largest", "nobody", "seconds", "CPU s", "MB"],
            [
                [
                    summary.method, "\(summary.faces)", "\(summary.groups)", "\(summary.singletons)",
                    "\(summary.largest)", "\(summary.nobody)", String(format: "%.2f", summary.seconds),
                    String(format: "%.2f", summary.processorSeconds),
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
    let processorSeconds: Double
    let peakBytes: Int?
    let warning: String?
    /// Of `auto`: the method it chose and why.
    let chosen: String?
    let reason: String?
    let report: GroupingReport?
    /// Lines of wishes that later ones contradict.
    let overriddenWishes: [Int]

    init(_ result: ClusterRunResult, report: GroupingReport?, choice: AutomaticChoice?, overridden: [Int]) {
        overriddenWishes = overridden
        chosen = choice?.chosen.method
        reason = choice?.chosen.reason
        let sizes = result.grouping.members.map(\.count)
        method = result.grouping.method
        parameters = result.grouping.parameters
        faces = result.grouping.labels.count
        groups = sizes.count
        singletons = sizes.count { $0 == 1 }
        largest = sizes.max() ?? 0
        nobody = result.grouping.labels.count { $0 < 0 }
        seconds = result.seconds
        processorSeconds = result.processorSeconds
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
