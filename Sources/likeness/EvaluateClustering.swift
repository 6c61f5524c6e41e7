import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate clustering`: agreement of a grouping with the truth.
struct EvaluateClustering: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clustering", abstract: "Measures a grouping against true identities.",
        discussion: """
            likeness evaluate clustering --labels found.npy --truth people.npy

            likeness evaluate clustering --labels best.npy --truth people.npy --at 0.5=l50.npy --at 0.6=l60.npy --out report

            −1 in the truth is an unknown person (left out), −1 in the labels is nobody: a cluster of its own.
            """)

    @Option(help: ArgumentHelp("Cluster of each row (.npy).", valueName: "file")) var labels: String
    @Option(help: ArgumentHelp("True identity of each row (.npy).", valueName: "file")) var truth: String
    @Option(help: ArgumentHelp("List so many of the most mixed clusters.", valueName: "n")) var worst = 10
    @Option(
        help: ArgumentHelp(
            "Labels of the same faces at a threshold, for figures against the threshold; repeat it.",
            valueName: "threshold=file"))
    var at: [String] = []
    @Option(help: ArgumentHelp("Resamples of identities behind the intervals; 0 for none.", valueName: "n"))
    var resamples = 1000
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(0...100_000).contains(worst) { throw ValidationError("--worst takes 0…100000, not \(worst)") }
        if !(0...1_000_000).contains(resamples) {
            throw ValidationError("--resamples takes 0…1000000, not \(resamples)")
        }
        for entry in at where Self.split(entry) == nil {
            throw ValidationError("--at takes a threshold and a file as 0.5=labels.npy, not \(entry)")
        }
    }

    private static func split(_ entry: String) -> (threshold: Double, path: String)? {
        guard let sign = entry.firstIndex(of: "="), let t = Double(entry[..<sign]), t.isFinite else { return nil }
        let path = String(entry[entry.index(after: sign)...])
        return path.isEmpty ? nil : (t, path)
    }

    private func sweep(_ truth: [Int]) throws(LikenessError) -> ThresholdSweep? {
        guard !at.isEmpty else { return nil }
        var rows: [ThresholdSweep.Row] = []
        for (threshold, path) in at.compactMap(Self.split) {
            rows.append(.init(threshold: threshold, try GroupingReport(truth: truth, predicted: NPY.readLabels(path))))
        }
        return ThresholdSweep(method: "Labels given", rows: rows)
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let (truth, found) = (try NPY.readLabels(truth), try NPY.readLabels(labels))
        let report = try GroupingReport(truth: truth, predicted: found)
        let known = truth.indices.filter { truth[$0] >= 0 && found[$0] >= 0 }
        let table =
            known.isEmpty
            ? nil : try ContingencyTable(truth: known.map { truth[$0] }, predicted: known.map { found[$0] })
        let intervals =
            resamples > 0
            ? try GroupingIntervals(truth: truth, predicted: found, resamples: resamples, seed: common.seed) : nil
        let result = ClusteringOutput(
            report: report, intervals: intervals, worst: table?.worstClusters(worst) ?? [], sweep: try sweep(truth))
        try run.finish(
            result, report.truthKnown, "faces", inputs: [labels, self.truth] + at.compactMap { Self.split($0)?.path },
            print: { print(result) }
        ) {
            EvaluationReport(
                clustering: report, intervals: intervals, table: table, worst: result.worst, sweep: result.sweep)
        }
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
        if let i = result.intervals {
            console.result(
                "95 % of \(i.resamples) resamples of identities, seed \(i.seed): pairwise P \(Figure.interval(i.pairwise.precision)), "
                    + "R \(Figure.interval(i.pairwise.recall)), F \(Figure.interval(i.pairwise.f)); BCubed F "
                    + Figure.interval(i.bcubed.f))
        }
        if let sweep = result.sweep {
            console.result("")
            console.table(
                ["threshold", "pairwise P", "R", "F", "BCubed F", "clusters", "expansion"],
                sweep.rows.map { r in
                    [Figure.far(r.threshold)]
                        + [r.pairwise.precision, r.pairwise.recall, r.pairwise.f, r.bcubed.f].map { Figure.rate($0) }
                        + ["\(r.clusters)", Figure.rate(r.expansion)]
                })
        }
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
    let intervals: GroupingIntervals?
    let worst: [ClusterSummary]
    let sweep: ThresholdSweep?

    enum CodingKeys: String, CodingKey { case `protocol`, report, intervals, worst, sweep }
}
