internal import FaceCore
package import FaceVision

extension Raster {
    /// Left and right exchanged.
    package func mirrored() -> Raster {
        var out = pixels
        for y in 0..<height {
            let row = y * width * 3
            for x in 0..<width {
                let (from, to) = (row + x * 3, row + (width - 1 - x) * 3)
                for k in 0..<3 { out[to + k] = pixels[from + k] }
            }
        }
        return Raster(width: width, height: height, pixels: out)
    }

    /// Black outside a window of the given share of the area.
    func windowed(area: Double, ratio: Double, _ random: inout SeededRandom) -> Raster {
        let pixels = area * Double(width * height)
        let w = min(width, max(1, Int((pixels * ratio).squareRoot())))
        let h = min(height, max(1, Int((pixels / ratio).squareRoot())))
        let left = Int(random.next() % UInt64(width - w + 1))
        let top = Int(random.next() % UInt64(height - h + 1))
        var out = Raster(width: width, height: height)
        for y in top..<top + h { for x in left..<left + w { out[x, y] = self[x, y] } }
        return out
    }

    /// Factors of 1 change nothing; saturation 0 is grey (ITU-R BT.601 luma).
    func recoloured(brightness: Double, contrast: Double, saturation: Double) -> Raster {
        var out = pixels
        let means = stride(from: 0, to: pixels.count, by: 3).map { luma($0) }
        let mean = means.reduce(0, +) / Double(max(1, means.count)) * brightness
        for i in stride(from: 0, to: pixels.count, by: 3) {
            let grey = luma(i) * brightness
            for k in 0..<3 {
                let coloured = grey + (Double(pixels[i + k]) * brightness - grey) * saturation
                out[i + k] = UInt8(min(255, max(0, (mean + (coloured - mean) * contrast).rounded())))
            }
        }
        return Raster(width: width, height: height, pixels: out)
    }

    private func luma(_ i: Int) -> Double {
        0.299 * Double(pixels[i]) + 0.587 * Double(pixels[i + 1]) + 0.114 * Double(pixels[i + 2])
    }

    /// Gaussian blur, in rows and then in columns; the edge is repeated.
    func blurred(deviation: Double) -> Raster {
        let radius = max(1, Int((3 * deviation).rounded(.up)))
        let raw = (-radius...radius).map { exponential(-Double($0 * $0) / (2 * deviation * deviation)) }
        let kernel = raw.map { $0 / raw.reduce(0, +) }
        func pass(_ source: [UInt8], _ step: Int, _ count: Int, _ position: (Int) -> Int) -> [UInt8] {
            var out = source
            for i in 0..<source.count {
                let at = position(i)
                var sum = 0.0
                for (j, weight) in kernel.enumerated() {
                    let shift = min(count - 1, max(0, at + j - radius)) - at
                    sum += weight * Double(source[i + shift * step])
                }
                out[i] = UInt8(min(255, max(0, sum.rounded())))
            }
            return out
        }
        let rows = pass(pixels, 3, width) { $0 / 3 % width }
        return Raster(width: width, height: height, pixels: pass(rows, width * 3, height) { $0 / (width * 3) })
    }
}
