internal import FaceCore
internal import Glibc

/// A face of FDDB: an ellipse in pixels.
public struct FDDBEllipse: Sendable, Hashable {
    public var majorRadius: Double
    public var minorRadius: Double
    /// Radians from the x axis to the major axis, y down.
    public var angle: Double
    public var x: Double
    public var y: Double

    public init(majorRadius: Double, minorRadius: Double, angle: Double, x: Double, y: Double) {
        self.majorRadius = majorRadius
        self.minorRadius = minorRadius
        self.angle = angle
        self.x = x
        self.y = y
    }

    /// Pixels of row `row` whose integer coordinates lie in the ellipse, as a range of columns in 0..<width.
    ///
    /// An ellipse cuts a row in one stretch: its ends come from the quadratic, then the mask rule itself is asked for
    /// the pixels next to them.
    func columns(row: Int, width: Int) -> Range<Int> {
        let dy = Double(row) - y
        let (c, s) = (cos(angle), sin(angle))
        let (aa, bb) = (majorRadius * majorRadius, minorRadius * minorRadius)
        let p = c * c / aa + s * s / bb
        let q = dy * c * s * (1 / aa - 1 / bb)
        let r = dy * dy * (s * s / aa + c * c / bb) - 1
        let middle = -q / p
        let root = max(0, q * q - p * r).squareRoot() / p
        guard middle.isFinite, root.isFinite else { return 0..<0 }
        let limit = { (v: Double) in Int(min(max(v, -2), Double(width) + 1)) }
        var low = limit((x + middle - root).rounded(.down)) - 1
        var high = limit((x + middle + root).rounded(.up)) + 1
        (low, high) = (max(0, low), min(width - 1, high))
        while low <= high, !holds(low, row) { low += 1 }
        while high >= low, !holds(high, row) { high -= 1 }
        return low..<high + 1
    }

    /// The mask rule: a pixel belongs to the ellipse when its integer coordinates do.
    func holds(_ column: Int, _ row: Int) -> Bool {
        let (dx, dy) = (Double(column) - x, Double(row) - y)
        let (c, s) = (cos(angle), sin(angle))
        let u = (dx * c + dy * s) / majorRadius
        let v = (-dx * s + dy * c) / minorRadius
        return u * u + v * v <= 1
    }
}

/// Pixels that an ellipse and boxes share inside a picture.
struct FDDBMask {
    private let rows: [Range<Int>]
    private let width: Int
    let pixels: Int

    init(_ ellipse: FDDBEllipse, width: Int, height: Int) {
        self.width = width
        rows = (0..<height).map { ellipse.columns(row: $0, width: width) }
        pixels = rows.reduce(0) { $0 + $1.count }
    }

    /// Columns and rows of a box: x0 ≤ column ≤ x0 + w − 1, clipped to the picture.
    static func range(_ start: Float, _ length: Float, _ limit: Int) -> Range<Int> {
        let first = max(0, Double(start).rounded(.up))
        let last = min(Double(limit - 1), (Double(start) + Double(length) - 1).rounded(.down))
        return first <= last ? Int(first)..<Int(last) + 1 : 0..<0
    }

    func overlap(_ box: Box) -> (common: Int, box: Int, iou: Double) {
        let columns = Self.range(box.x, box.width, width)
        let span = Self.range(box.y, box.height, rows.count)
        let common = span.reduce(0) { $0 + rows[$1].clamped(to: columns).count }
        let area = columns.count * span.count
        let union = pixels + area - common
        return (common, area, union > 0 ? Double(common) / Double(union) : 0)
    }
}
