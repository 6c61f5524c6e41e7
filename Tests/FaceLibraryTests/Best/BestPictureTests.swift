import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

/// Scores of real faces as the pipeline sees them.
private struct Portraits {
    let detector: any FaceDetector
    let aligner: FaceAligner
    let assessor: QualityAssessor

    init() throws {
        let engine = try InferenceEngine()
        detector = try Detectors.make(
            id: "mtcnn",
            files: { (id) throws(LikenessError) in
                do { return try TestData.model("\(id).onnx") } catch {
                    throw LikenessError(.fileMissing, subject: id, "\(error)")
                }
            }, engine: engine)
        let path = "\(TestData.packageFolder)/Sources/FaceVision/Models/Cards/dlib-resnet29-int8.json"
        let card = try ModelCard(json: try Data(contentsOf: URL(fileURLWithPath: path)), subject: "card")
        aligner = try FaceAligner(card: card, detector: "mtcnn")
        assessor = try QualityAssessor(card: card)
    }

    /// The best picture score of the largest face; nil without a face.
    func score(_ raster: Raster) throws -> BestPicture? {
        let found = try detector.detect([raster])[0]
        guard let face = found.max(by: { $0.box.area < $1.box.area }), let landmarks = face.landmarks else {
            return nil
        }
        let chip = try aligner.chip(from: raster, landmarks: landmarks)
        let quality = assessor.assess(raster: raster, detection: face, chip: chip, embedding: nil)
        return BestPicture(quality: quality, landmarks: landmarks, crop: try raster.portrait(of: face.box, side: 224))
    }
}

@Suite("The best picture of a person")
struct BestPictureTests {
    private func raster(_ name: String) throws -> Raster {
        try PhotoDecoder().decode(path: TestData.file("photos/\(name)")).raster
    }

    /// Pixels through a function of their light.
    private func lit(_ raster: Raster, _ change: (Float) -> Float) -> Raster {
        Raster(
            width: raster.width, height: raster.height,
            pixels: raster.pixels.map { UInt8(max(0, min(255, change(Float($0)).rounded()))) })
    }

    /// Made small and large again: what motion and bad focus look like.
    private func blurred(_ raster: Raster, _ times: Int) throws -> Raster {
        let small = raster.reduced(toLongestSide: max(raster.width, raster.height) / times)
        let s = Double(small.width) / Double(raster.width)
        return try small.warped(
            by: SimilarityTransform(a: s, b: 0, c: 0, d: 0), width: raster.width, height: raster.height, outside: .edge)
    }

    @Test(
        "of real photos the blurred, dark, burnt-out and turned copies lose against the photo",
        arguments: ["obama-1.jpg", "biden-2.jpg", "leslie-1.jpg", "lacamoire-1.jpg", "astronaut.jpg"])
    func spoiled(name: String) throws {
        let portraits = try Portraits()
        let photo = try raster(name)
        let good = try #require(try portraits.score(photo))
        let copies: [(String, Raster)] = [
            ("blurred", try blurred(photo, 6)), ("dark", lit(photo) { $0 * 0.15 }),
            ("burnt out", lit(photo) { 150 + $0 * 1.2 }), ("grey fog", lit(photo) { 120 + $0 * 0.06 }),
            ("small", photo.reduced(toLongestSide: 120)),
        ]
        for (what, copy) in copies {
            guard let bad = try portraits.score(copy) else { continue }
            #expect(bad.score < good.score * 0.95, "\(what): \(bad.score) against \(good.score) \(bad.terms)")
        }
        #expect(good.score > 0.4, "\(good)")
    }

    @Test("a profile loses against a face that looks ahead, whatever else is better")
    func profile() throws {
        let measures: [String: Float] = [
            "sharpness": 100, "size": 150, "brightness": 120, "contrast": 45, "detector": 0.99, "inside": 1, "roll": 3,
        ]
        func score(_ yaw: Float, _ changes: [String: Float] = [:], learned: Float? = nil) -> Float {
            let all = measures.merging(["yaw": yaw, "pitch": 0]) { $1 }.merging(changes) { $1 }
            return BestPicture(quality: Quality(score: 1, reasons: [], measures: all), learned: learned).score
        }
        #expect(score(60, ["sharpness": 400, "size": 900]) < score(5))
        #expect(score(5) > score(30) && score(30) > score(60))
        #expect(score(-30) == score(30))
        // each measure by itself moves the score the right way
        for (name, worse) in [
            ("sharpness", 20), ("size", 40), ("brightness", 30), ("brightness", 230), ("contrast", 8),
            ("detector", 0.55),
            ("inside", 0.7), ("roll", 50),
        ] as [(String, Float)] {
            #expect(score(5, [name: worse]) < score(5), "\(name)")
        }
        #expect(score(5, learned: 0.9) > score(5, learned: 0.2))
        #expect(score(5, ["sharpness": .nan, "size": -.infinity]).isFinite)
        #expect(BestPicture(quality: Quality(score: 0, reasons: [])).score > 0)
    }

    @Test("of the real photos of one person the official portrait wins over the cut-off and the tiny one")
    func onePerson() throws {
        let portraits = try Portraits()
        let names = ["obama-1.jpg", "obama-partial.jpg", "small-face.jpg", "obama-3.jpg"]
        let scores = try names.map { try portraits.score(raster($0))?.score ?? 0 }
        #expect(scores[0] > scores[1] && scores[0] > scores[2] && scores[0] > scores[3], "\(scores)")
    }

    @Test("the order is by score, ties by place")
    func order() {
        let plain = BestPicture(quality: Quality(score: 1, reasons: [], measures: ["sharpness": 100]))
        let better = BestPicture(quality: Quality(score: 1, reasons: [], measures: ["sharpness": 300]))
        #expect(BestPicture.order([plain, better, plain, better]) == [1, 3, 0, 2])
        #expect(abs(BestPicture.weights.values.reduce(0, +) - 1) < 1e-6)
        #expect(BestPicture.order([]).isEmpty)
    }
}
