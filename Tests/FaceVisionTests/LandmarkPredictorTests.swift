import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite struct LandmarkPredictorTests {
    /// Points that dlib 20.0.1 finds in the picture of ``SelfTestPattern`` (seed 7, 120 pixels), as pixel indices.
    static let known: [(Box, [(Float, Float)])] = [
        (Box(x: 10, y: 10, width: 80, height: 80), [(68, 39), (60, 40), (39, 38), (47, 39), (55, 62)]),
        (Box(x: -15, y: 5, width: 60, height: 60), [(33, 22), (23, 25), (1, 31), (10, 30), (15, 50)]),
        (Box(x: 70, y: 60, width: 70, height: 90), [(115, 84), (107, 83), (87, 81), (95, 82), (99, 101)]),
        (Box(x: 0, y: 0, width: 120, height: 120), [(79, 33), (61, 36), (14, 48), (32, 44), (51, 73)]),
        (Box(x: 33, y: 21, width: 25, height: 25), [(51, 29), (47, 30), (39, 31), (43, 30), (46, 37)]),
    ]

    @Test func pointsAreThoseOfDlib() throws {
        let predictor = try LandmarkPredictor(file: try TestData.model("dlib-landmarks5.dat"))
        #expect(predictor.pointCount == 5)
        let picture = SelfTestPattern.chip(seed: 7, size: 120)
        for (box, expected) in Self.known {
            let found = try predictor.points(in: picture, box: box)
            for (p, q) in zip(found, expected) {
                // dlib rounds to whole pixels, whose centres are at + 0.5 here
                #expect(p.x.rounded(.down) == q.0 && p.y.rounded(.down) == q.1, "\(box): \(p) \(q)")
            }
        }
    }

    @Test func boxesWithoutAPictureAreAnswered() throws {
        let predictor = try LandmarkPredictor(file: try TestData.model("dlib-landmarks5.dat"))
        let empty = Raster(width: 0, height: 0)
        #expect(try predictor.points(in: empty, box: Box(x: 0, y: 0, width: 10, height: 10)).count == 5)
        for bad in [Float.nan, .infinity, 1e30] {
            #expect(throws: LikenessError.self) {
                try predictor.points(in: empty, box: Box(x: bad, y: 0, width: 10, height: 10))
            }
        }
    }

    @Test func missingFileIsNamed() {
        #expect { try LandmarkPredictor(file: "/nowhere/x.dat") } throws: {
            ($0 as? LikenessError)?.code == .fileMissing
        }
    }
}

/// A predictor small enough to be cut at every byte: one stage, two trees of three splits, two landmarks.
@Suite struct LandmarkReaderTests {
    static func integer(_ v: Int) -> [UInt8] {
        var m = v.magnitude
        var bytes: [UInt8] = []
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: m))
            m >>= 8
        } while m > 0
        return [UInt8(bytes.count) | (v < 0 ? 0x80 : 0)] + bytes
    }
    static func float(_ mantissa: Int, _ exponent: Int = 0) -> [UInt8] { integer(mantissa) + integer(exponent) }
    static func column(_ v: [Int]) -> [UInt8] { integer(-v.count) + integer(-1) + v.flatMap { float($0, -4) } }

    static func file(
        trees: Int? = nil, splits: Int = 3, pixel: Int = 1, anchor: Int = 1, threshold: [UInt8] = float(5)
    ) -> [UInt8] {
        let split = integer(0) + integer(pixel) + threshold
        let tree =
            integer(splits) + (0..<splits).flatMap { _ in split } + integer(splits + 1)
            + (0...splits).flatMap { column([$0, 1, 2, -$0]) }
        return integer(1) + column([1, 2, 12, 13]) + integer(1) + integer(trees ?? 2) + tree + tree
            + integer(1) + integer(2) + integer(0) + integer(anchor)
            + integer(1) + integer(2) + float(1, -3) + float(-1, -3) + float(1) + float(0)
    }

    private func read(_ bytes: [UInt8]) throws(LikenessError) -> LandmarkPredictor {
        try LandmarkPredictor(bytes: bytes, subject: "test")
    }

    @Test func theSmallOneIsRead() throws {
        let p = try read(Self.file())
        let box = Box(x: 0, y: 0, width: 17, height: 17)
        // the second pixel lies outside and counts as 0: a difference of 3 goes right twice (leaf 3), 9 goes left
        // twice (leaf 0)
        let right = try p.points(in: Raster(width: 17, height: 17, grey: 3), box: box)
        #expect(right[0].x == (1.0 / 16 + 2 * 3.0 / 16) * 16 + 0.5)
        #expect(right[1].y == (13.0 / 16 - 2 * 3.0 / 16) * 16 + 0.5)
        let left = try p.points(in: Raster(width: 17, height: 17, grey: 9), box: box)
        #expect(left[0].x == 1.5 && left[1].y == 13.5)
    }

    @Test func cutAnywhereIsAnError() {
        let whole = Self.file()
        for n in 0..<whole.count { #expect(throws: LikenessError.self, "\(n)") { try read(Array(whole.prefix(n))) } }
        #expect(throws: LikenessError.self) { try read(whole + [0]) }
    }

    /// Every byte replaced by several others: an error or a predictor that answers, never a crash.
    @Test func changedBytesNeverCrash() {
        let whole = Self.file()
        let picture = Raster(width: 17, height: 17, grey: 9)
        for i in whole.indices {
            for value: UInt8 in [0, 1, 2, 8, 0x0F, 0x7F, 0x80, 0x81, 0x88, 0xFF] {
                var bytes = whole
                bytes[i] = value
                if let p = try? read(bytes) {
                    _ = try? p.points(in: picture, box: Box(x: 0, y: 0, width: 17, height: 17))
                }
            }
        }
    }

    @Test func liesAboutSizesAreRefused() {
        let huge: [UInt8] = [8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        let beyond: [UInt8] = [8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        let head = Self.integer(1) + Self.column([1, 2, 12, 13])
        let files = [
            Self.file(trees: 1 << 60), Self.file(trees: -1), Self.file(splits: 2), Self.file(pixel: 2),
            Self.file(pixel: -1), Self.file(anchor: 2), Self.file(threshold: Self.float(0, 32000)),
            Self.file(threshold: Self.float(1, 1 << 40)), head + huge, head + beyond, Self.integer(1) + huge + huge,
            Self.integer(2), [],
        ]
        for (k, f) in files.enumerated() { #expect(throws: LikenessError.self, "file \(k)") { try read(f) } }
    }
}
