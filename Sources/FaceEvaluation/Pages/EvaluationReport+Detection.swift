import FaceCore

extension EvaluationReport {
    /// A detector on pictures annotated like WIDER FACE.
    public init(
        detection report: WiderReport, curves: [(subset: WiderSubset, curve: WiderProtocol.Curve)], detector: String,
        pictures: Int
    ) {
        let rows = report.rows.filter { $0.rule == .boxHeight }
        self.init(
            title: "AP "
                + rows.map { "\(ReportNumber.fixed($0.averagePrecision, 3)) \($0.subset)" }.joined(separator: ", "),
            subject: "\(detector) on \(ReportNumber.count(pictures)) pictures, IoU 0.5, subsets by the height of boxes")
        warnings = [
            "Easy, medium and hard go by the height of boxes (50, 30, 10 pixels), not by the official lists: not comparable "
                + "with published figures."
        ]
        headlines = rows.map { r in
            Headline(
                "AP \(r.subset)", ReportNumber.fixed(r.averagePrecision, 4),
                "95 % \(ReportNumber.fixed(r.interval.low, 3))–\(ReportNumber.fixed(r.interval.high, 3)), "
                    + "\(ReportNumber.count(r.faces)) faces")
        }
        plots = [Self.precisionRecall(curves), Self.operatingPoints(report)]
        tables = [
            Table(
                "Average precision", note: "Area under the envelope over every score; 95 % over resampled pictures.",
                header: ["rule", "subset", "pictures", "faces", "AP", "95 %", "AP, 1000 thresholds"],
                rows: report.rows.map { r in
                    [
                        r.rule.rawValue, r.subset, "\(r.pictures)", "\(r.faces)",
                        ReportNumber.fixed(r.averagePrecision, 4),
                        "\(ReportNumber.fixed(r.interval.low, 4))–\(ReportNumber.fixed(r.interval.high, 4))",
                        ReportNumber.fixed(r.averagePrecisionOfGrid, 4),
                    ]
                }),
            Table(
                "Thresholds", note: "On faces of 10 pixels and more.",
                header: ["score", "precision", "recall", "F1", "false positives"],
                rows: report.points.map { p in
                    [
                        ReportNumber.fixed(p.threshold, 2), ReportNumber.fixed(p.precision, 4),
                        ReportNumber.fixed(p.recall, 4), ReportNumber.fixed(p.f1, 4), "\(p.falsePositives)",
                    ]
                }),
        ]
        settings = [
            Setting("Protocol", "wider-face"), Setting("Detector", detector), Setting("IoU", "0.5, widths + 1 pixel"),
            Setting("Left out", "\(report.invalidFaces) invalid faces, \(report.skippedBoxes) boxes without extent"),
        ]
    }

    private static func precisionRecall(_ curves: [(subset: WiderSubset, curve: WiderProtocol.Curve)]) -> Plot {
        let series = curves.enumerated().map { k, entry in
            let recall = entry.curve.recall
            let kept = CurveSampling.indices(recall)
            return Plot.Series(
                "\(entry.subset.rawValue)  \(ReportNumber.fixed(entry.curve.averagePrecision, 3))", .line,
                x: kept.map { recall[$0] }, y: kept.map { entry.curve.precision[$0] }, colour: k)
        }
        return Plot(
            "precision-recall", title: "Precision and recall",
            caption: "Each threshold of the score, with the average precision in the legend.",
            x: .init("recall", from: 0, to: 1), y: .init("precision", from: 0, to: 1.02), legend: .bottomLeft,
            series: series)
    }

    private static func operatingPoints(_ report: WiderReport) -> Plot {
        let x = report.points.map(\.threshold)
        return Plot(
            "score", title: "What a threshold of the score means",
            caption: "Precision, recall and their harmonic mean on faces of 10 pixels and more.",
            x: .init("score threshold", from: 0, to: 1), y: .init("rate", from: 0, to: 1.02), legend: .above,
            series: [
                Plot.Series("precision", .line, x: x, y: report.points.map(\.precision), colour: 2),
                Plot.Series("recall", .line, x: x, y: report.points.map(\.recall), colour: 1),
                Plot.Series("F1", .line, x: x, y: report.points.map(\.f1), colour: 0),
            ])
    }

    /// A detector on pictures annotated like FDDB.
    public init(fddb report: FDDBReport, _ result: FDDBProtocol, detector: String) {
        let at100 = report.points.first { $0.falsePositives == 100 }
        self.init(
            title: "\(ReportNumber.rate(at100?.discrete)) of the faces at 100 false positives",
            subject: "\(detector) on \(ReportNumber.count(report.pictures)) pictures with "
                + "\(ReportNumber.count(report.faces)) ellipses; discrete score, ellipses as pixel masks")
        headlines = report.points.filter { [100, 1000].contains($0.falsePositives) }.flatMap { p in
            [
                Headline(
                    "Discrete, \(p.falsePositives) false positives", ReportNumber.rate(p.discrete), "overlap above ½"),
                Headline(
                    "Continuous, \(p.falsePositives)", ReportNumber.rate(p.continuous), "sum of the overlaps over faces"
                ),
            ]
        }
        let rows = result.rows.filter { $0.falsePositives <= 2000 }
        let (x, n) = (rows.map { Double($0.falsePositives) }, Double(report.faces))
        plots = [
            Plot(
                "fddb", title: "True positives against the number of false positives",
                caption:
                    "Detections are assigned to faces so that the total overlap is largest; the dashed line is at 100.",
                x: .init("false positives", from: 0, to: max(100, min(2000, x.last ?? 2000))),
                y: .init("true positive rate", from: 0, to: 1),
                series: [
                    Plot.Series("discrete", .line, x: x, y: rows.map { Double($0.discreteHits) / n }, colour: 0),
                    Plot.Series("continuous", .line, x: x, y: rows.map { $0.continuousHits / n }, colour: 1),
                    Plot.Series("", .mark, x: [100], y: [0], colour: 5),
                ])
        ]
        tables = [
            Table(
                "True positive rates", note: "Reached with at most so many false positives in all pictures together.",
                header: ["false positives", "discrete", "continuous"],
                rows: report.points.map {
                    ["\($0.falsePositives)", ReportNumber.rate($0.discrete), ReportNumber.rate($0.continuous)]
                })
        ]
        settings = [Setting("Protocol", "fddb"), Setting("Detector", detector), Setting("Boxes", "as they are")]
    }
}
