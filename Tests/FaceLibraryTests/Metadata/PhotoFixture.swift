import FaceCore
import FaceTestSupport
import FaceVision
import Foundation

/// Small photos with chosen metadata.
enum PhotoFixture {
    /// A grey picture of these sides with a white rectangle at `mark` (in fractions).
    static func raster(width: Int, height: Int, mark: Box) -> Raster {
        var raster = Raster(width: width, height: height, grey: 40)
        for y in Int(mark.y * Float(height))..<Int(mark.bottom * Float(height)) {
            for x in Int(mark.x * Float(width))..<Int(mark.right * Float(width)) { raster[x, y] = (255, 255, 255) }
        }
        return raster
    }

    /// The rectangle of bright pixels, in fractions.
    static func mark(in raster: Raster) -> Box {
        var (left, top, right, bottom) = (Int.max, Int.max, 0, 0)
        for y in 0..<raster.height {
            for x in 0..<raster.width where raster[x, y].g > 150 {
                (left, right) = (min(left, x), max(right, x + 1))
                (top, bottom) = (min(top, y), max(bottom, y + 1))
            }
        }
        let (w, h) = (Float(raster.width), Float(raster.height))
        return Box(left: Float(left) / w, top: Float(top) / h, right: Float(right) / w, bottom: Float(bottom) / h)
    }

    /// A JPEG with APP1 segments put behind its start.
    static func jpeg(_ raster: Raster, exif: [UInt8]? = nil, app1: [[UInt8]] = []) throws -> [UInt8] {
        let plain = try RasterEncoder.encode(raster, as: .jpeg(quality: 95))
        var out = Array(plain[..<2])
        for body in (exif.map { [Array("Exif\0\0".utf8) + $0] } ?? []) + app1 {
            out += [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 0xFF)] + body
        }
        return out + plain[2...]
    }

    static func packet(_ xmp: String) -> [UInt8] { Array("http://ns.adobe.com/xap/1.0/\0".utf8) + Array(xmp.utf8) }

    /// An EXIF block of one directory that says the orientation only.
    static func exif(orientation: Int) -> [UInt8] {
        [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0, 0, 0, 0, 0]
    }

    static func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

/// Whether two boxes agree to `tolerance` on every side.
func close(_ a: Box, _ b: Box, _ tolerance: Float = 1e-4) -> Bool {
    abs(a.x - b.x) <= tolerance && abs(a.y - b.y) <= tolerance && abs(a.right - b.right) <= tolerance
        && abs(a.bottom - b.bottom) <= tolerance
}
