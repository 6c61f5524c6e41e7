import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite struct PoseTests {
    static let frontal = Landmarks([
        Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366), Point(41.5493, 92.3655),
        Point(70.7299, 92.2041),
    ])

    @Test func theAverageFaceLooksAhead() {
        let p = Pose(Self.frontal)
        #expect(abs(p.yaw) < 5 && abs(p.pitch) < 12 && abs(p.roll) < 2, "\(p)")
    }

    @Test(arguments: [-170.0, -90, -30, 0, 45, 90, 135]) func rollIsTheTurnInThePlane(degrees: Double) {
        let t = SimilarityTransform(rotation: degrees * .pi / 180, scale: 2.5, about: Point(56, 72), shift: Point(9, 4))
        let p = Pose(Landmarks(Self.frontal.points.map { t($0) }))
        let straight = Pose(Self.frontal)
        #expect(abs(p.roll - straight.roll - Float(degrees)) < 0.1)
        #expect(abs(p.yaw - straight.yaw) < 0.1 && abs(p.pitch - straight.pitch) < 0.1)
    }

    /// A face model turned in space and seen from afar: the sign is right and the size follows.
    @Test func yawAndPitchFollowATurnInSpace() {
        let model: [(Float, Float, Float)] = [(-0.5, 0, 0), (0.5, 0, 0), (0, 0.55, 0.4), (-0.4, 1, 0), (0.4, 1, 0)]
        func seen(yaw: Float, pitch: Float) -> Pose {
            let (y, p) = (yaw * .pi / 180, pitch * .pi / 180)
            return Pose(
                Landmarks(
                    model.map { m in
                        let x = m.0 * cos(y) + m.2 * sin(y)
                        let z = -m.0 * sin(y) + m.2 * cos(y)
                        return Point(60 * x + 100, 60 * (m.1 * cos(p) + z * sin(p)) + 100)
                    }))
        }
        for angle: Float in [-60, -40, -20, 0, 20, 40, 60] {
            #expect(abs(seen(yaw: angle, pitch: 0).yaw - angle) < 12, "yaw \(angle): \(seen(yaw: angle, pitch: 0))")
            let pitch = seen(yaw: 0, pitch: angle / 2).pitch
            #expect(abs(pitch - angle / 2) < 12, "pitch \(angle / 2): \(pitch)")
        }
    }

    @Test func onePointHasNoPose() {
        let p = Pose(Landmarks([Point](repeating: Point(4, 4), count: 5)))
        #expect(p.yaw.isFinite && p.pitch.isFinite && p.roll.isFinite)
        #expect(Pose(Landmarks([Point](repeating: Point(.nan, 4), count: 5))) == Pose(yaw: 0, pitch: 0, roll: 0))
    }
}

@Suite struct QualityAssessorTests {
    let photo: Raster
    let landmarks: Landmarks
    let embedder: FaceEmbedder
    let assessor: QualityAssessor

    /// A real face, so that thresholds chosen on real faces can be asked.
    init() throws {
        photo = try PhotoDecoder().decode(path: try TestData.file("photos/obama-1.jpg")).raster
        let detector = try MTCNNDetector(
            pnet: try TestData.model("mtcnn-pnet.onnx"), rnet: try TestData.model("mtcnn-rnet.onnx"),
            onet: try TestData.model("mtcnn-onet.onnx"), engine: try EmbedFixture.engine.get())
        let found = try detector.detect([photo])
        landmarks = try #require(found.first?.first?.landmarks)
        embedder = try EmbedFixture.dlib(.init(detector: "mtcnn"))
        assessor = try QualityAssessor(card: embedder.card)
    }

    private func assess(_ raster: Raster, _ l: Landmarks, score: Float = 0.99) throws -> Quality {
        let chip = try embedder.aligner.chip(from: raster, landmarks: l)
        let vector = try embedder.embed(chips: [chip]).row(0)
        let span = l.rightEye.x - l.leftEye.x
        let box = Box(x: l.nose.x - span, y: l.nose.y - 1.2 * span, width: 2 * span, height: 2.4 * span)
        return assessor.assess(
            raster: raster, detection: Detection(box: box, landmarks: l, score: score), chip: chip, embedding: vector,
            fullScale: 2)
    }

    /// The photo shrunk by `factor`, with its landmarks.
    private func shrunk(_ factor: Double) throws -> (Raster, Landmarks) {
        let t = SimilarityTransform(a: factor, b: 0, c: 0, d: 0)
        let out = try photo.warped(
            by: t, width: Int(Double(photo.width) / factor), height: Int(Double(photo.height) / factor))
        return (out, landmarks.scaled(by: Float(1 / factor)))
    }

    private func changed(_ body: (UInt8) -> Double) -> Raster {
        Raster(
            width: photo.width, height: photo.height, pixels: photo.pixels.map { UInt8(max(0, min(255, body($0)))) })
    }

    @Test func aGoodPhotoIsGood() throws {
        let q = try assess(photo, landmarks)
        #expect(q.score > 0.6 && q.reasons.isEmpty, "\(q)")
        #expect(
            Set(q.measures.keys).isSuperset(of: [
                "size", "detector", "inside", "yaw", "pitch", "roll", "sharpness", "brightness", "contrast", "nonFace",
            ]))
    }

    @Test func aSmallFaceBlownUpIsBlurryAndASmallOneSmall() throws {
        let span = Double(landmarks.rightEye.x - landmarks.leftEye.x)
        let (small, l) = try shrunk(span / 5)
        let tiny = try assess(small, l)
        #expect(tiny.reasons.contains(.tooSmall), "\(tiny)")
        let t = SimilarityTransform(a: 5 / span, b: 0, c: 0, d: 0)
        let blown = try small.warped(by: t, width: photo.width, height: photo.height)
        let blurry = try assess(blown, landmarks)
        let good = try assess(photo, landmarks)
        #expect(blurry.reasons.contains(.blurry), "\(blurry)")
        #expect((blurry.measures["sharpness"] ?? 0) < (good.measures["sharpness"] ?? 0) / 3)
        #expect(blurry.score < good.score)
    }

    @Test func exposureIsNamed() throws {
        #expect(try assess(changed { Double($0) * 0.08 }, landmarks).reasons.contains(.underexposed))
        #expect(try assess(changed { 250 + Double($0) * 0.02 }, landmarks).reasons.contains(.overexposed))
        #expect(try assess(changed { 120 + Double($0) * 0.03 }, landmarks).reasons.contains(.lowContrast))
    }

    @Test func aFaceHalfOutsideIsCutOff() throws {
        let shift = SimilarityTransform(a: 1, b: 0, c: Double(landmarks.nose.x), d: 0)
        let out = try photo.warped(by: shift, width: photo.width, height: photo.height)
        let l = Landmarks(landmarks.points.map { Point($0.x - landmarks.nose.x, $0.y) })
        let q = try assess(out, l)
        #expect(q.reasons.contains(.cutOff), "\(q)")
        #expect(!(try assess(photo, landmarks)).reasons.contains(.cutOff))
    }

    @Test func landmarksOfAProfileAreNamed() throws {
        let l = landmarks
        let eyes = l.rightEye.x - l.leftEye.x
        let side = Landmarks(
            leftEye: Point(l.rightEye.x - eyes * 0.35, l.leftEye.y), rightEye: l.rightEye,
            nose: Point(l.rightEye.x + eyes * 0.3, l.nose.y),
            leftMouth: Point(l.rightMouth.x - eyes * 0.3, l.leftMouth.y), rightMouth: l.rightMouth)
        #expect(try assess(photo, side).reasons.contains(.profile))
    }

    @Test func aDoubtfulDetectionIsNamed() throws {
        #expect(try assess(photo, landmarks, score: 0.3).reasons.contains(.lowDetectorScore))
    }

    @Test(arguments: ["noface-coins", "noface-page", "noface-galaxies"]) func thingsAreNoFaces(name: String) throws {
        let thing = try PhotoDecoder().decode(path: try TestData.file("photos/\(name).jpg")).raster
        let s = Double(min(thing.width, thing.height)) / 112
        let t = SimilarityTransform(a: s, b: 0, c: 0, d: 0)
        let q = try assess(thing, Landmarks(PoseTests.frontal.points.map { t($0) }))
        #expect(q.reasons.contains(.notAFace), "\(q)")
        #expect(q.score < (try assess(photo, landmarks)).score)
    }

    @Test func nothingButADetectionIsJudgedByIt() throws {
        let d = Detection(box: Box(x: 0, y: 0, width: 30, height: 40), landmarks: nil, score: 0.9)
        let q = assessor.assess(raster: photo, detection: d, chip: nil, embedding: nil)
        #expect(Set(q.measures.keys) == ["size", "detector", "inside"])
        #expect(q.measures["size"] == 30 && q.score >= 0 && q.score <= 1)
        let broken = Detection(box: Box(x: .nan, y: 0, width: .nan, height: 0), landmarks: nil, score: .nan)
        let b = assessor.assess(raster: photo, detection: broken, chip: nil, embedding: nil)
        #expect(b.score == 0 && !b.reasons.isEmpty)
    }
}
