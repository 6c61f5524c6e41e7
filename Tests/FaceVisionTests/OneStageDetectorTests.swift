import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Synchronization
import Testing

/// Facts about the test photos: faces that a modern detector finds in each.
private let faces: [(photo: String, count: ClosedRange<Int>)] = [
    ("obama-1.jpg", 1...1), ("obama-3.jpg", 1...1), ("two-people.jpg", 2...2), ("three-people.jpg", 3...3),
    ("harington-and-leslie.jpg", 2...2), ("group-large-1.jpg", 28...34), ("noface-coffee.jpg", 0...0),
    ("noface-page.jpg", 0...0), ("strip-6000x8.jpg", 0...0), ("tiny-1x1.png", 0...0),
]

private let engine = Result { () throws(LikenessError) in try InferenceEngine(.init(threads: 2)) }

/// Networks are compiled on first use: tests share the detectors with default options.
private let shared = Mutex<[String: any FaceDetector]>([:])

private func detector(_ id: String) throws -> any FaceDetector {
    try shared.withLock { known in
        let made = try known[id] ?? detector(id, DetectorOptions())
        known[id] = made
        return made
    }
}

private func detector(_ id: String, _ options: DetectorOptions) throws -> any FaceDetector {
    let folder = try TestData.file("models")
    return try Detectors.make(id: id, options: options, files: { "\(folder)/\($0).onnx" }, engine: try engine.get())
}

@Suite struct OneStageDetectorTests {
    static let withLandmarks = ["yunet-s-dynamic", "yunet-n-dynamic", "scrfd-2.5g-kps", "scrfd-500m-kps"]

    @Test(arguments: withLandmarks) func findsTheFacesOfPhotos(id: String) throws {
        let pictures = try faces.map { try photo($0.photo) }
        let found = try detector(id).detect(pictures)
        for (k, (name, count)) in faces.enumerated() {
            #expect(count.contains(found[k].count), "\(id) finds \(found[k].count) faces in \(name)")
        }
    }

    @Test(arguments: withLandmarks) func landmarksLieInTheFaceLeftAndRightAsSeen(id: String) throws {
        for name in ["obama-1.jpg", "three-people.jpg", "group-large-1.jpg"] {
            for face in try detector(id).detect([try photo(name)])[0] {
                let points = try #require(face.landmarks)
                let box = face.box
                for p in points.points {
                    #expect(p.x > box.x - 0.2 * box.width && p.x < box.right + 0.2 * box.width)
                    #expect(p.y > box.y && p.y < box.bottom)
                }
                #expect(points.leftEye.x < points.rightEye.x && points.leftMouth.x < points.rightMouth.x)
                #expect(points.leftEye.y < points.leftMouth.y && points.rightEye.y < points.rightMouth.y)
            }
        }
    }

    @Test func lightDetectorFindsLargeFacesWithoutLandmarks() throws {
        let found = try detector("ultraface-rfb-320").detect(["obama-1.jpg", "two-tall-short.jpg"].map(photo))
        #expect(found.map(\.count) == [1, 2])
        #expect(found.joined().allSatisfy { $0.landmarks == nil })
    }

    /// Box, five points and score of OpenCV 4.14's own YuNet (`FaceDetectorYN`, threshold 0.6, overlap 0.3) on the file.
    @Test(
        arguments: [
            [
                105.31, 144.92, 68.57, 97.4, 124.94, 180.8, 158.83, 181.79, 141.53, 198.78, 125.38, 213.27, 153.96,
                215.49,
                0.93,
            ],
            [
                234.25, 205.13, 61.45, 80.47, 246.53, 232.21, 275.57, 231.85, 259.25, 247.62, 249.57, 260.9, 275.1,
                261.35,
                0.93,
            ],
            [
                359.31, 149.46, 79.42, 101.02, 376.24, 185.54, 414.93, 185.18, 394.46, 203.19, 380.73, 222.51, 413.29,
                221.15, 0.9,
            ],
        ] as [[Float]])
    func agreesWithOpenCV(face: [Float]) throws {
        let found = try detector("yunet-s-dynamic").detect([try photo("three-people.jpg")])[0]
        #expect(found.count == 3)
        let box = Box(x: face[0], y: face[1], width: face[2], height: face[3])
        let same = try #require(found.first { $0.box.overlap(box) > 0.5 })
        #expect(same.box.overlap(box) > 0.97)
        #expect(abs(same.score - face[14]) < 0.02)
        for (k, p) in try #require(same.landmarks).points.enumerated() {
            #expect(abs(p.x - face[4 + 2 * k]) < 1 && abs(p.y - face[5 + 2 * k]) < 1)
        }
    }

    /// The Zoo's file of fixed size holds the same weights.
    @Test func fixedAndFreeSizeAgree() throws {
        let picture = try photo("group-1.jpg").cropped(width: 640, height: 640)
        let fixed = try detector("yunet-2023mar").detect([picture])[0]
        let free = try detector("yunet").detect([picture])[0]
        #expect(!fixed.isEmpty)
        expectSame(fixed, free, within: 0.01)
    }

    @Test(arguments: withLandmarks + ["ultraface-rfb-320"])
    func resultsDoNotDependOnTheBatch(id: String) throws {
        let names = ["group-1.jpg", "obama-1.jpg", "two-people.jpg", "group-2.jpg", "obama-2.jpg", "group-3.jpg"]
        let pictures = try (names + names).map { try photo($0) }
        let searcher = try detector(id)
        let together = try searcher.detect(pictures)
        for k in names.indices {
            let alone = try searcher.detect([pictures[k]])[0]
            expectSame(together[k], alone, within: 0.01)
            expectSame(together[k + names.count], alone, within: 0.01)
        }
    }

    /// No card asks for batches (they cost more on a CPU), but a person's card may.
    @Test func aCardMayAskForBatches() throws {
        let file = "\(TestData.packageFolder)/Sources/FaceVision/Models/Cards/yunet-s-dynamic.json"
        var card = try JSONDecoder().decode(ModelCard.self, from: Data(contentsOf: URL(filePath: file)))
        card.decode?.batch = 3
        let batched = try OneStageDetector(
            card: card, file: try TestData.file("models/yunet-s-dynamic.onnx"), engine: try engine.get())
        let names = ["group-1.jpg", "obama-1.jpg", "group-2.jpg", "three-people.jpg", "group-3.jpg", "group-1.jpg"]
        let pictures = try names.map(photo)
        let (a, b) = (try batched.detect(pictures), try detector("yunet-s-dynamic").detect(pictures))
        for (a, b) in zip(a, b) {
            #expect(!a.isEmpty)
            expectSame(a, b, within: 0.05)
        }
    }

    @Test func threadsMayShareADetector() throws {
        let searcher = try detector("scrfd-500m-kps")
        let pictures = try ["group-1.jpg", "two-people.jpg", "obama-1.jpg", "group-2.jpg"].map(photo)
        let alone = try pictures.map { try searcher.detect([$0])[0] }
        parallelFor(12, threads: 4) { k in
            let again = try? searcher.detect([pictures[k % 4]])
            #expect(again?[0] == alone[k % 4])
        }
    }

    @Test func boxesAreClippedAndSortedByScore() throws {
        for name in ["obama-partial.jpg", "group-large-2.jpg", "group-collage.jpg"] {
            let picture = try photo(name)
            let found = try detector("yunet", DetectorOptions(threshold: 0.05)).detect([picture])[0]
            #expect(!found.isEmpty)
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
            for f in found {
                #expect(f.score >= 0.05 && f.score <= 1)
                #expect(f.box.x >= 0 && f.box.y >= 0)
                #expect(f.box.right <= Float(picture.width) + 0.01 && f.box.bottom <= Float(picture.height) + 0.01)
            }
        }
    }

    /// A shrunk picture gives the same faces at the same places once scaled back.
    @Test func coordinatesAreThoseOfThePictureWhateverItsSize() throws {
        let large = try photo("obama-1.jpg")
        let small = large.halved()
        for id in Self.withLandmarks {
            let searcher = try detector(id)
            let a = try #require(try searcher.detect([large])[0].first)
            let b = try #require(try searcher.detect([small])[0].first)
            #expect(a.box.overlap(b.box.scaled(by: 2)) > 0.85, "\(id)")
            let (p, q) = (try #require(a.landmarks).points, try #require(b.landmarks).scaled(by: 2).points)
            for (p, q) in zip(p, q) { #expect(abs(p.x - q.x) + abs(p.y - q.y) < a.box.width * 0.08, "\(id)") }
        }
    }

    @Test func minimumFaceLeavesSmallFacesOut() throws {
        let picture = try photo("group-large-1.jpg")
        let all = try detector("yunet").detect([picture])[0]
        let sizes = all.map { min($0.box.width, $0.box.height) }.sorted()
        let limit = sizes[sizes.count / 2]
        let large = try detector("yunet", DetectorOptions(minimumFace: limit)).detect([picture])[0]
        #expect(!large.isEmpty && large.count < all.count)
        #expect(large.allSatisfy { min($0.box.width, $0.box.height) > limit * 0.9 })
    }

    @Test func emptyPicturesHaveNoFaces() throws {
        let pictures = [
            Raster(width: 0, height: 0), Raster(width: 0, height: 5), Raster(width: 1, height: 1),
            Raster(width: 1, height: 4000, grey: 200), Raster(width: 4000, height: 1, grey: 9),
        ]
        for id in Self.withLandmarks + ["ultraface-rfb-320"] {
            #expect(try detector(id).detect(pictures) == pictures.map { _ in [] }, "\(id)")
            #expect(try detector(id).detect([]).isEmpty)
        }
    }

    @Test func badOptionsAndFilesAreTypedErrors() throws {
        expectError(.usage) { _ = try detector("yunet", DetectorOptions(threshold: 1.5)) }
        expectError(.usage) { _ = try detector("yunet", DetectorOptions(threshold: .nan)) }
        expectError(.usage) { _ = try detector("yunet", DetectorOptions(minimumFace: 0)) }
        expectError(.usage) { _ = try detector("scrfd-2.5g-kps", DetectorOptions(minimumFace: .infinity)) }
        expectError(.modelUnknown) { _ = try detector("nobody") }
        let picture = Raster(width: 64, height: 64)
        let folder = try TestData.file("models")
        for wrong in ["nothing-here", "mtcnn-pnet", "scrfd-500m-kps", "mobilefacenet-y1"] {
            expectError(.fileFormat) {
                let searcher = try Detectors.make(
                    id: "yunet", files: { _ in "\(folder)/\(wrong).onnx" }, engine: try engine.get())
                _ = try searcher.detect([picture])
            }
        }
    }
}

private func expectSame(_ a: [Detection], _ b: [Detection], within tolerance: Float) {
    #expect(a.count == b.count)
    for (a, b) in zip(a, b) {
        #expect(abs(a.score - b.score) < 1e-4)
        let far = [a.box.x - b.box.x, a.box.y - b.box.y, a.box.right - b.box.right, a.box.bottom - b.box.bottom]
        #expect(far.allSatisfy { abs($0) < tolerance })
        for (p, q) in zip(a.landmarks?.points ?? [], b.landmarks?.points ?? []) {
            #expect(abs(p.x - q.x) < tolerance && abs(p.y - q.y) < tolerance)
        }
    }
}

func expectError(_ code: LikenessError.Code, _ body: () throws -> Void) {
    let error = #expect(throws: LikenessError.self) { try body() }
    #expect(error?.code == code)
}

extension Raster {
    fileprivate func cropped(width: Int, height: Int) -> Raster {
        var out = Raster(width: width, height: height)
        for y in 0..<min(height, self.height) {
            for x in 0..<min(width, self.width) { out[x, y] = self[x, y] }
        }
        return out
    }

    fileprivate func halved() -> Raster {
        var out = Raster(width: width / 2, height: height / 2)
        for y in 0..<height / 2 {
            for x in 0..<width / 2 {
                let p = [
                    self[2 * x, 2 * y], self[2 * x + 1, 2 * y], self[2 * x, 2 * y + 1], self[2 * x + 1, 2 * y + 1],
                ]
                let mean = { (c: (_: (r: UInt8, g: UInt8, b: UInt8)) -> UInt8) in
                    UInt8(p.map { Int(c($0)) }.reduce(0, +) / 4)
                }
                out[x, y] = (mean(\.r), mean(\.g), mean(\.b))
            }
        }
        return out
    }
}
