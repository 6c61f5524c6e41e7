import FaceCore
import FaceTestSupport
import FaceVision
import Foundation
import Testing

/// Encoding, cropping, reducing, drawing, EXIF and the content hash.
@Suite struct DecodeRasterTests {
    /// A smooth picture with a gradient in each channel.
    static func gradient(_ width: Int, _ height: Int) -> Raster {
        var r = Raster(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                r[x, y] = (UInt8(x * 255 / max(1, width - 1)), UInt8(y * 255 / max(1, height - 1)), 128)
            }
        }
        return r
    }

    @Test func pngRoundTripIsExact() throws {
        let decoder = try PhotoDecoder(.init(workingSize: 0))
        for (w, h) in [(1, 1), (3, 2), (97, 61), (500, 20)] {
            let r = Self.gradient(w, h)
            let back = try decoder.decode(bytes: RasterEncoder.encode(r, as: .png), name: "x")
            #expect(back.raster == r)
            #expect(back.format == .png)
        }
    }

    @Test func jpegRoundTripIsClose() throws {
        let decoder = try PhotoDecoder(.init(workingSize: 0))
        let r = Self.gradient(97, 61)
        let good = try RasterEncoder.encode(r, as: .jpeg(quality: 95))
        let poor = try RasterEncoder.encode(r, as: .jpeg(quality: 20))
        #expect(meanDifference(try decoder.decode(bytes: good, name: "x").raster, r) < 2)
        #expect(poor.count < good.count)
        #expect(
            try RasterEncoder.encode(r, as: .jpeg(quality: 1000)) == RasterEncoder.encode(r, as: .jpeg(quality: 100)))
        #expect(throws: LikenessError.self) { try RasterEncoder.encode(Raster(width: 0, height: 0), as: .png) }
        #expect(throws: LikenessError.self) {
            try RasterEncoder.encode(Raster(width: 66_000, height: 1), as: .jpeg(quality: 80))
        }
    }

    @Test func cropIsCutAtTheEdges() {
        let r = Self.gradient(100, 80)
        let inner = r.cropped(Box(x: 10, y: 20, width: 30, height: 40))
        #expect(inner.width == 30 && inner.height == 40)
        #expect(inner[0, 0] == r[10, 20] && inner[29, 39] == r[39, 59])
        let padded = r.cropped(Box(x: 10, y: 20, width: 30, height: 40), padding: 0.5)
        #expect(padded.width == 60 && padded.height == 80)
        for box in [
            Box(x: -500, y: -500, width: 10, height: 10), Box(x: 900, y: 900, width: 10, height: 10),
            Box(x: .nan, y: 0, width: .nan, height: .infinity), Box(x: 5, y: 5, width: -10, height: -10),
        ] {
            let part = r.cropped(box, padding: 0.25)
            #expect(part.width >= 1 && part.height >= 1 && part.width <= 100 && part.height <= 80)
        }
    }

    @Test func reductionKeepsConstantsAndMeans() {
        for (w, h, side) in [(640, 480, 100), (6000, 8, 1440), (31, 977, 976), (50, 50, 1), (1441, 1080, 1440)] {
            let flat = Raster(width: w, height: h, grey: 77).reduced(toLongestSide: side)
            #expect(max(flat.width, flat.height) == side)
            #expect(flat.pixels.allSatisfy { $0 == 77 }, "\(w)×\(h) to \(side)")
        }
        // a checkerboard of single pixels has no detail that survives: it must become grey, not a moiré
        var board = Raster(width: 600, height: 400)
        for y in 0..<400 { for x in 0..<600 where (x + y) % 2 == 0 { board[x, y] = (255, 255, 255) } }
        let small = board.reduced(toLongestSide: 150)
        let centre = small.cropped(Box(x: 10, y: 10, width: 130, height: 80))
        #expect(centre.pixels.allSatisfy { abs(Int($0) - 128) < 12 })
        // nothing is shifted: a gradient stays the gradient
        #expect(meanDifference(Self.gradient(1200, 800).reduced(toLongestSide: 300), Self.gradient(300, 200)) < 1)
        #expect(board.reduced(toLongestSide: 600) == board)
    }

    @Test func drawingStaysInside() {
        var r = Raster(width: 40, height: 30)
        r.draw(Box(x: 10, y: 10, width: 20, height: 10), colour: (255, 0, 0), thickness: 2)
        #expect(r[10, 10] == (255, 0, 0) && r[29, 19] == (255, 0, 0) && r[9, 9] == (255, 0, 0))
        #expect(r[15, 15] == (0, 0, 0) && r[8, 8] == (0, 0, 0))
        r.draw(Point(20.5, 15.5), colour: (0, 255, 0), radius: 1.5)
        #expect(r[20, 15] == (0, 255, 0) && r[21, 15] == (0, 255, 0) && r[22, 15] == (0, 0, 0))
        let before = r
        r.draw(Box(x: -100, y: -100, width: 20, height: 20), colour: (1, 2, 3))
        r.draw(Point(.nan, 3), colour: (1, 2, 3))
        r.draw(Point(1e30, -1e30), colour: (1, 2, 3), radius: 5)
        r.draw(Box(x: .nan, y: .infinity, width: .nan, height: 1), colour: (1, 2, 3))
        #expect(r == before)
        r.draw(Box(x: -1e9, y: 5, width: 2e9, height: 3), colour: (9, 9, 9))
        #expect(r[0, 5] == (9, 9, 9) && r[39, 5] == (9, 9, 9))
    }

    @Test func exifIsRead() {
        func exif(_ date: String, _ zone: String, orientation: UInt8, bigEndian: Bool) -> [UInt8] {
            func n(_ v: Int, _ size: Int) -> [UInt8] {
                let b = (0..<size).map { UInt8(v >> (8 * $0) & 255) }
                return bigEndian ? b.reversed() : b
            }
            func entry(_ tag: Int, _ type: Int, _ count: Int, _ value: [UInt8]) -> [UInt8] {
                n(tag, 2) + n(type, 2) + n(count, 4) + value
            }
            let head: [UInt8] = bigEndian ? [0x4D, 0x4D] : [0x49, 0x49]
            let root =
                n(2, 2) + entry(0x0112, 3, 1, n(Int(orientation), 2) + [0, 0]) + entry(0x8769, 4, 1, n(38, 4)) + n(0, 4)
            let detail = n(2, 2) + entry(0x9003, 2, 20, n(68, 4)) + entry(0x9011, 2, 7, n(88, 4)) + n(0, 4)
            return head + n(42, 2) + n(8, 4) + root + detail + Array(date.utf8) + [0] + Array(zone.utf8) + [0]
        }
        for bigEndian in [false, true] {
            let bytes = exif("2024:05:01 12:33:10", "+02:00", orientation: 6, bigEndian: bigEndian)
            #expect(Exif(bytes).orientation == 6)
            #expect(Exif(bytes).captureDate == "2024-05-01T12:33:10+02:00")
            #expect(Exif(Array("Exif\0\0".utf8) + bytes) == Exif(bytes))
            for length in 0..<bytes.count { _ = Exif(Array(bytes.prefix(length))) }
            for i in bytes.indices {
                for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                    var bad = bytes
                    bad[i] = value
                    let e = Exif(bad)
                    #expect((1...8).contains(e.orientation))
                }
            }
        }
        #expect(Exif(exif("0000:00:00 00:00:00", "+02:00", orientation: 9, bigEndian: true)) == Exif([]))
        #expect(Exif(exif("    :  :     :  :  ", "      ", orientation: 1, bigEndian: false)).captureDate == nil)
    }

    /// Every orientation, as its definition says where the first row and column belong.
    @Test func orientationsByDefinition() throws {
        let side = 48
        var picture = Raster(width: side, height: side / 2, grey: 255)
        picture.fill(Box(x: 0, y: 0, width: 16, height: 8), (0, 0, 0))  // a mark at the stored top left
        let jpeg = try RasterEncoder.encode(picture, as: .jpeg(quality: 95))
        // where the stored top left corner is shown: right, bottom
        let places = [
            (false, false), (true, false), (true, true), (false, true), (false, false), (true, false), (true, true),
            (false, true),
        ]
        for orientation in 1...8 {
            let tiff: [UInt8] = [
                0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0,
            ]
            let segment = Array("Exif\0\0".utf8) + tiff
            let bytes = jpeg[..<2] + [0xFF, 0xE1, 0, UInt8(segment.count + 2)] + segment + jpeg[2...]
            let photo = try PhotoDecoder().decode(bytes: Array(bytes), name: "o\(orientation)")
            let r = photo.raster
            #expect((r.width, r.height) == (orientation >= 5 ? (24, 48) : (48, 24)))
            #expect((photo.fullWidth, photo.fullHeight) == (r.width, r.height))
            let (right, bottom) = places[orientation - 1]
            #expect(r[right ? r.width - 3 : 2, bottom ? r.height - 3 : 2].r < 60, "orientation \(orientation)")
            #expect(r[right ? 2 : r.width - 3, bottom ? 2 : r.height - 3].r > 200, "orientation \(orientation)")
        }
    }

    @Test("a portrait is never larger than the picture, unless the face is")
    func portrait() throws {
        let picture = Self.gradient(100, 60)
        let whole = try picture.portrait(of: Box(x: 20, y: 5, width: 50, height: 50), side: 60)
        #expect(whole.pixels == picture.cropped(Box(x: 15, y: 0, width: 60, height: 60)).pixels)
    }
}
