import FaceCore
import FaceEvaluation
import Testing

/// `vectors/evaluation.json`, section verification: every case, every field.
@Suite struct VerificationVectorTests {
    struct Point: Decodable {
        var threshold: Double?
        var fp: Int
        var tp: Int
        var far: Double
        var tar: Double
    }
    struct Equal: Decodable {
        var linear: Double
        var nearest: Double
        var nearestThreshold: Double?
        var hull: Double
    }
    struct Reading: Decodable {
        var k: Int?
        var threshold: Double?
        var strict: Bool?
        var tar: Double
        var actualFar: Double?
    }
    struct At: Decodable {
        var far: Double
        var kthImpostor: Reading
        var step: Reading
        var interpolated: Reading
        var nearest: Reading
    }
    struct Deviates: Decodable {
        var far: Double
        var frr: Double
        var probit: [Double]?
    }
    struct Case: Decodable {
        var name: String
        var scores: [Double]
        var labels: [Int]
        var roc: [Point]
        var auc: Double
        var eer: Equal
        var tarAtFar: [At]
        var det: [Deviates]
    }
    struct Failure: Decodable {
        var name: String
        var scores: [Double?]
        var labels: [Int]
        var error: String
    }
    struct Rule: Decodable {
        var apply: String
        var thresholds: [Double]
        var accuracy: [Double]
        var mean: Double
        var stdPopulation: Double
        var standardError: Double
    }
    struct Folded: Decodable {
        var name: String
        var folds: Int
        var bounds: [[Int]]
        var scores: [Double]
        var labels: [Int]
        /// Keys of a dictionary are not converted.
        var rules: [String: Rule]
    }

    func curve(_ c: Case) throws -> ReceiverCurve {
        ReceiverCurve(try ScoredPairs(scores: c.scores, same: c.labels.map { $0 == 1 }))
    }

    @Test func curvesAreaAndEqualError() throws {
        let cases = try Fixtures.section([Case].self, "verification", "cases")
        #expect(cases.count == 12)
        for c in cases {
            let curve = try curve(c)
            #expect(curve.points.map(\.threshold) == c.roc.map(\.threshold), "\(c.name)")
            #expect(curve.points.map(\.falseAccepts) == c.roc.map(\.fp), "\(c.name)")
            #expect(curve.points.map(\.trueAccepts) == c.roc.map(\.tp), "\(c.name)")
            #expect(agrees(curve.points.map(curve.falseAcceptRate), c.roc.map(\.far)), "\(c.name)")
            #expect(agrees(curve.points.map(curve.trueAcceptRate), c.roc.map(\.tar)), "\(c.name)")
            #expect(agrees(curve.area, c.auc), "\(c.name)")
            #expect(agrees(curve.equalErrorRate(), c.eer.linear), "\(c.name)")
            #expect(agrees(curve.equalErrorRate(.nearest), c.eer.nearest), "\(c.name)")
            #expect(curve.nearestEqualError.threshold == c.eer.nearestThreshold, "\(c.name)")
            #expect(agrees(curve.equalErrorRate(.hull), c.eer.hull), "\(c.name)")
        }
    }

    @Test func operatingPointsByEachConvention() throws {
        for c in try Fixtures.section([Case].self, "verification", "cases") {
            let curve = try curve(c)
            for at in c.tarAtFar {
                let wanted: [(FalseAcceptConvention, Reading)] = [
                    (.step, at.step), (.kthImpostor, at.kthImpostor), (.interpolated, at.interpolated),
                    (.nearest, at.nearest),
                ]
                for (convention, want) in wanted {
                    let got = try curve.operatingPoint(far: at.far, convention)
                    let id = "\(c.name) at \(at.far) by \(convention)"
                    #expect(agrees(got.trueAcceptRate, want.tar), "\(id)")
                    #expect(got.threshold == want.threshold, "\(id)")
                    #expect(agrees(got.actualFAR, want.actualFar), "\(id)")
                    #expect(got.strict == (want.strict ?? false), "\(id)")
                    #expect(got.impostors == curve.impostors)
                }
            }
        }
    }

    @Test func detectionErrorTradeOff() throws {
        for c in try Fixtures.section([Case].self, "verification", "cases") {
            let got = try curve(c).detection
            #expect(got.count == c.det.count)
            for (g, w) in zip(got, c.det) {
                #expect(agrees(g.falseAccept, w.far) && agrees(g.falseReject, w.frr), "\(c.name)")
                #expect(agrees(g.deviates?.0, w.probit?[0]) && agrees(g.deviates?.1, w.probit?[1]), "\(c.name)")
            }
        }
    }

    @Test func badInputIsATypedError() throws {
        let cases = try Fixtures.section([Failure].self, "verification", "errors")
        #expect(cases.count == 5)
        for c in cases {
            let code = errorCode {
                _ = try ScoredPairs(scores: c.scores.map { $0 ?? .nan }, same: c.labels.map { $0 == 1 })
            }
            #expect(code == codeNames[c.error], "\(c.name)")
        }
    }

    @Test func foldsByEachRule() throws {
        let cases = try Fixtures.section([Folded].self, "verification", "kfold")
        #expect(cases.count == 4)
        for c in cases {
            #expect(c.rules.count == ThresholdRule.allCases.count)
            for rule in ThresholdRule.allCases {
                let want = try #require(c.rules[rule.rawValue])
                let got = try VerificationResult.evaluate(
                    scores: c.scores, same: c.labels.map { $0 == 1 }, folds: c.folds, rule: rule)
                let id = "\(c.name) by \(rule)"
                #expect(rule.comparison.rawValue == want.apply)
                #expect(got.folds.map { [$0.range.lowerBound, $0.range.upperBound] } == c.bounds, "\(id)")
                #expect(agrees(got.folds.map(\.threshold), want.thresholds), "\(id)")
                if rule == .observedLowest || rule == .observedHighest {
                    #expect(got.folds.map(\.threshold) == want.thresholds, "\(id)")
                }
                #expect(agrees(got.folds.map(\.accuracy), want.accuracy), "\(id)")
                #expect(agrees(got.accuracy, want.mean), "\(id)")
                #expect(agrees(got.deviation, want.stdPopulation), "\(id)")
                #expect(agrees(got.standardError, want.standardError), "\(id)")
            }
        }
    }

    @Test func oneCaseHasFiveMeansByFiveRules() throws {
        let c = try #require(try Fixtures.section([Folded].self, "verification", "kfold").first)
        let means = try ThresholdRule.allCases.prefix(5).map {
            try VerificationResult.evaluate(scores: c.scores, same: c.labels.map { $0 == 1 }, rule: $0).accuracy
        }
        #expect(Set(means.map { ($0 * 1e9).rounded() }).count == 5)
    }

    @Test func foldsThatDoNotFitAreRefused() throws {
        let pairs = try ScoredPairs(scores: [0.1, 0.2, 0.3, 0.4], same: [true, false, true, false])
        for folds in [[], [0..<4], [0..<2, 1..<3], [0..<2, 2..<5], [2..<2]] as [[Range<Int>]] {
            #expect(errorCode { _ = try VerificationResult.evaluate(pairs, folds: folds) } == "usage", "\(folds)")
        }
        for k in [-1, 0, 1, 5] {
            #expect(errorCode { _ = try VerificationResult.foldBounds(4, folds: k) } == "usage")
        }
        for far in [-0.1, 1.1, .nan] {
            #expect(errorCode { _ = try ReceiverCurve(pairs).operatingPoint(far: far) } == "usage")
        }
    }

    @Test func aPointBelowTenExpectedFalseAcceptsIsUnreliable() throws {
        let scores = (0..<1100).map { Double($0) }
        let curve = ReceiverCurve(try ScoredPairs(scores: scores, same: scores.map { $0 >= 1000 }))
        #expect(try curve.operatingPoint(far: 1e-2).isReliable)
        #expect(try !curve.operatingPoint(far: 9e-3).isReliable)
        #expect(try curve.operatingPoint(far: 9e-3).expectedFalseAccepts == 9)
    }
}
