public import FaceCore

/// A picture in memory: 8-bit sRGB without alpha, upright, row-major, three bytes a pixel, rows packed.
public struct Raster: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// width·height·3 bytes, R G B.
    public private(set) var pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width >= 0 && height >= 0 && pixels.count == width * height * 3, "pixels do not fit the size")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one colour.
    public init(width: Int, height: Int, grey: UInt8 = 0) {
        self.init(width: width, height: height, pixels: [UInt8](repeating: grey, count: width * height * 3))
    }

    public subscript(x: Int, y: Int) -> (r: UInt8, g: UInt8, b: UInt8) {
        get {
            let i = (y * width + x) * 3
            return (pixels[i], pixels[i + 1], pixels[i + 2])
        }
        set {
            let i = (y * width + x) * 3
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (newValue.r, newValue.g, newValue.b)
        }
    }

    /// All bytes, for writing.
    package mutating func withUnsafeMutablePixels<R>(_ body: (UnsafeMutableBufferPointer<UInt8>) -> R) -> R {
        pixels.withUnsafeMutableBufferPointer { body($0) }
    }

    public var bounds: Box { Box(x: 0, y: 0, width: Float(width), height: Float(height)) }
}
