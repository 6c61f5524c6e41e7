import FaceCore
import FaceEvaluation
import Testing

/// The statistical parts of the golden values: bootstrap, intervals, McNemar, angles, cohorts, set to set.
@Suite struct StatisticsTests {
    struct Bootstrap: Decodable {
        struct Row: Decodable {
            var resample: [Int]
            var auc: Double?
            var tarStepAt01: Double?
            var genuineWeight: Int
            var impostorWeight: Int

            enum CodingKeys: String, CodingKey {
                case resample, auc, genuineWeight, impostorWeight
                case tarStepAt01 = "tarStepAt01"
            }
        }
        var identities: Int
        var pairs: [[Double]]
        var resamples: [Row]
        var used: Int
        var skipped: Int
        var aucInterval95: [Double]
        var tarInterval95: [Double]
    }

    func identityBootstrap(_ b: Bootstrap) throws -> IdentityBootstrap {
        let pairs = try ScoredPairs(scores: b.pairs.map { $0[2] }, same: b.pairs.map { $0[0] == $0[1] })
        return try IdentityBootstrap(pairs, left: b.pairs.map { Int($0[0]) }, right: b.pairs.map { Int($0[1]) })
    }

    @Test func resamplesOfIdentities() throws {
        let b = try Fixtures.section(Bootstrap.self, "verification", "bootstrap")
        let bootstrap = try identityBootstrap(b)
        #expect(bootstrap.identities == b.identities && b.resamples.count == 32)
        var (areas, rates): ([Double], [Double]) = ([], [])
        for row in b.resamples {
            var draws = [Int](repeating: 0, count: b.identities)
            for i in row.resample { draws[i] += 1 }
            let curve = bootstrap.curve(draws: draws)
            #expect(agrees(curve?.area, row.auc))
            #expect(agrees(try curve?.operatingPoint(far: 0.1).trueAcceptRate, row.tarStepAt01))
            guard let curve else { continue }
            #expect(curve.genuine == row.genuineWeight && curve.impostors == row.impostorWeight)
            areas.append(curve.area)
            rates.append(try curve.operatingPoint(far: 0.1).trueAcceptRate)
        }
        #expect(areas.count == b.used && b.resamples.count - areas.count == b.skipped)
        let (area, rate) = (try #require(Interval(resampled: areas)), try #require(Interval(resampled: rates)))
        #expect(agrees([area.low, area.high], b.aucInterval95) && agrees([rate.low, rate.high], b.tarInterval95))
    }

    @Test func drawsDependOnTheSeedAlone() throws {
        let b = try identityBootstrap(Fixtures.section(Bootstrap.self, "verification", "bootstrap"))
        let first = b.resample(200, seed: 7) { curve, _ in curve.area }
        #expect(first == b.resample(200, seed: 7) { curve, _ in curve.area })
        #expect(first != b.resample(200, seed: 8) { curve, _ in curve.area })
        #expect(Array(first.prefix(50)) == b.resample(50, seed: 7) { curve, _ in curve.area })
        let interval = try #require(Interval(resampled: first.compactMap { $0 }))
        let whole = ReceiverCurve(b.pairs).area
        #expect(interval.low < whole && whole < interval.high)
    }

    @Test func contradictingIdentitiesAreRefused() throws {
        let pairs = try ScoredPairs(scores: [0.1, 0.2], same: [true, false])
        #expect(errorCode { _ = try IdentityBootstrap(pairs, left: [1, 2], right: [1, 2]) } == "bad-data")
        #expect(errorCode { _ = try IdentityBootstrap(pairs, left: [1], right: [1, 2]) } == "length-mismatch")
    }

    struct Statistics: Decodable {
        struct Split: Decodable {
            var onlyFirstCorrect: Int
            var onlySecondCorrect: Int
            var exactP: Double
            var chi2Continuity: Double
            var chi2P: Double
        }
        struct Share: Decodable {
            var k: Int
            var n: Int
            var wilson95: [Double]
            var clopperPearson95: [Double]
        }
        var mcnemar: [Split]
        var proportionIntervals: [Share]
        var z975: Double
    }

    @Test func intervalsAndMcNemar() throws {
        let s = try Fixtures.section(Statistics.self, "verification", "statistics")
        #expect(s.mcnemar.count == 8 && s.proportionIntervals.count == 9)
        for c in s.mcnemar {
            let got = McNemar(onlyFirst: c.onlyFirstCorrect, onlySecond: c.onlySecondCorrect)
            #expect(agrees(got.exactChance, c.exactP) && agrees(got.chiSquared, c.chi2Continuity))
            #expect(agrees(got.chiSquaredChance, c.chi2P))
        }
        for c in s.proportionIntervals {
            let p = Proportion(c.k, of: c.n)
            #expect(agrees([p.wilson().low, p.wilson().high], c.wilson95), "\(c)")
            #expect(agrees([p.clopperPearson().low, p.clopperPearson().high], c.clopperPearson95), "\(c)")
        }
        #expect(agrees(normalQuantile(0.975), s.z975, 1e-14))
        #expect(McNemar([true, true, false], [false, true, true]) == McNemar(onlyFirst: 1, onlySecond: 1))
    }

    @Test func quantilesInvertProbabilities() {
        for p in [1e-300, 1e-12, 1e-6, 0.01, 0.3, 0.5, 0.7, 0.999, 1 - 1e-12] {
            #expect(abs(normalProbability(normalQuantile(p)) / p - 1) < 1e-11, "\(p)")
        }
        #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity && abs(normalQuantile(0.5)) < 1e-15)
    }

    struct Angles: Decodable {
        struct Counts: Decodable {
            var genuine: [Int]
            var impostor: [Int]
        }
        struct Means: Decodable {
            var genuine: Double
            var impostor: Double
        }
        var scores: [Double]
        var labels: [Int]
        var histogram: Counts
        var overlap: Double
        var auc: Double
        var meanAngle: Means
        var dPrime: Double
    }

    @Test func angles() throws {
        let a = try Fixtures.section(Angles.self, "verification", "angle_histogram")
        let pairs = try ScoredPairs(scores: a.scores, same: a.labels.map { $0 == 1 })
        let got = try AngleHistogram(pairs)
        #expect(got.binWidth == 5 && got.genuine.counts == a.histogram.genuine)
        #expect(got.impostor.counts == a.histogram.impostor)
        #expect(agrees(got.overlap, a.overlap) && agrees(got.separation, a.dPrime))
        #expect(agrees(got.genuine.mean, a.meanAngle.genuine) && agrees(got.impostor.mean, a.meanAngle.impostor))
        #expect(agrees(ReceiverCurve(pairs).area, a.auc))
        // rounding can carry a cosine out of [−1, 1]
        let beyond = try ScoredPairs(scores: [1.0000001, -1.0000001], same: [true, false])
        #expect(try AngleHistogram(beyond).genuine.mean == 0 && AngleHistogram(beyond).impostor.counts[35] == 1)
        for bins in [0, -1, 18_001] { #expect(errorCode { _ = try AngleHistogram(pairs, bins: bins) } == "usage") }
    }

    struct Cohorts: Decodable {
        enum Cell: Decodable {
            case name(String)
            case number(Double)
            init(from decoder: any Decoder) throws {
                let c = try decoder.singleValueContainer()
                if let s = try? c.decode(String.self) {
                    self = .name(s)
                } else {
                    self = .number(try c.decode(Double.self))
                }
            }
            var name: String { if case .name(let s) = self { s } else { "" } }
            var number: Double { if case .number(let x) = self { x } else { .nan } }
        }
        struct One: Decodable {
            var tar: Double
            var far: Double
            var auc: Double
            var ownThreshold: Double
            var ownTar: Double
        }
        var rows: [[Cell]]
        var far: Double
        var globalThreshold: Double
        var globalTar: Double
        var cohorts: [String: One]
        var worstTar: String
        var tarGap: Double
        var farRatio: Double
        var worstFar: String
        var meanTar: Double
    }

    @Test func cohorts() throws {
        let c = try Fixtures.section(Cohorts.self, "verification", "cohorts")
        let pairs = try ScoredPairs(scores: c.rows.map { $0[2].number }, same: c.rows.map { $0[1].number == 1 })
        let got = try CohortReport(pairs, cohorts: c.rows.map { $0[0].name }, far: c.far)
        #expect(got.global.threshold == c.globalThreshold && agrees(got.global.trueAcceptRate, c.globalTar))
        #expect(got.cohorts.count == c.cohorts.count)
        for one in got.cohorts {
            let want = try #require(c.cohorts[one.name])
            #expect(agrees(one.trueAcceptRate, want.tar) && agrees(one.falseAcceptRate, want.far), "\(one.name)")
            #expect(agrees(one.auc, want.auc) && agrees(one.own.trueAcceptRate, want.ownTar), "\(one.name)")
            #expect(one.own.threshold == want.ownThreshold && !one.hasEnoughImpostors, "\(one.name)")
        }
        #expect(got.worst.name == c.worstTar && got.mostFalseAccepts.name == c.worstFar)
        #expect(agrees(got.gap, c.tarGap) && agrees(got.falseAcceptRatio, c.farRatio))
        #expect(agrees(got.meanTrueAcceptRate, c.meanTar) && got.leftOut.isEmpty)
        let lonely = try CohortReport(
            ScoredPairs(scores: [0.9, 0.1, 0.5], same: [true, false, true]), cohorts: ["a", "a", "b"], far: 0.5)
        #expect(lonely.leftOut == ["b"])
        #expect(errorCode { _ = try CohortReport(pairs, cohorts: ["a"], far: 0.1) } == "length-mismatch")
    }

    struct Sets: Decodable {
        var scores: [[Double]]
        var max: Double
        var min: Double
        var mean: Double
        var median: Double
        var meanOfBest: Double
    }

    @Test func setToSet() throws {
        let cases = try Fixtures.section([Sets].self, "verification", "set_to_set")
        #expect(cases.count == 3)
        for c in cases {
            let wanted: [SetComparison: Double] = [
                .max: c.max, .min: c.min, .mean: c.mean, .median: c.median, .meanOfBest: c.meanOfBest,
            ]
            for rule in SetComparison.allCases { #expect(agrees(try rule.score(c.scores), wanted[rule]), "\(rule)") }
        }
        #expect(errorCode { _ = try SetComparison.max.score([]) } == "empty")
        #expect(errorCode { _ = try SetComparison.max.score([[1], []]) } == "length-mismatch")
    }
}
