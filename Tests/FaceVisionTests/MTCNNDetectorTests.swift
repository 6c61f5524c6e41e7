import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite struct MTCNNDetectorTests {
    static let photos = ["obama-1", "group-1", "three-people", "astronaut", "noface-coffee", "obama-and-biden"]

    @Test(arguments: [
        ("obama-1", 1...1), ("obama-2", 1...1), ("biden-1", 1...1), ("obama-partial", 0...1), ("two-people", 2...2),
        ("obama-and-biden", 2...3), ("three-people", 3...3), ("harington-and-leslie", 2...2), ("astronaut", 1...1),
        ("group-1", 6...8), ("group-3", 6...8), ("noface-coffee", 0...0), ("noface-page", 0...0),
        ("noface-galaxies", 0...0), ("noface-colour-wheel", 0...0),
    ])
    func findsTheFacesOfPhotos(_ name: String, _ count: ClosedRange<Int>) throws {
        let picture = try decoded(name)
        let faces = try detector().detect([picture])[0]
        #expect(count.contains(faces.count))
        for f in faces {
            #expect(f.box.clipped(width: Float(picture.width), height: Float(picture.height)) == f.box)
            #expect(f.score >= MTCNNDetector.Options().outputThreshold && f.score <= 1)
            let p = try #require(f.landmarks)
            #expect(p.leftEye.x < p.rightEye.x && p.leftMouth.x < p.rightMouth.x)
            #expect(max(p.leftEye.y, p.rightEye.y) < min(p.leftMouth.y, p.rightMouth.y))
        }
        #expect(zip(faces, faces.dropFirst()).allSatisfy { $0.score >= $1.score })
    }

    /// A photo and its mirror image must have mirrored points: any other systematic shift is a defect of coordinates.
    @Test func pointsHaveNoSidewaysBias() throws {
        let names = ["obama-1", "obama-2", "astronaut", "biden-2", "lacamoire-1", "leslie-1", "miranda-1"]
        let d = try detector()
        var shifts: [Float] = []
        for name in names {
            let picture = try decoded(name)
            let found = try d.detect([picture, picture.mirrored()])
            guard let a = found[0].first?.landmarks, let b = found[1].first else { continue }
            let m = try #require(b.landmarks)
            let w = Float(picture.width)
            for (p, q) in [
                (a.leftEye, m.rightEye), (a.rightEye, m.leftEye), (a.nose, m.nose), (a.leftMouth, m.rightMouth),
                (a.rightMouth, m.leftMouth),
            ] {
                #expect(abs(p.x - (w - q.x)) < 0.15 * b.box.width && abs(p.y - q.y) < 0.15 * b.box.height)
                shifts.append((p.x - (w - q.x)) / 2 / b.box.width)
            }
        }
        #expect(shifts.count >= 30)
        #expect(abs(shifts.reduce(0, +) / Float(shifts.count)) < 0.01)
    }

    @Test func packedPyramidEqualsLevelByLevel() throws {
        let options = MTCNNDetector.Options()
        let pictures = try ["group-1", "obama-1"].map(decoded)
        let packed = try detector(options).proposals(pictures)
        var alone: [MTCNNCandidate] = []
        for (k, picture) in pictures.enumerated() {
            for level in PyramidLevel.all(
                picture: k, width: picture.width, height: picture.height, minimumFace: Double(options.minimumFace),
                factor: Double(options.factor))
            {
                alone += try windows(of: level, in: picture, threshold: options.proposalThreshold)
            }
        }
        #expect(packed.count > 50)
        // A score within 1e-5 of the threshold may fall on either side.
        let sure = { (c: [MTCNNCandidate]) in c.filter { $0.score > options.proposalThreshold + 1e-5 } }
        #expect(sure(packed).count == sure(alone).count)
        for (a, b) in zip(sure(packed), sure(alone)) {
            #expect(a.picture == b.picture && a.box == b.box && abs(a.score - b.score) < 1e-5)
            #expect((0..<4).allSatisfy { abs(a.offset[$0] - b.offset[$0]) < 1e-4 })
        }
    }

    @Test func resultsDoNotDependOnTheBatch() throws {
        let d = try detector()
        let pictures = try Self.photos.map(decoded)
        let alone = try pictures.map { try d.detect([$0])[0] }
        #expect(try d.detect(pictures) == alone)
        #expect(try d.detect(pictures.reversed()) == alone.reversed())
        #expect(try d.detect(Array(repeating: pictures[1], count: 3)) == Array(repeating: alone[1], count: 3))
    }

    @Test func severalThreadsGetTheSame() throws {
        let d = try detector()
        let pictures = try Self.photos.map(decoded)
        let expected = try d.detect(pictures)
        let results = Collected(count: 8)
        parallelFor(8, threads: 4) { k in
            let own = k % 2 == 0 ? pictures : Array(pictures.reversed())
            let faces = try? d.detect(own)
            results.set(k, k % 2 == 0 ? faces : faces.map { Array($0.reversed()) })
        }
        for k in 0..<8 { #expect(results.get(k) == expected) }
    }

    @Test func smallEmptyAndLongPicturesHaveNoFaces() throws {
        let d = try detector()
        let sizes = [(0, 0), (1, 1), (19, 19), (20, 20), (0, 50), (5, 3000), (3000, 30), (21, 21)]
        let faces = try d.detect(sizes.map { Raster(width: $0.0, height: $0.1, grey: 90) })
        #expect(faces == Array(repeating: [], count: sizes.count))
        #expect(try d.detect([]).isEmpty)
    }

    @Test func noiseStaysWithinTheBoundOfCandidates() throws {
        var options = MTCNNDetector.Options()
        options.proposalThreshold = 0.01
        options.maximumCandidates = 50
        let d = try detector(options)
        #expect(try d.detect([noise(400, 300, seed: 4)])[0].count <= 50)
    }

    @Test func aSmallestFaceLeavesSmallerOnesOut() throws {
        let picture = try decoded("group-1")
        let small = try detector().detect([picture])[0]
        var options = MTCNNDetector.Options()
        options.minimumFace = 200
        #expect(small.count >= 6)
        #expect(try detector(options).detect([picture])[0].count < small.count)
    }

    @Test func optionsOutOfRangeAreRefused() throws {
        let changes: [(inout MTCNNDetector.Options) -> Void] = [
            { $0.minimumFace = 2 }, { $0.minimumFace = .nan }, { $0.minimumFace = .infinity }, { $0.factor = 1 },
            { $0.factor = .nan }, { $0.proposalThreshold = 0 }, { $0.refinementThreshold = 1 },
            { $0.outputThreshold = .nan }, { $0.maximumCandidates = 0 },
        ]
        for change in changes {
            var options = MTCNNDetector.Options()
            change(&options)
            let error = #expect(throws: LikenessError.self) { try detector(options) }
            #expect(error?.code == .usage)
        }
    }

    @Test func otherNetworksAreRefused() throws {
        let engine = try InferenceEngine(.init(threads: 1))
        let (p, r, o) = try Self.files()
        for (a, b, c) in [(r, r, o), (p, o, o), (p, r, r), (p, r, p), ("/nonexistent.onnx", r, o)] {
            #expect(throws: LikenessError.self) { try MTCNNDetector(pnet: a, rnet: b, onet: c, engine: engine) }
        }
    }

    private static func files() throws -> (p: String, r: String, o: String) {
        (
            try TestData.model("mtcnn-pnet.onnx"), try TestData.model("mtcnn-rnet.onnx"),
            try TestData.model("mtcnn-onet.onnx")
        )
    }

    private func detector(_ options: MTCNNDetector.Options = .init()) throws -> MTCNNDetector {
        let (p, r, o) = try Self.files()
        let engine = try InferenceEngine(.init(threads: 2))
        return try MTCNNDetector(pnet: p, rnet: r, onet: o, options: options, engine: engine)
    }

    private func decoded(_ name: String) throws -> Raster {
        try PhotoDecoder().decode(path: try TestData.file("photos/\(name).jpg")).raster
    }

    /// P-Net over one level as the paper has it: the level alone is the network's input.
    private func windows(of level: PyramidLevel, in picture: Raster, threshold: Float) throws -> [MTCNNCandidate] {
        let engine = try InferenceEngine(.init(threads: 1))
        let network = try Network(
            file: try Self.files().p, inputShape: [1, 3, level.height, level.width], engine: engine)
        return try network.withRequest { request throws(LikenessError) in
            RasterChain(picture).writePlanar(
                x: ResampleAxis(step: level.stepX), y: ResampleAxis(step: level.stepY),
                into: PlanarTarget(start: request.input.baseAddress!, width: level.width, height: level.height),
                format: PlanarFormat(mean: .init(repeating: 127.5), scale: .init(repeating: 1 / 128)),
                by: MTCNNProposal.resampling)
            try request.run()
            let scores = try request.output(try network.output(named: "prob"))
            let boxes = try request.output(try network.output(named: "box"))
            let (w, h) = ((level.width - 12) / 2 + 1, (level.height - 12) / 2 + 1)
            return (0..<w * h).filter { scores[w * h + $0] >= threshold }.map { k in
                let box = Box(
                    x: Float(Double(2 * (k % w)) * level.stepX), y: Float(Double(2 * (k / w)) * level.stepY),
                    width: Float(12 * level.stepX), height: Float(12 * level.stepY))
                let offset = SIMD4<Float>((0..<4).map { boxes[$0 * w * h + k] })
                return MTCNNCandidate(picture: level.picture, box: box, score: scores[w * h + k], offset: offset)
            }
        }
    }
}

/// Results of several threads.
private final class Collected: @unchecked Sendable {
    // @unchecked: `values` is only touched under the lock.
    private let lock = NSLock()
    private var values: [[[Detection]]?]

    init(count: Int) { values = Array(repeating: nil, count: count) }

    func set(_ k: Int, _ v: [[Detection]]?) { lock.withLock { values[k] = v } }
    func get(_ k: Int) -> [[Detection]]? { lock.withLock { values[k] } }
}

extension Raster {
    fileprivate func mirrored() -> Raster {
        var out = self
        for y in 0..<height {
            for x in 0..<width { out[x, y] = self[width - 1 - x, y] }
        }
        return out
    }
}
