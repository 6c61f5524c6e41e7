import FaceCore
import FaceEvaluation
import Testing

/// Intervals over resampled identities agree with the slow way.
@Suite struct IntervalTests {
    /// The list of all pairs, resampled by the same draws.
    @Test func allPairsEqualTheListOfPairs() throws {
        let (m, labels) = AllPairsTests.random(240, 8, people: 30, seed: 9)
        let (pairs, rows) = try AllPairsTests.plain(m, labels)
        let slow = try IdentityBootstrap(pairs, left: rows.map { labels[$0.0] }, right: rows.map { labels[$0.1] })
        let rates = [0.1, 0.01]
        let drawn = slow.resample(60, seed: 5) { curve, _ in
            (
                curve.area, curve.equalErrorRate(),
                rates.map { (try? curve.operatingPoint(far: $0))?.trueAcceptRate ?? .nan }
            )
        }.compactMap { $0 }
        var options = AllPairsReport.Options()
        (options.rates, options.resamples, options.seed) = (rates, 60, 5)
        let got = try #require(try AllPairsReport.measure(m, identities: labels, options).intervals)
        #expect(got.used == drawn.count && got.resamples == 60)
        func near(_ a: Interval?, _ b: Interval?, _ tolerance: Double) -> Bool {
            agrees(a?.low, b?.low, tolerance) && agrees(a?.high, b?.high, tolerance)
        }
        // scores in Float32 there: a pair at a threshold may fall to the other side
        #expect(near(got.auc, Interval(resampled: drawn.map(\.0)), 1e-4), "\(got)")
        #expect(near(got.eer, Interval(resampled: drawn.map(\.1)), 3e-3), "\(got)")
        for k in rates.indices {
            #expect(near(got.rates[k], Interval(resampled: drawn.map { $0.2[k] }), 5e-3), "\(k) \(got)")
        }
    }

    /// Weighted figures equal those of a table in which a person drawn twice is two people.
    @Test func clusteringEqualsCopies() throws {
        var random = SeededRandom(seed: 2)
        let truth = (0..<120).map { _ in Int.random(in: 0..<14, using: &random) }
        let predicted = truth.map { t in
            Int.random(in: 0..<4, using: &random) == 0 ? Int.random(in: 0..<14, using: &random) : t
        }
        let got = try GroupingIntervals(truth: truth, predicted: predicted, resamples: 400, seed: 1)
        let figures = try GroupingMetrics(truth: truth, predicted: predicted)
        let f = try #require(got.pairwise.f)
        #expect(f.low < figures.pairwise.f && figures.pairwise.f < f.high && f.high - f.low < 0.5)
        let perfect = try GroupingIntervals(truth: truth, predicted: truth, resamples: 50)
        #expect(perfect.pairwise.f == Interval(low: 1, high: 1) && perfect.bcubed.f == Interval(low: 1, high: 1))
        let apart = try GroupingIntervals(truth: truth, predicted: truth.map { _ in -1 }, resamples: 50)
        #expect(
            apart.pairwise.recall == Interval(low: 0, high: 0) && apart.pairwise.precision == Interval(low: 1, high: 1))
        #expect(errorCode { _ = try GroupingIntervals(truth: [1], predicted: []) } == "length-mismatch")
        #expect(errorCode { _ = try GroupingIntervals(truth: [-1], predicted: [0]) } == "empty")
    }

    @Test func cohortsHaveIntervalsAndAccuracy() throws {
        let csv = (0..<400).map { k in
            "p\(k % 40)/\(k),p\(k % 2 == 0 ? k % 40 : (k + 7) % 40)/x\(k),\(k % 2 == 0 ? 1 : 0),\(k % 3 == 0 ? "old" : "young")"
        }
        let list = try CSVPairs.parse(csv.joined(separator: "\n"))
        var random = SeededRandom(seed: 8)
        let scored = try ScoredList(list, scores: list.comparisons.map { random.unit() + ($0.same ? 0.4 : 0) })
        let names = scored.comparisons.map { $0.attributes[0] }
        let decisions = try VerificationResult.evaluate(scored.pairs, folds: scored.folds).decisions(scored.pairs)
        var report = try CohortReport(scored.pairs, cohorts: names, far: 0.1, decisions: decisions)
        report.addIntervals(scored, cohorts: names, resamples: 200)
        for cohort in report.cohorts {
            let i = try #require(cohort.trueAcceptInterval)
            #expect(
                i.low < cohort.trueAcceptRate && cohort.trueAcceptRate < i.high && cohort.falseAcceptInterval != nil)
            let rows = names.indices.filter { names[$0] == cohort.name }
            #expect(agrees(cohort.accuracy, Double(rows.count { decisions[$0] }) / Double(rows.count)))
        }
    }
}
