public import FaceCore

extension EvaluationReport {
    /// Searches in a gallery: closed and open set.
    public init(identification report: IdentificationReport, far rates: [Double]) throws(LikenessError) {
        let first = report.identificationRate(rank: 1)
        self.init(
            title: first.map { "Rank-1 \(ReportNumber.rate($0)) among \(ReportNumber.count(report.identities)) people" }
                ?? "No probe is in the gallery",
            subject: "\(ReportNumber.count(report.mated.count)) mated and \(ReportNumber.count(report.nonMated.count)) "
                + "non-mated probes")
        for k in [1, 5, 10] {
            guard let rate = report.identificationRate(rank: k) else { continue }
            let wilson = Proportion(Int((rate * Double(report.mated.count)).rounded()), of: report.mated.count).wilson()
            headlines.append(
                Headline("Rank \(k)", ReportNumber.rate(rate), "95 % \(ReportNumber.interval(wilson)), Wilson"))
        }
        if let match = Self.matchPlot(report) { plots.append(match) }
        if let open = try Self.openSetPlot(report) { plots.append(open) }
        if let plot = Self.probeScores(report) { plots.append(plot) }
        var rows: [[String]] = []
        for far in rates {
            guard let p = try report.openSet(far: far) else { continue }
            rows.append([
                ReportNumber.far(far), ReportNumber.rate(p.rate),
                p.threshold.threshold.map { ReportNumber.fixed($0, 4) } ?? "–",
                p.threshold.isReliable ? "" : "unreliable",
            ])
        }
        if !rows.isEmpty {
            tables = [
                Table(
                    "Open set",
                    note:
                        "Share of mated probes that are found at rank 1 above the threshold (DIR), rule step on the best "
                        + "scores of the non-mated probes.",
                    header: ["FAR", "DIR, rank 1", "threshold", ""], rows: rows)
            ]
        }
        settings = [
            Setting("Protocol", "identification"), Setting("Ties", TieRule.pessimistic.rawValue),
            Setting("Gallery", "\(ReportNumber.count(report.identities)) people"),
        ]
    }

    private static func matchPlot(_ report: IdentificationReport) -> Plot? {
        let ranks = min(max(report.identities, 1), 1000)
        let curve = report.matchCurve(upTo: ranks)
        guard !curve.isEmpty else { return nil }
        let x = curve.indices.map { Double($0 + 1) }
        let kept = x.indices.filter { $0 < 20 || $0 % 10 == 9 }
        return Plot(
            "cmc", title: "Cumulative match characteristic",
            caption: "Share of mated probes whose own identity is among the first k; ties count against it.",
            x: .init("rank", .logarithmic, from: 1, to: Double(ranks)),
            y: .init("share identified", from: VerificationPlots.floorOfAxis(curve[0]), to: 1), legend: .none,
            series: [
                Plot.Series("identified", .linePoints, x: kept.map { x[$0] }, y: kept.map { curve[$0] }, colour: 0)
            ])
    }

    private static func openSetPlot(_ report: IdentificationReport) throws(LikenessError) -> Plot? {
        let n = report.nonMated.count
        guard n > 2, !report.mated.isEmpty else { return nil }
        let low = VerificationPlots.dottedFrom(n)
        let rates = (0...60).map { low.power(1 - Double($0) / 60) }
        var values: [Double] = []
        for far in rates { values.append(try report.openSet(far: min(1, far))?.rate ?? 0) }
        let solid = VerificationPlots.solidFrom(n)
        let (safe, thin) = (
            rates.indices.filter { rates[$0] >= solid }, rates.indices.filter { rates[$0] <= solid * 1.1 }
        )
        return Plot(
            "open-set", title: "Open-set identification",
            caption:
                "Detection and identification rate at rank 1 against the share of strangers who get a name; dotted "
                + "where fewer than 30 strangers are behind a point.",
            x: .init("false alarm rate", .logarithmic, from: VerificationPlots.decade(below: low), to: 1),
            y: .init("detected and identified", from: VerificationPlots.floorOfAxis(values.min() ?? 0), to: 1),
            legend: .none,
            series: [
                Plot.Series("rank 1", .line, x: safe.map { rates[$0] }, y: safe.map { values[$0] }, colour: 0),
                Plot.Series("", .dotted, x: thin.map { rates[$0] }, y: thin.map { values[$0] }, colour: 0),
            ])
    }

    private static func probeScores(_ report: IdentificationReport) -> Plot? {
        let mates = report.mated.compactMap(\.mate)
        guard
            let pairs = try? ScoredPairs(
                scores: mates + report.nonMated, same: mates.map { _ in true } + report.nonMated.map { _ in false })
        else { return nil }
        var plot = VerificationPlots.scores(pairs, thresholds: [])
        (plot.title, plot.caption) = (
            "Scores of mates and of strangers",
            "Density of the score of a probe with its own identity, and of the best score of a probe that is not in the "
                + "gallery."
        )
        plot.series[0].name = "best of a stranger"
        plot.series[1].name = "own identity"
        return plot
    }

    /// Identification against a growing number of strangers.
    public init(distractors report: DistractorReport, name: String = "MegaFace-like") {
        let last = report.rows.last
        let rank1 = report.options.ranks.firstIndex(of: 1).flatMap { last?.identification[$0] }
        self.init(
            title: rank1.map {
                "Rank-1 \(ReportNumber.rate($0)) among \(ReportNumber.count(last?.distractors ?? 0)) strangers"
            } ?? "Identification among strangers",
            subject:
                "\(name): \(ReportNumber.count(report.trials)) trials of \(ReportNumber.count(report.probes)) photos of "
                + "\(ReportNumber.count(report.people)) people")
        if report.leftOut.probes + report.leftOut.distractors > 0 {
            warnings.append(
                "Cleaned: \(report.leftOut.probes) probes and \(report.leftOut.distractors) strangers of a noise list are "
                    + "left out. Not comparable with figures that keep them.")
        }
        for (k, rank) in report.options.ranks.enumerated() {
            headlines.append(
                Headline(
                    "Rank \(rank)", ReportNumber.rate(last?.identification[k]), "with all strangers, ties against us"))
        }
        for v in last?.verification.suffix(1) ?? [] {
            headlines.append(
                Headline(
                    "VR at FAR \(ReportNumber.far(v.far))", ReportNumber.rate(v.trueAcceptRate),
                    "\(ReportNumber.count(v.impostors)) impostors\(v.isReliable ? "" : ", unreliable")"))
        }
        plots = [Self.growth(report), Self.verificationGrowth(report)].compactMap { $0 }
        tables = [
            Table(
                "Against the number of strangers",
                note: "The first D rows of the file; every size is a part of the next.",
                header: ["strangers"] + report.options.ranks.map { "rank \($0)" }
                    + report.options.rates.map { "VR at \(ReportNumber.far($0))" },
                rows: report.rows.map { row in
                    [ReportNumber.count(row.distractors)] + row.identification.map { ReportNumber.rate($0) }
                        + row.verification.map { ReportNumber.rate($0.trueAcceptRate) + ($0.isReliable ? "" : " ?") }
                })
        ]
        settings = [
            Setting("Protocol", "\(name), challenge 1"), Setting("Ties", "against the mate"),
            Setting("Left out", "\(report.leftOut.probes) probes, \(report.leftOut.distractors) strangers"),
        ]
    }

    private static func growth(_ report: DistractorReport) -> Plot {
        let x = report.rows.map { Double($0.distractors) }
        let least = report.rows.flatMap(\.identification).min() ?? 0
        return Plot(
            "distractors", title: "Rank against the number of strangers",
            caption: "Share of trials whose mate stands among the first k of itself and D strangers.",
            x: .init("strangers in the gallery", .logarithmic, from: x.first, to: x.last),
            y: .init("share identified", from: VerificationPlots.floorOfAxis(least), to: 1), legend: .bottomLeft,
            series: report.options.ranks.enumerated().map { k, rank in
                Plot.Series("rank \(rank)", .linePoints, x: x, y: report.rows.map { $0.identification[k] }, colour: k)
            })
    }

    private static func verificationGrowth(_ report: DistractorReport) -> Plot? {
        guard let row = report.rows.last, !row.verification.isEmpty else { return nil }
        let points = row.verification.sorted { $0.far < $1.far }
        return Plot(
            "verification", title: "Verification with all strangers",
            caption: "True accept rate of all ordered genuine pairs, against all probe and stranger scores.",
            x: .init("false accept rate", .logarithmic), y: .init("true accept rate", to: 1), legend: .none,
            series: [
                Plot.Series(
                    "true accept rate", .linePoints, x: points.map(\.far), y: points.map(\.trueAcceptRate), colour: 0)
            ])
    }

    /// Trials of a benchmark of low false accept rates.
    public init(blufr report: BLUFRReport, name: String) {
        let (v, i) = (report.verification, report.identification)
        self.init(
            title: "VR \(ReportNumber.rate(v.fused)) at FAR 0.1 %, DIR \(ReportNumber.rate(i.fused)) at FAR 1 %",
            subject: "\(name): \(report.trials.count) trials; mean minus one deviation")
        headlines = [
            Headline(
                "VR at FAR 0.1 %", ReportNumber.rate(v.fused),
                "mean \(ReportNumber.rate(v.mean)), deviation \(ReportNumber.rate(v.deviation))"),
            Headline(
                "DIR at FAR 1 %, rank 1", ReportNumber.rate(i.fused),
                "mean \(ReportNumber.rate(i.mean)), deviation \(ReportNumber.rate(i.deviation))"),
        ]
        let x = report.trials.indices.map { Double($0 + 1) }
        let low =
            (report.trials.map(\.verification.trueAcceptRate) + report.trials.map(\.identification.rate)).min() ?? 0
        plots = [
            Plot(
                "trials", title: "Trials",
                caption: "Both figures of each trial; the deviation over trials is subtracted "
                    + "from the mean in the headline.",
                x: .init("trial"), y: .init("rate", from: VerificationPlots.floorOfAxis(low), to: 1),
                legend: .above,
                series: [
                    Plot.Series(
                        "VR at FAR 0.1 %", .linePoints, x: x, y: report.trials.map(\.verification.trueAcceptRate),
                        colour: 0),
                    Plot.Series(
                        "DIR at FAR 1 %, rank 1", .linePoints, x: x, y: report.trials.map(\.identification.rate),
                        colour: 1
                    ),
                ])
        ]
        tables = [
            Table(
                "Sizes of the trials", note: "Comparisons and probes behind each figure.",
                header: ["trial", "genuine", "impostor", "genuine probes", "impostor probes", "VR", "DIR"],
                rows: report.trials.enumerated().map { k, t in
                    ["\(k + 1)"] + [t.genuine, t.impostors, t.genuineProbes, t.impostorProbes].map(ReportNumber.count)
                        + [ReportNumber.rate(t.verification.trueAcceptRate), ReportNumber.rate(t.identification.rate)]
                })
        ]
        settings = [Setting("Protocol", name), Setting("FAR convention", FalseAcceptConvention.kthImpostor.rawValue)]
    }
}
