import FaceCore

/// A picture of one 8-bit channel, row-major, packed.
public struct GreyPicture: Sendable, Hashable {
    public let width: Int
    public let height: Int
    /// width·height values.
    public let pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width >= 0 && height >= 0 && pixels.count == width * height, "pixels do not fit the size")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point, rounded.
    public init(_ raster: Raster) {
        let grey = raster.pixels.withUnsafeBufferPointer { rgb in
            (0..<raster.width * raster.height).map { i in
                let (r, g, b) = (UInt32(rgb[3 * i]), UInt32(rgb[3 * i + 1]), UInt32(rgb[3 * i + 2]))
                return UInt8((19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16)
            }
        }
        self.init(width: raster.width, height: raster.height, pixels: grey)
    }

    /// The same picture with three equal channels.
    public var raster: Raster {
        Raster(width: width, height: height, pixels: pixels.flatMap { [$0, $0, $0] })
    }

    /// The part of `w`×`h` pixels whose upper left corner is (x, y).
    /// - Precondition: the part lies inside.
    public func cropped(x: Int, y: Int, width w: Int, height h: Int) -> GreyPicture {
        precondition(x >= 0 && y >= 0 && w >= 0 && h >= 0 && x + w <= width && y + h <= height, "part outside")
        let rows = (y..<y + h).flatMap { pixels[$0 * width + x..<$0 * width + x + w] }
        return GreyPicture(width: w, height: h, pixels: rows)
    }

    /// The central part of `side`×`side` pixels; where that leaves an odd rest, the smaller margin is left and above.
    public func central(side: Int) -> GreyPicture {
        cropped(x: (width - side) / 2, y: (height - side) / 2, width: side, height: side)
    }

    /// The picture in another size: the mean over the area of each new pixel.
    public func resized(width w: Int, height h: Int) -> GreyPicture {
        let small = raster.resized(width: w, height: h, by: .area)
        return GreyPicture(width: w, height: h, pixels: (0..<w * h).map { small.pixels[3 * $0] })
    }

    /// A smaller picture, each new pixel the rounded mean of the old pixels whose centres lie in it: box resampling of whole
    /// pixels, without the shares of ``resized(width:height:)``.
    /// - Precondition: neither side grows.
    public func boxReduced(width w: Int, height h: Int) -> GreyPicture {
        precondition(w > 0 && h > 0 && w <= width && h <= height, "\(width)×\(height) cannot shrink to \(w)×\(h)")
        let columns = (0..<w).map { Self.centres(in: $0, of: w, across: width) }
        let rows = (0..<h).map { Self.centres(in: $0, of: h, across: height) }
        var out: [UInt8] = []
        out.reserveCapacity(w * h)
        for ys in rows {
            for xs in columns {
                var sum = 0
                for y in ys { for x in xs { sum += Int(pixels[y * width + x]) } }
                let count = ys.count * xs.count
                out.append(UInt8((2 * sum + count) / (2 * count)))
            }
        }
        return GreyPicture(width: w, height: h, pixels: out)
    }

    /// Old pixels i with i + ½ in the half-open stretch of new pixel `k`.
    private static func centres(in k: Int, of count: Int, across size: Int) -> Range<Int> {
        let edge = { (k: Int) in (2 * k * size + count - 1) / (2 * count) }
        return edge(k)..<edge(k + 1)
    }

    /// The pixels as one row of numbers 0…255.
    public var values: [Float] { pixels.map(Float.init) }
}
