public import FaceCore
import Glibc

extension EvaluationReport {
    /// k-fold figures of a list.
    ///
    /// Intervals of the curve take 200 resamples of identities of their own, at 25 rates.
    public init(
        verification summary: VerificationSummary, _ list: ScoredList, hardest: Int = 20, seed: UInt64 = 1
    ) throws(LikenessError) {
        let curve = ReceiverCurve(list.pairs)
        self.init(title: Self.verdict(summary), subject: Self.subject(summary))
        warnings = Self.warnings(summary)
        headlines = Self.headlines(summary)
        plots = [
            VerificationPlots.receiver(curve, band: summary.bootstrap == nil ? [] : Self.band(list, curve, seed)),
            VerificationPlots.detection(curve),
            VerificationPlots.scores(list.pairs, thresholds: Self.cosineThreshold(summary)),
            VerificationPlots.angles(try AngleHistogram(list.pairs, bins: 90)),
        ]
        if let folds = summary.folds { plots.append(VerificationPlots.folds(folds, rule: summary.rule ?? "")) }
        cases = Self.hardest(list, hardest)
        tables = [Self.pointsTable(summary)]
        if let folds = summary.folds { tables.append(Self.foldsTable(folds)) }
        settings = Self.settings(summary)
    }

    /// All pairs of a labelled set.
    public init(
        allPairs summary: VerificationSummary, _ report: AllPairsReport, names: [String], hardest: Int = 20
    ) {
        self.init(
            title: "TAR \(Self.best(summary)), AUC \(ReportNumber.fixed(summary.auc, 6)) over all pairs",
            subject: Self.subject(summary))
        warnings = Self.warnings(summary)
        if report.largestShare > 0.2 {
            warnings.append(
                "One person owns \(ReportNumber.fixed(100 * report.largestShare, 1)) % of the genuine comparisons: "
                    + "read the mean over people beside the rate.")
        }
        headlines = Self.headlines(summary)
        var receiver = VerificationPlots.receiver(report.curve)
        let measured = summary.tar.filter { $0.interval != nil }
        if !measured.isEmpty {
            receiver.series.append(
                Plot.Series(
                    "95 %", .whiskers, x: measured.map(\.far), y: measured.map(\.value),
                    low: measured.map { $0.interval?.low ?? $0.value },
                    high: measured.map { $0.interval?.high ?? $0.value },
                    colour: 1))
        }
        plots = [
            receiver,
            VerificationPlots.detection(report.curve),
        ]
        func named(_ pairs: [ScoredRowPair]) -> [Case] {
            pairs.prefix(hardest).map {
                Case(
                    left: names[Int($0.first)], right: names[Int($0.second)],
                    score: ReportNumber.fixed(Double($0.score), 4))
            }
        }
        cases = Self.cases(named(report.highestImpostors), named(report.lowestGenuine))
        tables = [Self.pointsTable(summary)]
        settings = Self.settings(summary) + [Setting("People", ReportNumber.count(report.identities))]
    }

    private static func verdict(_ s: VerificationSummary) -> String {
        guard let a = s.accuracy, let rule = s.rule else { return "AUC \(ReportNumber.rate(s.auc))" }
        return
            "Accuracy \(ReportNumber.fixed(a.mean, 4)) ± \(ReportNumber.fixed(a.standardError, 4)) by the rule \(rule)"
    }

    private static func best(_ s: VerificationSummary) -> String {
        guard let r = s.tar.filter(\.reliable).min(by: { $0.far < $1.far }) else { return "–" }
        return "\(ReportNumber.rate(r.value)) at FAR \(ReportNumber.far(r.far))"
    }

    private static func subject(_ s: VerificationSummary) -> String {
        let left = s.missing + s.excluded > 0 ? "; \(s.missing) without a vector, \(s.excluded) left out by list" : ""
        return
            "\(s.protocol): \(ReportNumber.count(s.genuine)) genuine and \(ReportNumber.count(s.impostors)) impostor "
            + "comparisons\(left)"
    }

    static func warnings(_ s: VerificationSummary) -> [String] {
        var out: [String] = []
        let thin = s.tar.filter { !$0.reliable }.map { ReportNumber.far($0.far) }
        if !thin.isEmpty {
            out.append(
                "Fewer than 10 false accepts are expected at FAR \(thin.joined(separator: ", ")): these rates hang on a "
                    + "handful of comparisons.")
        }
        return out
    }

    private static func headlines(_ s: VerificationSummary) -> [Headline] {
        var out: [Headline] = []
        if let a = s.accuracy {
            out.append(
                Headline(
                    "Accuracy", ReportNumber.fixed(a.mean, 4),
                    "95 % \(ReportNumber.interval(a.interval)), standard error \(ReportNumber.fixed(a.standardError, 4))"
                ))
        }
        out.append(Headline("AUC", ReportNumber.fixed(s.auc, 5), "95 % \(ReportNumber.interval(s.aucInterval))"))
        out.append(Headline("EER", ReportNumber.rate(s.eer), "95 % \(ReportNumber.interval(s.eerInterval)), linear"))
        if let r = s.tar.filter(\.reliable).min(by: { $0.far < $1.far }) {
            out.append(
                Headline(
                    "TAR at FAR \(ReportNumber.far(r.far))", ReportNumber.rate(r.value),
                    "95 % \(ReportNumber.interval(r.interval)), rule \(s.convention)"))
        }
        return out
    }

    /// The mean threshold as a cosine, whatever the rule compares.
    private static func cosineThreshold(_ s: VerificationSummary) -> [Double] {
        guard let mean = s.meanThreshold, let rule = s.rule.flatMap(ThresholdRule.init) else { return [] }
        return [rule.comparison == .distanceBelow ? 1 - mean / 2 : mean]
    }

    private static func band(
        _ list: ScoredList, _ curve: ReceiverCurve, _ seed: UInt64
    ) -> [(far: Double, interval: Interval)] {
        let (left, right) = list.identities
        guard let bootstrap = try? IdentityBootstrap(list.pairs, left: left, right: right) else { return [] }
        let low = VerificationPlots.dottedFrom(curve.impostors)
        // from the first rate that is drawn to 1, equal steps of the logarithm
        let rates = (0...24).map { low.power(1 - Double($0) / 24) }
        let drawn = bootstrap.resample(200, seed: seed) { curve, _ in
            rates.map { (try? curve.operatingPoint(far: min(1, $0)))?.trueAcceptRate ?? .nan }
        }.compactMap { $0 }
        return rates.indices.compactMap { k in
            Interval(resampled: drawn.map { $0[k] }).map { (rates[k], $0) }
        }
    }

    static func hardest(_ list: ScoredList, _ count: Int) -> [Cases] {
        let order = list.pairs.scores.indices.sorted {
            (list.pairs.scores[$0], $0) < (list.pairs.scores[$1], $1)
        }
        func named(_ indices: some Sequence<Int>) -> [Case] {
            indices.prefix(count).map { i in
                Case(
                    left: list.comparisons[i].left, right: list.comparisons[i].right,
                    score: ReportNumber.fixed(list.pairs.scores[i], 4))
            }
        }
        return cases(
            named(order.reversed().lazy.filter { !list.pairs.same[$0] }),
            named(order.lazy.filter { list.pairs.same[$0] }))
    }

    private static func cases(_ impostors: [Case], _ genuine: [Case]) -> [Cases] {
        [
            Cases(
                "Most alike of different people",
                note: "The largest impostor scores. Label errors are found here: one person under two names, or twins.",
                impostors),
            Cases(
                "Least alike of one person",
                note: "The smallest genuine scores. Label errors, then age, pose, light and disguise.", genuine),
        ]
    }

    private static func pointsTable(_ s: VerificationSummary) -> Table {
        let means = s.tar.contains { $0.identityMean != nil }
        return Table(
            "Operating points",
            note: "Rule \(s.convention): the last point with no more false accepts than asked for.",
            header: ["FAR", "TAR", "95 %"] + (means ? ["mean over people"] : [])
                + ["threshold", "expected false accepts", ""],
            rows: s.tar.map { r in
                [ReportNumber.far(r.far), ReportNumber.rate(r.value), ReportNumber.interval(r.interval)]
                    + (means ? [ReportNumber.rate(r.identityMean)] : [])
                    + [
                        (r.threshold ?? r.acceptAbove).map { ReportNumber.fixed($0, 4) } ?? "–",
                        ReportNumber.fixed(r.expectedFalseAccepts, r.expectedFalseAccepts < 100 ? 1 : 0),
                        r.reliable ? "" : "unreliable",
                    ]
            })
    }

    private static func foldsTable(_ folds: [VerificationSummary.Fold]) -> Table {
        Table(
            "Folds", note: "Each decided with a threshold from the others.",
            header: ["fold", "comparisons", "threshold", "accuracy"],
            rows: folds.enumerated().map { k, f in
                ["\(k + 1)", "\(f.pairs)", ReportNumber.fixed(f.threshold, 4), ReportNumber.fixed(f.accuracy, 4)]
            })
    }

    private static func settings(_ s: VerificationSummary) -> [Setting] {
        var out = [Setting("Protocol", s.protocol), Setting("FAR convention", s.convention)]
        if let rule = s.rule { out.append(Setting("Threshold rule", rule)) }
        if let folds = s.folds {
            out.append(Setting("Folds", "\(folds.count)\(s.foldsDeclared == true ? ", declared by the list" : "")"))
        }
        if let b = s.bootstrap {
            out.append(Setting("Intervals", "\(b.used) of \(b.resamples) resamples of \(b.unit), seed \(b.seed)"))
        }
        if s.missing + s.excluded > 0 {
            out.append(Setting("Left out", "\(s.missing) without a vector, \(s.excluded) by list"))
        }
        return out
    }
}

extension Double {
    /// x to the power p, for x > 0.
    func power(_ p: Double) -> Double { pow(self, p) }
}
