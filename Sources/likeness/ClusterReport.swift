import FaceEvaluation
import Foundation

extension EvaluationReport {
    /// The page of `cluster compare`.
    init(_ comparison: ClusterComparison) {
        let measured = comparison.methods.filter { $0.standard != nil }
        let best = measured.max { ($0.standard?.pairwise.f ?? 0) < ($1.standard?.pairwise.f ?? 0) }
        self.init(
            title: best.map { "\($0.method) groups best at its standard setting" }
                ?? "No method could group these faces",
            subject: "\(comparison.faces) faces of \(comparison.people) people, one graph of \(comparison.neighbours) "
                + "neighbours for all methods")
        warnings = ["The best setting is chosen with the labels, which nobody has at home."]
        if let best, let point = best.standard {
            headlines = [
                Headline("pairwise F", ReportNumber.rate(point.pairwise.f), "\(best.method), standard setting"),
                Headline("BCubed F", ReportNumber.rate(point.bcubed.f), "the same"),
                Headline("NMI", ReportNumber.rate(point.nmi), "arithmetic mean of the entropies"),
            ]
        }
        plots = [Self.curves(measured)].compactMap { $0 }
        plots.append(
            Self.bars("seconds", "Time at the standard setting", "seconds, without the graph", measured) {
                $0.standard?.seconds
            })
        if measured.contains(where: { $0.standard?.peakBytes != nil }) {
            plots.append(
                Self.bars("memory", "Peak memory of the program", "MB", measured) {
                    $0.standard?.peakBytes.map { Double($0 >> 20) }
                })
        }
        tables = [Self.table(comparison)]
        settings = [
            Setting("Protocol", comparison.protocol), Setting("Neighbours", "\(comparison.neighbours)"),
            Setting("Unassigned faces", "groups of one"),
        ]
    }

    private static func curves(_ methods: [ClusterComparison.Entry]) -> Plot? {
        let series = methods.compactMap { entry -> Plot.Series? in
            let points = entry.points.compactMap { point in point.similarity.map { ($0, point.pairwise.f) } }
                .sorted { $0 < $1 }
            guard points.count > 1 else { return nil }
            return Plot.Series(entry.method, .linePoints, x: points.map(\.0), y: points.map(\.1))
        }
        guard !series.isEmpty else { return nil }
        return Plot(
            "f-threshold", title: "Pairwise F over the similarity at which a method cuts",
            caption: "A method that keeps its height over a wide range forgives a wrong threshold.",
            x: .init("similarity"), y: .init("pairwise F", from: 0, to: 1), legend: .bottomLeft, series: series)
    }

    private static func bars(
        _ id: String, _ title: String, _ axis: String, _ methods: [ClusterComparison.Entry],
        _ value: (ClusterComparison.Entry) -> Double?
    ) -> Plot {
        let values = methods.map { value($0) ?? 0 }
        return Plot(
            id, title: title, caption: "One run each, in the order of the table; the machine's load is in it.",
            x: .init("method"), y: .init(axis, from: 0), legend: .none,
            series: [
                Plot.Series(
                    "", .bars, x: methods.indices.map(Double.init), y: values, categories: methods.map(\.method),
                    colour: 0)
            ])
    }

    private static func table(_ comparison: ClusterComparison) -> Table {
        Table(
            "Methods", note: "Pairwise and BCubed F and NMI at the standard setting, and at the best for pairwise F.",
            header: ClusterComparison.header, rows: comparison.rows)
    }
}

extension ClusterComparison {
    static let header = [
        "method", "F", "BCubed F", "NMI", "seconds", "CPU s", "MB", "best F", "BCubed F", "NMI",
        "with the labels chosen",
    ]

    /// One row a method.
    var rows: [[String]] {
        methods.map { entry in
            [entry.method] + Self.figures(entry.standard) + [
                entry.standard.map { String(format: "%.1f", $0.seconds) } ?? "–",
                entry.standard.map { String(format: "%.1f", $0.processorSeconds) } ?? "–",
                entry.standard?.peakBytes.map { "\($0 >> 20)" } ?? "–",
            ] + Self.figures(entry.best) + [entry.best?.described ?? entry.failure ?? ""]
        }
    }

    private static func figures(_ point: Point?) -> [String] {
        guard let point else { return ["–", "–", "–"] }
        return [point.pairwise.f, point.bcubed.f, point.nmi].map { String(format: "%.4f", $0) }
    }
}
