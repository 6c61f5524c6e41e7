import FaceCore
import FaceEvaluation
import FaceTestSupport
import Testing

/// The 6,000 pairs of LFW View 2 with the vectors of MobileFaceNet-y1: the figures of an independent NumPy script.
@Suite struct LFWVerificationTests {
    /// Scores in Double from rows made unit length in Float, as the reference does.
    static func scores() throws -> (scores: [Double], same: [Bool]) {
        let rows = try unitRows(NPY.readMatrix(TestData.file("lfw-mobilefacenet-y1.npy")))
        let index = try ItemIndex(path: TestData.file("lfw-mobilefacenet-y1.names.txt"))
        let list = try LFWPairs.read(path: TestData.file("lfw-pairs.txt"))
        let scores = try list.comparisons.map { c in
            let (a, b) = (rows.row(try index.row(c.left)), rows.row(try index.row(c.right)))
            return zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        }
        return (scores, list.comparisons.map(\.same))
    }

    static func unitRows(_ m: Matrix) -> Matrix {
        var out = m
        for i in 0..<m.rows {
            let row = m.row(i)
            let norm = row.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
            out.setRow(i, row.map { $0 / norm })
        }
        return out
    }

    @Test func accuracyByEachRule() throws {
        let (scores, same) = try Self.scores()
        let wanted: [ThresholdRule: (Double, Double, Double, Double)] = [
            .gridDistance: (0.993000, 0.005617, 0.001872, 1.425),
            .observedLowest: (0.994000, 0.004842, 0.001614, 0.279433),
            .observedHighest: (0.994333, 0.004899, 0.001633, 0.280800),
            .midpointLowest: (0.993833, 0.004833, 0.001611, 0.279262),
            .midpointMean: (0.993833, 0.004833, 0.001611, 0.279855),
            .gridCosineMean: (0.993833, 0.004833, 0.001611, 0.279592),
        ]
        for rule in ThresholdRule.allCases {
            let want = try #require(wanted[rule])
            let got = try VerificationResult.evaluate(scores: scores, same: same, rule: rule)
            #expect(got.pairs == 6000 && got.curve.genuine == 3000)
            #expect(agrees(got.accuracy, want.0, 5e-7), "\(rule) \(got.accuracy)")
            #expect(agrees(got.deviation, want.1, 5e-7), "\(rule) \(got.deviation)")
            #expect(agrees(got.standardError, want.2, 5e-7), "\(rule) \(got.standardError)")
            #expect(agrees(got.meanThreshold, want.3, 1e-6), "\(rule) \(got.meanThreshold)")
        }
    }

    @Test func pooledCurve() throws {
        let (scores, same) = try Self.scores()
        let got = try VerificationResult.evaluate(scores: scores, same: same)
        #expect(agrees(got.auc, 0.9990250, 5e-8), "\(got.auc)")
        #expect(agrees(got.eer, 0.006667, 5e-7), "\(got.eer)")
        for (far, tar) in [(1e-1, 0.997333), (1e-2, 0.994667), (1e-3, 0.989000)] {
            let point = try got.curve.operatingPoint(far: far)
            #expect(agrees(point.trueAcceptRate, tar, 5e-7), "\(far) \(point.trueAcceptRate)")
            #expect(point.impostors == 3000)
        }
        #expect(try !got.curve.operatingPoint(far: 1e-3).isReliable)
    }
}
