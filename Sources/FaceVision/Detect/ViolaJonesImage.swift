/// Grey values of a picture, and sums over its rectangles.
struct ViolaJonesGrey: Sendable {
    let width: Int
    let height: Int
    let pixels: [UInt8]

    init(width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Luma of ITU-R BT.601.
    init(_ picture: Raster) {
        width = picture.width
        height = picture.height
        let count = width * height
        pixels = [UInt8](unsafeUninitializedCapacity: count) { out, n in
            picture.pixels.withUnsafeBufferPointer { p in
                for i in 0..<count {
                    let sum = 4899 * Int(p[3 * i]) + 9617 * Int(p[3 * i + 1]) + 1868 * Int(p[3 * i + 2])
                    out[i] = UInt8((sum + 8192) >> 14)
                }
            }
            n = count
        }
    }

    /// Bilinear without smoothing, as the cascade was used with: the features average over pixels themselves.
    func shrunk(width w: Int, height h: Int) -> ViolaJonesGrey {
        if w == width && h == height { return self }
        let columns = Self.samples(from: width, to: w)
        let rows = Self.samples(from: height, to: h)
        let out = [UInt8](unsafeUninitializedCapacity: w * h) { out, n in
            pixels.withUnsafeBufferPointer { p in
                for (y, row) in rows.enumerated() {
                    let (above, below) = (row.first * width, min(row.first + 1, height - 1) * width)
                    for (x, column) in columns.enumerated() {
                        let (a, b) = (column.first, min(column.first + 1, width - 1))
                        let top = Int(p[above + a]) * (256 - column.part) + Int(p[above + b]) * column.part
                        let bottom = Int(p[below + a]) * (256 - column.part) + Int(p[below + b]) * column.part
                        out[y * w + x] = UInt8((top * (256 - row.part) + bottom * row.part + 32768) >> 16)
                    }
                }
            }
            n = w * h
        }
        return ViolaJonesGrey(width: w, height: h, pixels: out)
    }

    /// For each new pixel the one before its centre, and the part of the next in 1/256.
    private static func samples(from: Int, to: Int) -> [(first: Int, part: Int)] {
        let step = Double(from) / Double(to)
        return (0..<to).map { k in
            let at = min(max((Double(k) + 0.5) * step - 0.5, 0), Double(from - 1))
            let first = Int(at)
            return (first, Int(((at - Double(first)) * 256).rounded()))
        }
    }
}

/// Sums of pixels and of their squares over everything above and to the left (Crow 1984): (width+1)·(height+1) each.
///
/// Sums wrap around: what is read are sums of one window, which fit.
struct ViolaJonesIntegral: Sendable {
    let stride: Int
    let sums: [UInt32]
    let squares: [UInt32]

    init(_ grey: ViolaJonesGrey) {
        let (w, h) = (grey.width, grey.height)
        let row = w + 1
        stride = row
        var sums = [UInt32](repeating: 0, count: row * (h + 1))
        var squares = sums
        grey.pixels.withUnsafeBufferPointer { p in
            sums.withUnsafeMutableBufferPointer { s in
                squares.withUnsafeMutableBufferPointer { q in
                    for y in 0..<h {
                        var (sum, square): (UInt32, UInt32) = (0, 0)
                        for x in 0..<w {
                            let v = UInt32(p[y * w + x])
                            sum &+= v
                            square &+= v &* v
                            let at = (y + 1) * row + x + 1
                            s[at] = s[at - row] &+ sum
                            q[at] = q[at - row] &+ square
                        }
                    }
                }
            }
        }
        self.sums = sums
        self.squares = squares
    }
}
