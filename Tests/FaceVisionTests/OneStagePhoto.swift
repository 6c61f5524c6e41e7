import CVipsShim
import FaceTestSupport
import FaceVision
import Foundation

private let vipsStarted = vs_start(1) == 0

/// A photo of the test data, upright.
func photo(_ name: String) throws -> Raster {
    precondition(vipsStarted, "libvips does not start")
    let path = try TestData.file("photos/\(name)")
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    var image = vs_image()
    let status = data.withUnsafeBytes { vs_decode($0.baseAddress, $0.count, 1440, &image) }
    guard status == 0 else { throw Undecodable(path: path) }
    defer { vs_free(&image) }
    let (w, h) = (Int(image.width), Int(image.height))
    return Raster(width: w, height: h, pixels: Array(UnsafeBufferPointer(start: image.pixels, count: w * h * 3)))
}

private struct Undecodable: Error {
    let path: String
}
