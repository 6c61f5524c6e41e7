import FaceCore
import FaceEvaluation
import Foundation
import Testing

/// scikit-learn's figures on 220 labelings and 210 score lists (Benchmarks/golden/agreement.py), to 1e-9.
@Suite struct AgreementTests {
    private struct Golden: Decodable {
        struct Labeling: Decodable {
            let name: String
            let truth: [Int]
            let predicted: [Int]
            let ari: Double
            let nmi: [String: Double]
            let pairs: [String: Int]
        }
        struct Curve: Decodable {
            let name: String
            let scores: [Double]
            let same: [Int]
            let auc: Double
        }
        let labelings: [Labeling]
        let curves: [Curve]
    }

    private static func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Fixtures.data("agreement.json"))
    }

    @Test func labelings() throws {
        let all = try Self.golden().labelings
        #expect(all.count == 220)
        for c in all {
            let m = try GroupingMetrics(truth: c.truth, predicted: c.predicted)
            #expect(agrees(m.ari, c.ari), "\(c.name): \(m.ari) \(c.ari)")
            for (mean, value) in [
                ("arithmetic", m.nmi.arithmetic), ("geometric", m.nmi.geometric), ("min", m.nmi.min),
                ("max", m.nmi.max),
            ] { #expect(agrees(value, c.nmi[mean]), "\(c.name), \(mean): \(value) \(c.nmi[mean] ?? .nan)") }
            #expect(
                [m.pairs.tp, m.pairs.fp, m.pairs.fn, m.pairs.tn]
                    == ["tp", "fp", "fn", "tn"].map { c.pairs[$0] ?? -1 }, "\(c.name)")
        }
        #expect(errorCode { _ = try GroupingMetrics(truth: [], predicted: []) } == "empty")
    }

    @Test func areasUnderTheCurve() throws {
        let all = try Self.golden().curves
        #expect(all.count == 210)
        for c in all {
            let curve = ReceiverCurve(try ScoredPairs(scores: c.scores, same: c.same.map { $0 == 1 }))
            #expect(agrees(curve.area, c.auc), "\(c.name): \(curve.area) \(c.auc)")
        }
    }
}
