import FaceCore

extension EvaluationReport {
    /// Figures of cohorts at one threshold; `curves` are theirs, by name.
    public init(cohorts report: CohortReport, column: String, curves: [(name: String, curve: ReceiverCurve)]) {
        self.init(
            title: "\(report.worst.name) is served worst: TAR \(ReportNumber.rate(report.worst.trueAcceptRate)), "
                + "\(ReportNumber.rate(report.gap)) below \(report.best.name)",
            subject:
                "Cohorts of \(column) at one threshold for all, FAR \(ReportNumber.far(report.far)) on all comparisons")
        let thin = report.cohorts.filter { !$0.hasEnoughImpostors }.map(\.name)
        if !thin.isEmpty {
            warnings.append(
                "Fewer than 30/FAR impostor comparisons (rule of 30): \(thin.joined(separator: ", ")). Their false accept "
                    + "rates are indicative.")
        }
        if !report.leftOut.isEmpty { warnings.append("Without both kinds: \(report.leftOut.joined(separator: ", ")).") }
        headlines = [
            Headline("Worst cohort", report.worst.name, "TAR \(ReportNumber.rate(report.worst.trueAcceptRate))"),
            Headline("Gap", ReportNumber.rate(report.gap), "best TAR minus worst TAR"),
            Headline(
                "FAR ratio", ReportNumber.fixed(report.falseAcceptRatio, 2),
                "\(report.mostFalseAccepts.name) has the most"),
            Headline(
                "Threshold", report.global.threshold.map { ReportNumber.fixed($0, 4) } ?? "–",
                "rule step on all comparisons"),
        ]
        plots = [
            Self.bars(
                "false-rejects", "False rejects of each cohort", "share of genuine comparisons rejected", report,
                value: { 1 - $0.trueAcceptRate },
                interval: { $0.trueAcceptInterval.map { Interval(low: 1 - $0.high, high: 1 - $0.low) } }),
            Self.bars(
                "false-accepts", "False accepts of each cohort", "share of impostor comparisons accepted", report,
                value: { $0.falseAcceptRate }, interval: { $0.falseAcceptInterval }),
            Self.receivers(curves),
        ]
        tables = [Self.table(report)]
        settings = [
            Setting("Protocol", "cohorts"), Setting("Column", column), Setting("FAR convention", "step"),
            Setting("Target FAR", ReportNumber.far(report.far)),
        ]
    }

    private static func bars(
        _ id: String, _ title: String, _ axis: String, _ report: CohortReport,
        value: (CohortReport.Cohort) -> Double, interval: (CohortReport.Cohort) -> Interval?
    ) -> Plot {
        let cohorts = report.cohorts.prefix(30)
        let intervals = cohorts.map(interval)
        return Plot(
            id, title: title,
            caption: "At the threshold of all, with 95 % intervals over resampled people where known.",
            x: .init("cohort"), y: .init(axis, from: 0), legend: .none,
            series: [
                Plot.Series(
                    "", .bars, x: cohorts.indices.map(Double.init), y: cohorts.map(value),
                    low: intervals.map { $0?.low ?? .nan }, high: intervals.map { $0?.high ?? .nan },
                    categories: cohorts.map(\.name), colour: id == "false-rejects" ? 0 : 1)
            ])
    }

    private static func receivers(_ curves: [(name: String, curve: ReceiverCurve)]) -> Plot {
        let shown = curves.prefix(8)
        let series = shown.enumerated().map { k, entry in
            let (far, tar) = entry.curve.sampled(steps: 200)
            let kept = far.indices.filter { far[$0] >= VerificationPlots.dottedFrom(entry.curve.impostors) }
            return Plot.Series(entry.name, .line, x: kept.map { far[$0] }, y: kept.map { tar[$0] }, colour: k)
        }
        let low = shown.map { VerificationPlots.dottedFrom($0.curve.impostors) }.min() ?? 1e-3
        return Plot(
            "roc", title: "Receiver operating characteristic of each cohort",
            caption: "Each cohort by itself; nothing is drawn below 3 expected false accepts."
                + (curves.count > 8 ? " The first 8 of \(curves.count)." : ""),
            x: .init("false accept rate", .logarithmic, from: VerificationPlots.decade(below: low), to: 1),
            y: .init("true accept rate", from: VerificationPlots.floorOfAxis(series.flatMap(\.y).min() ?? 0), to: 1),
            series: series)
    }

    private static func table(_ report: CohortReport) -> Table {
        let accuracy = report.cohorts.contains { $0.accuracy != nil }
        return Table(
            "Cohorts", note: "In order of first appearance; own TAR uses a threshold of the cohort's own.",
            header: ["cohort", "genuine", "impostor", "TAR", "95 %", "FAR", "AUC", "own TAR"]
                + (accuracy ? ["accuracy, k folds"] : []) + [""],
            rows: report.cohorts.map { c in
                [
                    c.name, ReportNumber.count(c.genuine), ReportNumber.count(c.impostors),
                    ReportNumber.rate(c.trueAcceptRate),
                ]
                    + [ReportNumber.interval(c.trueAcceptInterval), ReportNumber.rate(c.falseAcceptRate)]
                    + [ReportNumber.rate(c.auc), ReportNumber.rate(c.own.trueAcceptRate)]
                    + (accuracy ? [ReportNumber.rate(c.accuracy)] : [])
                    + [c.hasEnoughImpostors ? "" : "too few impostors"]
            })
    }
}
