import CVipsShim
public import FaceCore

extension Raster {
    /// The part under `box`, grown on every side by `padding` of its longer side and cut at the picture's edges.
    ///
    /// At least one pixel; the nearest pixel of the picture when the box lies outside.
    public func cropped(_ box: Box, padding: Float = 0) -> Raster {
        precondition(width > 0 && height > 0, "an empty picture has no part")
        let grow = max(0, padding) * max(box.width, box.height)
        let left = edge(box.x - grow, width - 1, rounding: .down)
        let top = edge(box.y - grow, height - 1, rounding: .down)
        let right = max(left + 1, edge(box.right + grow, width, rounding: .up))
        let bottom = max(top + 1, edge(box.bottom + grow, height, rounding: .up))
        let row = (right - left) * 3
        var part = [UInt8]()
        part.reserveCapacity(row * (bottom - top))
        for y in top..<bottom {
            let start = (y * width + left) * 3
            part += pixels[start..<start + row]
        }
        return Raster(width: right - left, height: bottom - top, pixels: part)
    }

    /// Not a number and infinities land on an edge.
    private func edge(_ v: Float, _ most: Int, rounding: FloatingPointRoundingRule) -> Int {
        guard v > 0 else { return 0 }
        return v < Float(most) ? Int(v.rounded(rounding)) : most
    }

    /// Made smaller to a longest side of `side`, with anti-aliasing; never enlarged.
    public func reduced(toLongestSide side: Int) -> Raster {
        precondition(side > 0, "a side of \(side) pixels")
        let longest = max(width, height)
        if longest <= side { return self }
        let s = Double(side) / Double(longest)
        let w = max(1, Int((Double(width) * s).rounded()))
        let h = max(1, Int((Double(height) * s).rounded()))
        let small = [UInt8](unsafeUninitializedCapacity: w * h * 3) { target, count in
            let status = pixels.withUnsafeBufferPointer {
                lk_reduce($0.baseAddress, Int32(width), Int32(height), 3, target.baseAddress, Int32(w), Int32(h))
            }
            precondition(status == 0, "no memory for a picture of \(w) × \(h) pixels")
            count = w * h * 3
        }
        return Raster(width: w, height: h, pixels: small)
    }
}
