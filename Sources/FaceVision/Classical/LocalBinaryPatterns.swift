import Foundation

/// Uniform local binary patterns LBP u2 (8, R) and their histograms over a grid (Ojala, Pietikäinen & Mäenpää 2002;
/// Ahonen, Hadid & Pietikäinen 2006).
///
/// Bit p of a pixel's code says whether the neighbour at angle 2πp/8 (x right, y up), at distance R and read bilinearly,
/// is at least as bright as the pixel. The 58 codes with at most two changes around the circle are numbered by rising
/// code; all others are label 58.
public struct LocalBinaryPatterns: Sendable {
    public static let labels = 59

    /// Distance of the neighbours in pixels.
    public let radius: Double
    /// Cells across and down.
    public let grid: (columns: Int, rows: Int)
    private let samples: [Sample]

    /// One neighbour: four pixels and their weights.
    private struct Sample {
        var dx: Int
        var dy: Int
        var weights: (Double, Double, Double, Double)
    }

    /// - Precondition: the radius and the cells are positive.
    public init(radius: Double = 2, grid: (columns: Int, rows: Int) = (7, 7)) {
        precondition(radius > 0 && grid.columns > 0 && grid.rows > 0, "a pattern has a radius, a grid has cells")
        self.radius = radius
        self.grid = grid
        samples = (0..<8).map { p in
            let angle = 2 * Double.pi * Double(p) / 8
            // an axis' cosine of 1e-17 must not read a pixel of another row
            let x = (radius * cos(angle) * 1e9).rounded() / 1e9
            let y = (-radius * sin(angle) * 1e9).rounded() / 1e9
            let (fx, fy) = (x - x.rounded(.down), y - y.rounded(.down))
            return Sample(
                dx: Int(x.rounded(.down)), dy: Int(y.rounded(.down)),
                weights: ((1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy))
        }
    }

    /// Pixels without a code at each edge.
    public var border: Int { Int(radius.rounded(.up)) }

    /// The label of each code 0…255.
    public static let uniformLabels: [UInt8] = {
        var next: UInt8 = 0
        return (0..<256).map { code in
            let turned = (code >> 1) | (code & 1) << 7
            guard (code ^ turned).nonzeroBitCount <= 2 else { return 58 }
            defer { next += 1 }
            return next
        }
    }()

    /// The code of each pixel of the picture without its border, row-major; empty for a picture not larger than that.
    public func codes(_ picture: GreyPicture) -> (width: Int, height: Int, codes: [UInt8]) {
        let (w, h, m) = (picture.width - 2 * border, picture.height - 2 * border, border)
        guard w > 0, h > 0 else { return (0, 0, []) }
        var out = [UInt8](repeating: 0, count: w * h)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for (bit, sample) in samples.enumerated() {
                for y in 0..<h {
                    for x in 0..<w {
                        let centre = (y + m) * picture.width + x + m
                        let v = Self.read(pixels, centre + sample.dy * picture.width + sample.dx, picture.width, sample)
                        // a flat patch read bilinearly may fall short of its own centre by rounding
                        if v >= Double(pixels[centre]) - 1e-9 { out[y * w + x] |= 1 << UInt8(bit) }
                    }
                }
            }
        }
        return (w, h, out)
    }

    private static func read(
        _ pixels: UnsafeBufferPointer<UInt8>, _ i: Int, _ width: Int, _ s: Sample
    ) -> Double {
        var v = s.weights.0 * Double(pixels[i])
        if s.weights.1 != 0 { v += s.weights.1 * Double(pixels[i + 1]) }
        if s.weights.2 != 0 { v += s.weights.2 * Double(pixels[i + width]) }
        if s.weights.3 != 0 { v += s.weights.3 * Double(pixels[i + width + 1]) }
        return v
    }

    /// Shares of the 59 labels in each cell, cells row by row: grid·59 values, each cell's sum 1. Cell edges are
    /// ⌊i·n/cells⌋; a cell without pixels is all 0.
    public func histograms(_ picture: GreyPicture) -> [Float] {
        let map = codes(picture)
        var out = [Float](repeating: 0, count: grid.columns * grid.rows * Self.labels)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                let ys = row * map.height / grid.rows..<(row + 1) * map.height / grid.rows
                let xs = column * map.width / grid.columns..<(column + 1) * map.width / grid.columns
                let start = (row * grid.columns + column) * Self.labels
                let share = 1 / Float(max(1, xs.count * ys.count))
                var counts = [Int](repeating: 0, count: Self.labels)
                for y in ys { for x in xs { counts[Int(Self.uniformLabels[Int(map.codes[y * map.width + x])])] += 1 } }
                for label in counts.indices { out[start + label] = Float(counts[label]) * share }
            }
        }
        return out
    }
}
