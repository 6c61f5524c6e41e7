public import FaceCore

extension EvaluationReport {
    /// Several runs in one figure each, with the differences of each to the first.
    ///
    /// `comparisons` are those of the runs after the first, where scores of the same comparisons are at hand.
    public init(
        comparing names: [String], plots: [[Plot]], comparisons: [(name: String, result: ModelComparison)],
        figures: [[String]] = []
    ) {
        self.init(title: Self.verdict(names, comparisons), subject: names.joined(separator: " · "))
        let runs = zip(names, plots).map { (name: $0, plots: $1) }
        self.plots = (plots.first ?? []).compactMap { Plot.overlay($0.id, of: runs) }
        for (name, result) in comparisons {
            guard let accuracy = result.differences.first else { continue }
            headlines.append(
                Headline(
                    "\(name) − \(names[0])", Self.signed(accuracy.difference),
                    "accuracy, 95 % \(Self.interval(accuracy.interval)); McNemar \(Self.chance(result.mcnemar.chance))")
            )
        }
        if comparisons.count < names.count - 1 {
            warnings.append(
                "Scores of the same comparisons are at hand for \(comparisons.count) of \(names.count - 1) runs: the other "
                    + "differences come without a test.")
        }
        tables = comparisons.map { name, result in
            Table(
                "\(name) against \(names[0])",
                note:
                    "\(ReportNumber.count(result.pairs)) comparisons, rule \(result.rule), \(result.used) resamples of "
                    + "identities with the same draws for both, seed \(result.seed). McNemar: only \(names[0]) right "
                    + "\(result.mcnemar.onlyFirst), only \(name) right \(result.mcnemar.onlySecond), exact chance "
                    + "\(Self.chance(result.mcnemar.chance)).",
                header: ["figure", names[0], name, "difference", "95 %", "chance"],
                rows: result.differences.map { d in
                    [
                        d.figure, ReportNumber.fixed(d.first, 5), ReportNumber.fixed(d.second, 5),
                        Self.signed(d.difference), Self.interval(d.interval), d.chance.map(Self.chance) ?? "–",
                    ]
                })
        }
        if !figures.isEmpty {
            tables.append(
                Table(
                    "All figures", note: "Numbers that every run has and that differ, by their path in report.json.",
                    header: ["figure"] + names, rows: figures))
        }
        settings = [Setting("Protocol", "comparison"), Setting("Runs", "\(names.count)")]
    }

    private static func verdict(_ names: [String], _ comparisons: [(name: String, result: ModelComparison)]) -> String {
        guard comparisons.count == 1, let d = comparisons[0].result.differences.first else {
            return "\(names.count) runs side by side"
        }
        let clear = comparisons[0].result.mcnemar.chance < 0.05
        if !clear { return "\(names[0]) and \(comparisons[0].name) do not differ beyond chance" }
        let better = d.difference > 0 ? comparisons[0].name : names[0]
        return "\(better) is more accurate by \(ReportNumber.fixed(abs(d.difference), 4))"
    }

    private static func signed(_ x: Double) -> String {
        x.isFinite ? (x < 0 ? "−" : "+") + ReportNumber.fixed(abs(x), 5) : "–"
    }
    private static func interval(_ i: Interval?) -> String { i.map { "\(signed($0.low)) … \(signed($0.high))" } ?? "–" }
    private static func chance(_ p: Double) -> String { p < 0.001 ? "< 0.001" : ReportNumber.fixed(p, 3) }

    /// Set-to-set verification by several variants.
    public init(sets result: SetProtocol, summaries: [VerificationSummary]) throws(LikenessError) {
        let first = summaries[0]
        self.init(
            title: "Accuracy \(ReportNumber.fixed(first.accuracy?.mean ?? .nan, 4)) ± "
                + "\(ReportNumber.fixed(first.accuracy?.standardError ?? .nan, 4)) by \(result.variants[0].rawValue)",
            subject: "\(ReportNumber.count(first.pairs)) comparisons of \(ReportNumber.count(result.sets)) sets of "
                + "\(ReportNumber.fixed(result.sizes.mean, 1)) faces in the mean, \(result.sizes.largest) at most; rule "
                + "\(first.rule ?? "")")
        warnings = Self.warnings(first)
        headlines = zip(result.variants, summaries).prefix(4).map { v, s in
            Headline(
                v.rawValue, ReportNumber.fixed(s.accuracy?.mean ?? .nan, 4),
                "95 % \(ReportNumber.interval(s.accuracy?.interval)), EER \(ReportNumber.rate(s.eer))")
        }
        let curves = result.lists.map { ReceiverCurve($0.pairs) }
        let series = zip(result.variants, curves).prefix(8).enumerated().map { k, entry in
            let (far, tar) = entry.1.sampled(steps: 200)
            let kept = far.indices.filter { far[$0] >= VerificationPlots.dottedFrom(entry.1.impostors) }
            return Plot.Series(entry.0.rawValue, .line, x: kept.map { far[$0] }, y: kept.map { tar[$0] }, colour: k)
        }
        let low = VerificationPlots.dottedFrom(first.impostors)
        plots = [
            Plot(
                "roc", title: "Receiver operating characteristic of each variant",
                caption:
                    "How two sets become one similarity changes the figure: a published accuracy names its variant.",
                x: .init("false accept rate", .logarithmic, from: VerificationPlots.decade(below: low), to: 1),
                y: .init(
                    "true accept rate", from: VerificationPlots.floorOfAxis(series.flatMap(\.y).min() ?? 0), to: 1),
                legend: .above, series: series),
            VerificationPlots.scores(result.lists[0].pairs, thresholds: []),
        ]
        cases = Self.hardest(result.lists[0], 20)
        tables = [
            Table(
                "Variants", note: "The same comparisons and folds by each variant.",
                header: ["variant", "accuracy", "standard error", "95 %", "AUC", "EER"]
                    + first.tar.map { "TAR at \(ReportNumber.far($0.far))" },
                rows: zip(result.variants, summaries).map { v, s in
                    [v.rawValue, ReportNumber.rate(s.accuracy?.mean), ReportNumber.rate(s.accuracy?.standardError)]
                        + [
                            ReportNumber.interval(s.accuracy?.interval), ReportNumber.rate(s.auc),
                            ReportNumber.rate(s.eer),
                        ]
                        + s.tar.map { ReportNumber.rate($0.value) + ($0.reliable ? "" : " ?") }
                })
        ]
        settings = [
            Setting("Protocol", "set-to-set"), Setting("Threshold rule", first.rule ?? ""),
            Setting("Sets", ReportNumber.count(result.sets)),
            Setting("Left out", "\(first.missing) comparisons whose set has no face"),
        ]
    }
}
