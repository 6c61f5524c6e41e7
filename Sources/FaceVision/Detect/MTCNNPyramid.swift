internal import FoundationEssentials

/// P-Net looks at windows of 12×12 pixels, two pixels apart.
enum PNet {
    static let window = 12
    static let stride = 2
}

/// One size of a picture in which P-Net looks for faces of about 12 pixels.
package struct PyramidLevel: Sendable, Hashable {
    /// Which picture of the batch, and which of its levels, the largest being 0.
    package var picture: Int
    package var index: Int
    /// In pixels, even, at least 12: at an odd edge P-Net's pooling would look at half a cell.
    package var width: Int
    package var height: Int
    /// Picture pixels per level pixel on each axis; all but equal, because sides are whole numbers.
    package var stepX: Double
    package var stepY: Double

    /// The levels of a picture: scale 12/minimumFace, then smaller by `factor` while the shorter side holds a window.
    package static func all(
        picture: Int, width: Int, height: Int, minimumFace: Double, factor: Double
    ) -> [PyramidLevel] {
        var levels: [PyramidLevel] = []
        var scale = Double(PNet.window) / minimumFace
        // The small amount lets a picture of exactly the smallest face's size through in spite of rounding.
        while Double(min(width, height)) * scale >= Double(PNet.window) - 1e-6 {
            let w = even(Double(width) * scale)
            let h = even(Double(height) * scale)
            levels.append(
                PyramidLevel(
                    picture: picture, index: levels.count, width: w, height: h, stepX: Double(width) / Double(w),
                    stepY: Double(height) / Double(h)))
            scale *= factor
        }
        return levels
    }

    private static func even(_ side: Double) -> Int { max(PNet.window, 2 * Int((side / 2).rounded())) }
}

/// A part of a level and the place in a canvas where it is written.
package struct PyramidPiece: Sendable, Hashable {
    package var level: PyramidLevel
    /// The part, in pixels of the level; all four are even.
    package var left: Int
    package var top: Int
    package var width: Int
    package var height: Int
    /// The place, in pixels of the canvas; both are even.
    package var x = 0
    package var y = 0

    /// Cuts a level into parts that fit into a canvas and together hold each of its windows exactly once.
    package static func cut(_ level: PyramidLevel, side: Int) -> [PyramidPiece] {
        spans(level.height, side: side).flatMap { v in
            spans(level.width, side: side).map { h in
                PyramidPiece(level: level, left: h.start, top: v.start, width: h.length, height: v.length)
            }
        }
    }

    /// Neighbours share the ten pixels that the last window of one and the first of the next have in common.
    private static func spans(_ length: Int, side: Int) -> [(start: Int, length: Int)] {
        let shared = PNet.window - PNet.stride
        return stride(from: 0, to: max(1, length - shared), by: side - shared).map { ($0, min(side, length - $0)) }
    }
}

/// An image for P-Net that holds pieces of many levels of many pictures.
///
/// A window of P-Net sees 12×12 pixels and nothing else (its convolutions have no padding): a cell whose window lies in
/// one piece has exactly the value that the level on its own would give, so that pieces need no gaps; the cells between
/// two pieces are never read.
package struct PyramidCanvas: Sendable {
    package let side: Int
    package private(set) var pieces: [PyramidPiece] = []
    /// The upper edge of the free room: height from x on, up to the next entry.
    private var skyline: [(x: Int, height: Int)] = [(0, 0)]

    package init(side: Int) { self.side = side }

    /// Packs pieces into as few canvases as first fit by falling height finds.
    package static func pack(_ pieces: [PyramidPiece], side: Int) -> [PyramidCanvas] {
        var canvases: [PyramidCanvas] = []
        let order = pieces.indices.sorted {
            let (a, b) = (pieces[$0], pieces[$1])
            return (-a.height, -a.width, $0) < (-b.height, -b.width, $1)
        }
        for i in order {
            if canvases.indices.contains(where: { canvases[$0].add(pieces[i]) }) { continue }
            var fresh = PyramidCanvas(side: side)
            let fits = fresh.add(pieces[i])
            precondition(fits, "a piece is larger than its canvas")
            canvases.append(fresh)
        }
        return canvases
    }

    /// Puts a piece where its lower edge is highest; false where there is no room.
    private mutating func add(_ piece: PyramidPiece) -> Bool {
        var best: (x: Int, y: Int)?
        for i in skyline.indices {
            let x = skyline[i].x
            guard x + piece.width <= side else { break }
            let y = skyline[i...].prefix { $0.x < x + piece.width }.map(\.height).max()!
            if y + piece.height <= side && y < best?.y ?? Int.max { best = (x, y) }
        }
        guard let best else { return false }
        var placed = piece
        (placed.x, placed.y) = best
        pieces.append(placed)
        raise(from: best.x, to: best.x + piece.width, height: best.y + piece.height)
        return true
    }

    private mutating func raise(from: Int, to: Int, height: Int) {
        let after = skyline.last { $0.x <= to }!.height
        skyline.removeAll { $0.x >= from && $0.x <= to }
        skyline.append((from, height))
        if to < side { skyline.append((to, after)) }
        skyline.sort { $0.x < $1.x }
    }
}
