import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate clustering`: agreement of a grouping with the truth.
struct EvaluateClustering: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clustering", abstract: "Measures a grouping against true identities.",
        discussion: """
            likeness evaluate clustering --labels found.npy --truth people.npy

            −1 in the truth is an unknown person (left out), −1 in the labels is nobody: a cluster of its own.
            """)

    @Option(help: ArgumentHelp("Cluster of each row (.npy).", valueName: "file")) var labels: String
    @Option(help: ArgumentHelp("True identity of each row (.npy).", valueName: "file")) var truth: String
    @Option(help: ArgumentHelp("List so many of the most mixed clusters.", valueName: "n")) var worst = 10
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(0...100_000).contains(worst) { throw ValidationError("--worst takes 0…100000, not \(worst)") }
    }

    func run() throws {
        let (truth, found) = (try NPY.readLabels(truth), try NPY.readLabels(labels))
        let report = try GroupingReport(truth: truth, predicted: found)
        let known = truth.indices.filter { truth[$0] >= 0 && found[$0] >= 0 }
        let table =
            known.isEmpty
            ? nil : try ContingencyTable(truth: known.map { truth[$0] }, predicted: known.map { found[$0] })
        let result = ClusteringOutput(report: report, worst: table?.worstClusters(worst) ?? [])
        try output.store(result)
        if common.json { try common.console.json(result) } else { print(result) }
    }

    private func print(_ result: ClusteringOutput) {
        let (console, r) = (common.console, result.report)
        console.result(
            "\(r.truthKnown) faces of \(r.noiseAsSingletons.identities) people, coverage \(Figure.rate(r.coverage))")
        console.result("")
        var rows = [("nobody's faces apart", r.noiseAsSingletons)]
        if let m = r.noiseDropped { rows.append(("covered faces only", m)) }
        if let m = r.noiseAsOneCluster { rows.append(("−1 as a name (misleading)", m)) }
        console.table(
            ["", "pairwise P", "R", "F", "BCubed P", "R", "F", "NMI (arith.)", "ARI", "clusters", "expansion"],
            rows.map { name, m in
                let figures = [
                    m.pairwise.precision, m.pairwise.recall, m.pairwise.f, m.bcubed.precision, m.bcubed.recall,
                    m.bcubed.f,
                    m.nmi.arithmetic, m.ari,
                ]
                return [name] + figures.map { Figure.rate($0) } + ["\(m.clusters)", Figure.rate(m.expansionMean)]
            })
        guard !result.worst.isEmpty else { return }
        console.result("")
        console.table(
            ["most mixed clusters", "faces", "people", "purity"],
            result.worst.map { ["\($0.label)", "\($0.size)", "\($0.identities)", Figure.rate($0.purity)] })
    }
}

private struct ClusteringOutput: Encodable {
    let `protocol` = "clustering"
    let report: GroupingReport
    let worst: [ClusterSummary]

    enum CodingKeys: String, CodingKey { case `protocol`, report, worst }
}
