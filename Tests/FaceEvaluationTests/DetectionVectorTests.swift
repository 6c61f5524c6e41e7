import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Golden values of the detection protocols; counts and order exactly, the rest to the stated tolerance.
private struct Vectors: Decodable {
    struct AP: Decodable {
        struct Picture: Decodable {
            var faces: [[Float]]
            var detections: [[Double]]
        }
        var name: String
        var iouThreshold: Double
        var pixelPlusOne: Bool
        var images: [Picture]
        var order: [[Int]]
        var outcome: [String]
        var positives: Int
        var recall: [Double]?
        var precision: [Double]?
        var apContinuous: Double?
        var ap11Point: Double?
        var ap101Point: Double?
        var error: String?
    }
    struct Wider: Decodable {
        struct Picture: Decodable {
            var faces: [[Float]]
            var keep: [String: Set<Int>]
            var detections: [[Double]]
        }
        struct Setting: Decodable {
            var facesCounted: Int
            var ap1000Thresholds: Double
            var apExact: Double
            var exactRecall: [Double]
            var exactPrecision: [Double]
            var table: [String: [Int]]
        }
        var images: [Picture]
        var settings: [String: Setting]
    }
    struct FDDB: Decodable {
        struct Picture: Decodable {
            var width: Int
            var height: Int
            var ellipses: [[Double]]
            var detections: [[Double]]
        }
        struct Row: Decodable {
            var threshold: Double
            var detections: Int
            var tpDiscrete: Int
            var tpContinuous: Double
            var falsePositives: Int
        }
        struct Rate: Decodable {
            var tprDiscrete: Double
            var tprContinuous: Double
        }
        struct Mask: Decodable {
            var ellipse: [Double]
            var box: [Float]
            var width: Int
            var height: Int
            var iou: Double
        }
        var images: [Picture]
        var faces: Int
        var rows: [Row]
        var atFalsePositives: [String: Rate]
        var masks: [Mask]
    }
    struct Detection: Decodable {
        var ap: [AP]
        var wider: Wider
        var fddb: FDDB
    }
    var tolerance: Double
    var detection: Detection

    static func read() throws -> Vectors {
        let url = URL(filePath: "\(TestData.packageFolder)/Tests/Fixtures/detection.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Vectors.self, from: Data(contentsOf: url))
    }
}

private func near(_ a: [Double], _ b: [Double], _ tolerance: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
}

private func scored(_ v: [Double]) -> ScoredBox {
    ScoredBox(box: Box(x: Float(v[0]), y: Float(v[1]), width: Float(v[2]), height: Float(v[3])), score: v[4])
}

private func ellipse(_ v: [Double]) -> FDDBEllipse {
    FDDBEllipse(majorRadius: v[0], minorRadius: v[1], angle: v[2], x: v[3], y: v[4])
}

@Suite struct DetectionVectorTests {
    private let vectors: Vectors

    init() throws { vectors = try Vectors.read() }

    @Test func averagePrecision() throws {
        #expect(vectors.detection.ap.count == 7)
        for c in vectors.detection.ap {
            let pictures = c.images.map { image in
                DetectionCurve.Picture(
                    faces: image.faces.map {
                        AnnotatedBox(
                            box: Box(left: $0[0], top: $0[1], right: $0[2], bottom: $0[3]), ignored: $0[4] == 1)
                    },
                    detections: image.detections.map { v in
                        let f = v.map { Float($0) }
                        return ScoredBox(box: Box(left: f[0], top: f[1], right: f[2], bottom: f[3]), score: v[4])
                    })
            }
            let curve = DetectionCurve(pictures, iou: c.iouThreshold, pixelPlusOne: c.pixelPlusOne)
            #expect(curve.entries.map { [$0.picture, $0.detection] } == c.order, "\(c.name)")
            #expect(curve.entries.map(\.outcome.rawValue) == c.outcome, "\(c.name)")
            #expect(curve.positives == c.positives)
            if c.error != nil {
                let error = #expect(throws: LikenessError.self) { try curve.averagePrecision() }
                #expect(error?.code == .noFaces)
                continue
            }
            #expect(near(curve.recall, try #require(c.recall), vectors.tolerance), "\(c.name)")
            #expect(near(curve.precision, try #require(c.precision), vectors.tolerance), "\(c.name)")
            let got = try [
                curve.averagePrecision(), curve.averagePrecision(.points(11)), curve.averagePrecision(.points(101)),
            ]
            let want = [try #require(c.apContinuous), try #require(c.ap11Point), try #require(c.ap101Point)]
            #expect(near(got, want, vectors.tolerance), "\(c.name): \(got), not \(want)")
        }
    }

    @Test(arguments: ["easy", "medium", "hard"]) func wider(setting: String) throws {
        let wider = vectors.detection.wider
        let want = try #require(wider.settings[setting])
        let protocolResult = try WiderProtocol(
            wider.images.map { image in
                WiderProtocol.Picture(
                    faces: image.faces.map { Box(x: $0[0], y: $0[1], width: $0[2], height: $0[3]) },
                    keep: image.keep[setting] ?? [], detections: image.detections.map(scored))
            })
        #expect(protocolResult.faces == want.facesCounted)
        let grid = protocolResult.thousandThresholds()
        #expect(abs(grid.averagePrecision - want.ap1000Thresholds) <= vectors.tolerance)
        for (t, counts) in want.table {
            let t = try #require(Int(t))
            #expect([grid.proposals[t], grid.hits[t]] == counts, "threshold \(t)")
        }
        let exact = protocolResult.everyScore()
        #expect(abs(exact.averagePrecision - want.apExact) <= vectors.tolerance)
        #expect(near(exact.recall, want.exactRecall, vectors.tolerance))
        #expect(near(exact.precision, want.exactPrecision, vectors.tolerance))
    }

    @Test func fddb() throws {
        let fddb = vectors.detection.fddb
        let result = try FDDBProtocol(
            fddb.images.map {
                FDDBProtocol.Picture(
                    width: $0.width, height: $0.height, faces: $0.ellipses.map(ellipse),
                    detections: $0.detections.map(scored))
            })
        #expect(result.faces == fddb.faces)
        #expect(result.rows.count == fddb.rows.count)
        for (got, want) in zip(result.rows, fddb.rows) {
            #expect(got.threshold == want.threshold)
            #expect(got.detections == want.detections && got.discreteHits == want.tpDiscrete)
            #expect(got.falsePositives == want.falsePositives)
            #expect(abs(got.continuousHits - want.tpContinuous) <= vectors.tolerance)
        }
        for (limit, want) in fddb.atFalsePositives {
            let got = result.rates(falsePositives: try #require(Int(limit)))
            #expect(abs(got.discrete - want.tprDiscrete) <= vectors.tolerance)
            #expect(abs(got.continuous - want.tprContinuous) <= vectors.tolerance)
        }
    }

    /// One ellipse and one box: the continuous score of a single detection is their overlap.
    @Test func fddbMasks() throws {
        for mask in vectors.detection.fddb.masks {
            let box = Box(x: mask.box[0], y: mask.box[1], width: mask.box[2], height: mask.box[3])
            let result = try FDDBProtocol([
                FDDBProtocol.Picture(
                    width: mask.width, height: mask.height, faces: [ellipse(mask.ellipse)],
                    detections: [ScoredBox(box: box, score: 1)])
            ])
            #expect(abs(result.rows[0].continuousHits - mask.iou) <= vectors.tolerance, "\(mask.ellipse)")
        }
    }
}
