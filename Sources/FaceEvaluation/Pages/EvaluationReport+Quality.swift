import FaceCore

extension EvaluationReport {
    /// Error-versus-discard curves of quality columns.
    public init(quality report: QualityReport) {
        let best = report.columns.max { $0.start.gain ?? -9 < $1.start.gain ?? -9 }
        let first = report.columns[0]
        self.init(
            title: Self.verdict(first),
            subject:
                "\(ReportNumber.count(first.genuine)) genuine comparisons of which \(ReportNumber.rate(report.falseRejectRate)) "
                + "fail at \(ReportNumber.fixed(report.threshold, 4)); the quality of a comparison is the \(report.combination.rawValue)"
        )
        if report.missing > 0 {
            warnings = [
                "\(ReportNumber.count(report.missing)) comparisons have a side without qualities and are left out."
            ]
        }
        headlines = [
            Headline(
                "\(first.name): gain to 20 %", ReportNumber.fixed(first.start.gain ?? .nan, 3),
                "95 % \(ReportNumber.interval(first.gainInterval)); 1 perfect, 0 useless"),
            Headline("Gain to 95 %", ReportNumber.fixed(first.curve.gain ?? .nan, 3), first.name),
        ]
        if let best, best.name != first.name {
            headlines.append(
                Headline("Best column", best.name, "gain to 20 % \(ReportNumber.fixed(best.start.gain ?? .nan, 3))"))
        }
        plots = [Self.errorsPlot(report), Self.falseAccepts(report), Self.verdicts(first)]
        tables = [
            Table(
                "Columns", note: "Gain = (flat − area)/(flat − ideal) of the curve to 20 % and to 95 %.",
                header: ["quality", "genuine", "gain to 20 %", "95 %", "gain to 95 %", "errors left at 20 %"],
                rows: report.columns.map { c in
                    [
                        c.name, ReportNumber.count(c.genuine), ReportNumber.fixed(c.start.gain ?? .nan, 3),
                        c.gainInterval.map { "\(ReportNumber.fixed($0.low, 3)) … \(ReportNumber.fixed($0.high, 3))" }
                            ?? "–",
                        ReportNumber.fixed(c.curve.gain ?? .nan, 3), ReportNumber.rate(c.start.points.last?.errors),
                    ]
                })
        ]
        settings = [
            Setting("Protocol", "error versus discard"),
            Setting("Quality of a comparison", report.combination.rawValue),
            Setting("Threshold", ReportNumber.fixed(report.threshold, 6)),
            Setting("False rejects at no discard", ReportNumber.rate(report.falseRejectRate)),
        ]
    }

    private static func verdict(_ c: QualityReport.Column) -> String {
        guard let gain = c.start.gain else { return "There is no error that \(c.name) could foresee" }
        if let interval = c.gainInterval, interval.low <= 0 {
            return "\(c.name) does not foresee errors beyond chance: gain \(ReportNumber.fixed(gain, 2))"
        }
        return "\(c.name) foresees errors: gain \(ReportNumber.fixed(gain, 2)) in the worst fifth"
    }

    /// The first column and the four that gain most: more lines cannot be told apart.
    private static func shown(_ report: QualityReport) -> [QualityReport.Column] {
        let others = report.columns.dropFirst().sorted { $0.start.gain ?? -9 > $1.start.gain ?? -9 }
        return Array(report.columns.prefix(1) + others.prefix(4))
    }

    private static func errorsPlot(_ report: QualityReport) -> Plot {
        let shown = shown(report)
        var series = shown.enumerated().map { k, c in
            let kept = c.curve.points.filter { $0.errors != nil }
            return Plot.Series(
                c.name, .line, x: kept.map(\.discarded), y: kept.map { $0.errors ?? 0 }, colour: k)
        }
        if let first = shown.first {
            let start = first.curve.points[0].errors ?? 0
            series.append(
                Plot.Series(
                    "ideal", .dotted, x: first.curve.points.map(\.discarded), y: first.curve.points.map(\.ideal),
                    colour: 5))
            series.append(Plot.Series("useless", .dotted, x: [0, 0.95], y: [start, start], colour: 5))
        }
        return Plot(
            "error-discard", title: "Errors against the discarded share",
            caption: "False rejects among the genuine comparisons that are left when those of lowest quality go first "
                + "(Grother & Tabassi 2007), between a perfect quality and a useless one; the first column and the four that gain most.",
            x: .init("share discarded", from: 0, to: 0.95), y: .init("false reject rate", from: 0), legend: .above,
            series: series)
    }

    private static func falseAccepts(_ report: QualityReport) -> Plot {
        Plot(
            "false-accepts", title: "False accepts against the discarded share",
            caption:
                "At the same threshold, among the impostor comparisons that are left. A quality that raises these selects "
                + "faces that look like everybody.",
            x: .init("share discarded", from: 0, to: 0.95), y: .init("false accept rate", from: 0), legend: .above,
            series: shown(report).enumerated().map { k, c in
                Plot.Series(c.name, .line, x: c.falseAccepts.map(\.discarded), y: c.falseAccepts.map(\.rate), colour: k)
            })
    }

    private static func verdicts(_ c: QualityReport.Column) -> Plot {
        let all = c.accepted + c.rejected
        let (low, high) = (all.min() ?? 0, all.max() ?? 1)
        let bins = 40
        let width = max(1e-9, (high - low) / Double(bins))
        func density(_ values: [Double]) -> [Double] {
            var counts = [Double](repeating: 0, count: bins)
            for v in values { counts[min(bins - 1, Int((v - low) / width))] += 1 }
            return counts.map { values.isEmpty ? 0 : $0 / Double(values.count) / width } + [0]
        }
        let edges = (0...bins).map { low + Double($0) * width }
        return Plot(
            "verdicts", title: "\(c.name) of comparisons by verdict",
            caption:
                "Density of the quality of genuine comparisons that are accepted and of those that are rejected; a useful "
                + "quality moves them apart.",
            x: .init("quality of the comparison"), y: .init("density", from: 0), legend: .topLeft,
            series: [
                Plot.Series("accepted", .steps, x: edges, y: density(c.accepted), colour: 0),
                Plot.Series("rejected", .steps, x: edges, y: density(c.rejected), colour: 1),
            ])
    }
}
