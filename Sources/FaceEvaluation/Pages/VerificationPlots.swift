/// The figures of a verification, each a ``Plot``.
public enum VerificationPlots {
    /// Rates behind a point of a curve: solid from 30 expected false accepts on, dotted down to 3, nothing below
    /// (rule of 30: Doddington et al. 2000).
    static func solidFrom(_ impostors: Int) -> Double { 30 / Double(max(1, impostors)) }
    static func dottedFrom(_ impostors: Int) -> Double { 3 / Double(max(1, impostors)) }

    /// True against false accept rate, false accepts on a logarithmic axis. `band` are intervals at rates.
    public static func receiver(
        _ curve: ReceiverCurve, band: [(far: Double, interval: Interval)] = [], name: String = "true accept rate"
    ) -> Plot {
        let (far, tar) = curve.sampled()
        let (solid, dotted) = (solidFrom(curve.impostors), dottedFrom(curve.impostors))
        var series: [Plot.Series] = []
        let inside = band.filter { $0.far >= dotted }
        if !inside.isEmpty {
            series.append(
                Plot.Series(
                    "95 %", .band, x: inside.map(\.far), y: inside.map(\.interval.low), low: inside.map(\.interval.low),
                    high: inside.map(\.interval.high), colour: 0))
        }
        let safe = far.indices.filter { far[$0] >= solid }
        let thin = far.indices.filter { far[$0] >= dotted && far[$0] <= solid * 1.1 }
        series.append(Plot.Series(name, .line, x: safe.map { far[$0] }, y: safe.map { tar[$0] }, colour: 0))
        if !thin.isEmpty {
            series.append(Plot.Series("", .dotted, x: thin.map { far[$0] }, y: thin.map { tar[$0] }, colour: 0))
        }
        let least = ((safe + thin).map { tar[$0] } + inside.map(\.interval.low)).min() ?? 0
        return Plot(
            "roc", title: "Receiver operating characteristic",
            caption: "True against false accept rate of all \(ReportNumber.count(curve.genuine)) genuine and "
                + "\(ReportNumber.count(curve.impostors)) impostor comparisons together, rule step. Dotted where fewer "
                + "than 30 false accepts are behind a point, nothing below 3.",
            x: .init("false accept rate", .logarithmic, from: decade(below: dotted), to: 1),
            y: .init("true accept rate", from: floorOfAxis(least), to: 1), series: series)
    }

    /// False reject against false accept rate on normal deviates (Martin et al. 1997).
    public static func detection(_ curve: ReceiverCurve) -> Plot {
        let (far, tar) = curve.sampled()
        let dotted = dottedFrom(curve.impostors)
        let kept = far.indices.filter {
            far[$0] >= dotted && far[$0] < 0.5 && tar[$0] < 1 && 1 - tar[$0] >= 1 / Double(curve.genuine)
        }
        let frr = kept.map { 1 - tar[$0] }
        let low = min(far.indices.contains(0) ? decade(below: dotted) : 1e-4, 1e-2)
        return Plot(
            "det", title: "Detection error trade-off",
            caption:
                "Both kinds of error on axes of normal deviates: scores that are normal make a straight line; where it "
                + "meets the diagonal is the equal error rate, \(ReportNumber.rate(curve.equalErrorRate())).",
            x: .init("false accept rate", .probit, from: low, to: 0.4),
            y: .init("false reject rate", .probit, from: max(1e-5, (frr.min() ?? 1e-3) / 2), to: 0.4), legend: .none,
            series: [
                Plot.Series("", .line, x: kept.map { far[$0] }, y: frr, colour: 0),
                Plot.Series("", .dotted, x: diagonal(low), y: diagonal(low), colour: 5),
            ])
    }

    private static func diagonal(_ low: Double) -> [Double] { [low, 1e-3, 1e-2, 0.1, 0.4].filter { $0 >= low } }

    /// Densities of the scores of both kinds, with thresholds as marks.
    public static func scores(_ pairs: ScoredPairs, thresholds: [Double], bins: Int = 60) -> Plot {
        let (low, high) = (pairs.scores.min() ?? 0, pairs.scores.max() ?? 1)
        let width = max(1e-9, (high - low) / Double(bins))
        let edges = (0...bins).map { low + Double($0) * width }
        func density(_ same: Bool) -> [Double] {
            var counts = [Double](repeating: 0, count: bins)
            var n = 0.0
            for (s, kind) in zip(pairs.scores, pairs.same) where kind == same {
                counts[min(bins - 1, Int((s - low) / width))] += 1
                n += 1
            }
            return counts.map { $0 / n / width } + [0]
        }
        return histogram(
            "scores", "Similarity of both kinds",
            "Density of the cosine of genuine and impostor comparisons; the dashed line is the mean threshold of the folds.",
            "cosine similarity", edges, (density(true), density(false)), marks: thresholds, legend: .topRight)
    }

    /// Angles on the sphere with the common area of both histograms.
    public static func angles(_ h: AngleHistogram) -> Plot {
        let (g, i) = (Double(h.genuine.counts.reduce(0, +)), Double(h.impostor.counts.reduce(0, +)))
        let used = h.genuine.counts.indices.filter { h.genuine.counts[$0] + h.impostor.counts[$0] > 0 }
        let range = (used.first ?? 0)...(used.last ?? 0)
        let edges = range.map { Double($0) * h.binWidth } + [Double(range.upperBound + 1) * h.binWidth]
        let scale = { (count: Int, n: Double) in Double(count) / n / h.binWidth }
        return histogram(
            "angles", "Angles on the sphere",
            "Genuine \(ReportNumber.fixed(h.genuine.mean, 1))°, impostor \(ReportNumber.fixed(h.impostor.mean, 1))° in the "
                + "mean; the histograms share \(ReportNumber.fixed(100 * h.overlap, 2)) % of their area, d′ = "
                + "\(ReportNumber.fixed(h.separation, 2)).",
            "angle in degrees", edges,
            (
                range.map { scale(h.genuine.counts[$0], g) } + [0], range.map { scale(h.impostor.counts[$0], i) } + [0]
            ), marks: [], legend: .topLeft)
    }

    private static func histogram(
        _ id: String, _ title: String, _ caption: String, _ axis: String, _ edges: [Double],
        _ values: (genuine: [Double], impostor: [Double]), marks: [Double], legend: Plot.Legend
    ) -> Plot {
        var series = [
            Plot.Series("different people", .steps, x: edges, y: values.impostor, colour: 1),
            Plot.Series("same person", .steps, x: edges, y: values.genuine, colour: 0),
        ]
        if !marks.isEmpty { series.append(Plot.Series("", .mark, x: marks, y: marks.map { _ in 0 }, colour: 5)) }
        return Plot(
            id, title: title, caption: caption, x: .init(axis), y: .init("density", from: 0), legend: legend,
            series: series)
    }

    /// Errors of each fold, as bars from 0.
    public static func folds(_ folds: [VerificationSummary.Fold], rule: String) -> Plot {
        Plot(
            "folds", title: "Errors of each fold",
            caption: "Share of wrong decisions in each fold, with the threshold chosen on the others by \(rule).",
            x: .init("fold"), y: .init("share of errors", from: 0), legend: .none,
            series: [
                Plot.Series(
                    "", .bars, x: folds.indices.map(Double.init), y: folds.map { 1 - $0.accuracy },
                    categories: folds.indices.map { "fold \($0 + 1)" }, colour: 2)
            ])
    }

    static func decade(below rate: Double) -> Double {
        var power = 0.1
        while power > rate, power > 1e-9 { power /= 10 }
        return power
    }

    /// A round lower end for an axis that ends at 1.
    static func floorOfAxis(_ least: Double) -> Double {
        [0.99, 0.98, 0.95, 0.9, 0.8, 0.6, 0.4].first { $0 < least } ?? 0
    }
}
