import FaceEvaluation

/// The page of `evaluate incremental`.
struct IncrementalReport {
    private typealias Step = IncrementalStream.Step
    private let steps: [IncrementalStream.Step]
    /// The steps of each method, in the order in which they were run.
    private let methods: [(name: String, steps: [IncrementalStream.Step])]

    init(_ steps: [IncrementalStream.Step]) {
        self.steps = steps
        let byName = Dictionary(grouping: steps, by: \.method)
        methods = IncrementalStream.Method.allCases.compactMap { method in
            byName[method.rawValue].map { (method.rawValue, $0) }
        }
    }

    var page: EvaluationReport {
        var page = EvaluationReport(
            title: "Grouping that grows, batch by batch",
            subject: "\(steps.map(\.rows).max() ?? 0) faces in \(steps.map(\.batch).max() ?? 0) batches")
        page.headlines = methods.compactMap { name, own in
            own.last.map {
                .init(
                    "Pairwise F of \(name)", Format.number($0.f, 4),
                    "after the last batch; BCubed F \(Format.number($0.bcubedF, 4))")
            }
        }
        let all = "After each batch, over all rows so far; rows that belong to nobody are groups of one."
        page.plots = [
            plot("pairwise-f", "Pairwise F", all, rate("pairwise F", \.f), .bottomRight, \.f),
            plot("bcubed-f", "BCubed F", all, rate("BCubed F", \.bcubedF), .bottomRight, \.bcubedF),
            plot(
                "expansion", "Groups an identity", "Mean over identities of two or more rows; 1 is perfect.",
                .init("expansion", from: 1, to: roof(1, \.expansion)), .topRight, \.expansion),
            plot(
                "seconds", "Time of a batch", "`full` groups all rows so far anew at every batch.",
                .init("seconds", from: 0, to: roof(0, \.seconds)), .topLeft, \.seconds),
        ]
        page.tables = methods.map { name, own in table(name, own) }
        return page
    }

    /// `full` is dotted: where it equals `density` both can be seen.
    private func plot(
        _ id: String, _ title: String, _ caption: String, _ axis: Plot.Axis, _ legend: Plot.Legend,
        _ value: KeyPath<Step, Double>
    ) -> Plot {
        Plot(
            id, title: title, caption: caption, x: .init("batch"), y: axis, legend: legend,
            series: methods.map { name, own in
                Plot.Series(
                    name, name == "full" ? .dotted : .linePoints, x: own.map { Double($0.batch) },
                    y: own.map { $0[keyPath: value] })
            })
    }

    /// From below the lowest value, so that the legend has room under the lines, to 1.
    private func rate(_ name: String, _ value: KeyPath<Step, Double>) -> Plot.Axis {
        let low = steps.map { $0[keyPath: value] }.min() ?? 0
        return Plot.Axis(name, from: max(0, low - 0.6 * max(0.001, 1 - low)), to: 1)
    }

    /// Above the highest value, so that the legend has room over the lines.
    private func roof(_ base: Double, _ value: KeyPath<Step, Double>) -> Double {
        let high = steps.map { $0[keyPath: value] }.max() ?? base
        return base + 1.5 * max(0.001, high - base)
    }

    private func table(_ name: String, _ own: [Step]) -> EvaluationReport.Table {
        EvaluationReport.Table(
            name,
            note:
                "P, R, F: pairwise. A new row: compared rows and centres, and touched ones (read or written beside the search).",
            header: [
                "batch", "rows", "P", "R", "F", "BCubed F", "expansion", "groups", "seconds", "compared", "centres",
                "touched",
            ],
            rows: own.map { s in
                ["\(s.batch)", "\(s.rows)"]
                    + [s.precision, s.recall, s.f, s.bcubedF].map { Format.number($0, 4) }
                    + [
                        Format.number(s.expansion, 3), "\(s.groups)", Format.number(s.seconds, 2),
                        Format.number(s.comparedPerRow, 0), Format.number(s.centresPerRow, 0),
                        name == "absorb" ? "–" : Format.number(s.touchedPerRow, 1),
                    ]
            })
    }
}
