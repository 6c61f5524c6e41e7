import FaceCore

extension EvaluationReport {
    /// A grouping against the truth. `table` is of the faces that the grouping gave to somebody.
    public init(
        clustering report: GroupingReport, intervals: GroupingIntervals?, table: ContingencyTable?,
        worst: [ClusterSummary], sweep: ThresholdSweep? = nil
    ) {
        let m = report.noiseAsSingletons
        self.init(
            title:
                "Pairwise F \(ReportNumber.rate(m.pairwise.f)): precision \(ReportNumber.rate(m.pairwise.precision)), "
                + "recall \(ReportNumber.rate(m.pairwise.recall))",
            subject: "\(ReportNumber.count(report.truthKnown)) faces of \(ReportNumber.count(m.identities)) people in "
                + "\(ReportNumber.count(m.clusters)) clusters; nobody's faces are clusters of their own")
        if report.coverage < 1 {
            warnings = [
                "The grouping gave \(ReportNumber.rate(report.coverage)) of the faces to somebody. The figures here count the "
                    + "others as clusters of one, so that dropping faces never raises a score."
            ]
        }
        headlines = Self.clusteringHeadlines(report, intervals)
        plots = [sweep.map(Self.sweepPlot), table.map(Self.sizes), table.map(Self.spread)].compactMap { $0 }
        tables = [Self.treatments(report)]
        if let sweep { tables.append(Self.sweepTable(sweep)) }
        if !worst.isEmpty {
            tables.append(
                Table(
                    "Most mixed clusters", note: "Clusters with the most faces that are not of their largest identity.",
                    header: ["cluster", "faces", "people", "purity"],
                    rows: worst.map { ["\($0.label)", "\($0.size)", "\($0.identities)", ReportNumber.rate($0.purity)] })
            )
        }
        settings = [
            Setting("Protocol", "clustering"), Setting("Nobody's faces", "clusters of one"),
            Setting("NMI", "arithmetic mean of the entropies"), Setting("Coverage", ReportNumber.rate(report.coverage)),
        ]
        if let i = intervals {
            settings.append(Setting("Intervals", "\(i.resamples) resamples of identities, seed \(i.seed)"))
        }
    }

    private static func clusteringHeadlines(_ report: GroupingReport, _ i: GroupingIntervals?) -> [Headline] {
        let m = report.noiseAsSingletons
        return [
            Headline(
                "Pairwise F", ReportNumber.rate(m.pairwise.f), "95 % \(ReportNumber.interval(i?.pairwise.f))"),
            Headline("BCubed F", ReportNumber.rate(m.bcubed.f), "95 % \(ReportNumber.interval(i?.bcubed.f))"),
            Headline(
                "Pairwise precision", ReportNumber.rate(m.pairwise.precision),
                "95 % \(ReportNumber.interval(i?.pairwise.precision))"),
            Headline(
                "Clusters a person", ReportNumber.fixed(m.expansionMean, 2),
                "\(ReportNumber.count(m.singletons)) clusters of one, \(m.mixedClusters) mixed"),
            Headline(
                "People with a cluster", ReportNumber.rate(m.detectedIdentities),
                "at least half of their faces, and half of it theirs"),
        ]
    }

    private static func sizes(_ table: ContingencyTable) -> Plot {
        func counted(_ sizes: [Int]) -> (x: [Double], y: [Double]) {
            let all = Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            return (all.map { Double($0.key) }, all.map { Double($0.value) })
        }
        let (found, truth) = (counted(table.clusterSizes), counted(table.identitySizes))
        return Plot(
            "sizes", title: "Sizes of clusters and of people",
            caption: "How many clusters, and how many people, have so many faces.",
            x: .init("faces", .logarithmic, from: 1), y: .init("clusters or people", .logarithmic, from: 0.8),
            legend: .topRight,
            series: [
                Plot.Series("people", .linePoints, x: truth.x, y: truth.y, colour: 0),
                Plot.Series("clusters", .linePoints, x: found.x, y: found.y, colour: 1),
            ])
    }

    private static func spread(_ table: ContingencyTable) -> Plot {
        var clusters = [Int](repeating: 0, count: table.identitySizes.count)
        for cell in table.cells { clusters[cell.identity] += 1 }
        let counts = (1...9).map { n in clusters.count { $0 == n } } + [clusters.count { $0 > 9 }]
        let last = counts.lastIndex { $0 > 0 } ?? 0
        let shown = Array(counts[...last])
        return Plot(
            "spread", title: "Clusters that a person is spread over",
            caption: "Share of the people whose faces lie in one cluster, in two, and so on.",
            x: .init("clusters"), y: .init("share of people", from: 0, to: 1), legend: .none,
            series: [
                Plot.Series(
                    "", .bars, x: shown.indices.map(Double.init),
                    y: shown.map { Double($0) / Double(Swift.max(1, clusters.count)) },
                    categories: shown.indices.map { $0 == 9 ? "10 or more" : "\($0 + 1)" }, colour: 0)
            ])
    }

    private static func sweepPlot(_ sweep: ThresholdSweep) -> Plot {
        let x = sweep.rows.map(\.threshold)
        let best = sweep.best
        var series = [
            Plot.Series("precision", .linePoints, x: x, y: sweep.rows.map(\.pairwise.precision), colour: 2),
            Plot.Series("recall", .linePoints, x: x, y: sweep.rows.map(\.pairwise.recall), colour: 1),
            Plot.Series("F", .linePoints, x: x, y: sweep.rows.map(\.pairwise.f), colour: 0),
        ]
        if let best { series.append(Plot.Series("", .mark, x: [best.threshold], y: [0], colour: 5)) }
        return Plot(
            "threshold", title: "Pairwise figures against the threshold",
            caption: "\(sweep.method) at \(x.count) thresholds; the dashed line is the best F"
                + (best.map { ", \(ReportNumber.rate($0.pairwise.f)) at \(ReportNumber.fixed($0.threshold, 3))" } ?? "")
                + ", chosen on these faces and so optimistic.",
            x: .init("threshold"), y: .init("pairwise figure", from: 0, to: 1), legend: .bottomLeft, series: series)
    }

    private static func sweepTable(_ sweep: ThresholdSweep) -> Table {
        Table(
            "Thresholds", note: "Every threshold of the sweep by \(sweep.method).",
            header: ["threshold", "pairwise P", "R", "F", "BCubed F", "clusters", "clusters a person"],
            rows: sweep.rows.map { r in
                [ReportNumber.fixed(r.threshold, 3)]
                    + [r.pairwise.precision, r.pairwise.recall, r.pairwise.f, r.bcubed.f].map { ReportNumber.rate($0) }
                    + ["\(r.clusters)", ReportNumber.fixed(r.expansion, 2)]
            })
    }

    private static func treatments(_ report: GroupingReport) -> Table {
        var rows = [("nobody's faces apart", report.noiseAsSingletons)]
        if let m = report.noiseDropped { rows.append(("covered faces only", m)) }
        if let m = report.noiseAsOneCluster { rows.append(("−1 as a name (misleading)", m)) }
        return Table(
            "All figures", note: "Under each treatment of faces that the grouping gave to nobody.",
            header: [
                "", "pairwise P", "R", "F", "BCubed P", "R", "F", "NMI", "ARI", "homogeneity", "completeness",
                "clusters",
                "singletons", "expansion",
            ],
            rows: rows.map { name, m in
                [name]
                    + [
                        m.pairwise.precision, m.pairwise.recall, m.pairwise.f, m.bcubed.precision, m.bcubed.recall,
                        m.bcubed.f, m.nmi.arithmetic, m.ari, m.homogeneity, m.completeness,
                    ].map { ReportNumber.rate($0) }
                    + ["\(m.clusters)", "\(m.singletons)", ReportNumber.fixed(m.expansionMean, 2)]
            })
    }
}
