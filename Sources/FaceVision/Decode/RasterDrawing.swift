public import FaceCore

extension Raster {
    public typealias Colour = (r: UInt8, g: UInt8, b: UInt8)

    /// Draws the outline of `box`, `thickness` pixels wide around its edge; what lies outside the picture is cut.
    public mutating func draw(_ box: Box, colour: Colour, thickness: Int = 2) {
        let t = Float(max(1, thickness))
        let out = t / 2
        let left = box.x - out
        let top = box.y - out
        let right = box.right + out
        let bottom = box.bottom + out
        fill(Box(left: left, top: top, right: right, bottom: top + t), colour)
        fill(Box(left: left, top: bottom - t, right: right, bottom: bottom), colour)
        fill(Box(left: left, top: top, right: left + t, bottom: bottom), colour)
        fill(Box(left: right - t, top: top, right: right, bottom: bottom), colour)
    }

    /// Draws a dot of `radius` pixels around `point`.
    public mutating func draw(_ point: Point, colour: Colour, radius: Float = 2) {
        guard point.x.isFinite, point.y.isFinite, radius > 0 else { return }
        let columns = span(point.x - radius, point.x + radius, width)
        for y in span(point.y - radius, point.y + radius, height) {
            for x in columns {
                let dx = Float(x) + 0.5 - point.x
                let dy = Float(y) + 0.5 - point.y
                if dx * dx + dy * dy <= radius * radius { self[x, y] = colour }
            }
        }
    }

    /// Draws the five points of a face.
    public mutating func draw(_ landmarks: Landmarks, colour: Colour, radius: Float = 2) {
        for point in landmarks.points { draw(point, colour: colour, radius: radius) }
    }

    /// Fills the pixels whose centres lie in `box`.
    public mutating func fill(_ box: Box, _ colour: Colour) {
        let columns = span(box.x, box.right, width)
        for y in span(box.y, box.bottom, height) {
            for x in columns { self[x, y] = colour }
        }
    }

    /// Indices of the pixels whose centres lie in from..<to and in the picture.
    private func span(_ from: Float, _ to: Float, _ count: Int) -> Range<Int> {
        let limit = Float(count)
        let start = (min(max(from, 0), limit) - 0.5).rounded(.up)
        let end = (min(max(to, 0), limit) - 0.5).rounded(.up)
        guard start < end else { return 0..<0 }
        return Int(start)..<Int(end)
    }
}
