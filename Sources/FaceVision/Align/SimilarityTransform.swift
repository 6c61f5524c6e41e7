public import FaceCore
internal import Glibc

/// A turn, a uniform scale and a shift of the plane, without reflection: (x, y) ↦ (a·x − b·y + c, b·x + a·y + d).
public struct SimilarityTransform: Sendable, Hashable {
    public var a: Double
    public var b: Double
    public var c: Double
    public var d: Double

    public static let identity = SimilarityTransform(a: 1, b: 0, c: 0, d: 0)

    public init(a: Double, b: Double, c: Double, d: Double) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    /// A turn by `rotation` radians (clockwise on the screen, where y goes down) and a scale about `centre`, then a
    /// shift.
    public init(rotation: Double, scale: Double, about centre: Point, shift: Point = Point(0, 0)) {
        let (a, b) = (scale * cos(rotation), scale * sin(rotation))
        let (x, y) = (Double(centre.x), Double(centre.y))
        self.init(a: a, b: b, c: x - a * x + b * y + Double(shift.x), d: y - b * x - a * y + Double(shift.y))
    }

    /// The least-squares map of `source` onto `target`; nil when the points do not determine one (fewer than two
    /// different source points, not as many on each side, or a coordinate that is not finite).
    ///
    /// Umeyama (1991) without reflection. In the plane his R and s are linear in (s·cos, s·sin), so that the optimum is
    /// closed: with centred points p, q it is a = Σ p·q / Σ|p|², b = Σ p×q / Σ|p|².
    public init?(from source: [Point], to target: [Point]) {
        guard source.count == target.count, source.count >= 2 else { return nil }
        let n = Double(source.count)
        let p = source.map { (Double($0.x), Double($0.y)) }
        let q = target.map { (Double($0.x), Double($0.y)) }
        let (px, py) = (p.reduce(0) { $0 + $1.0 } / n, p.reduce(0) { $0 + $1.1 } / n)
        let (qx, qy) = (q.reduce(0) { $0 + $1.0 } / n, q.reduce(0) { $0 + $1.1 } / n)
        var (dot, cross, spread) = (0.0, 0.0, 0.0)
        for (s, t) in zip(p, q) {
            let (sx, sy, tx, ty) = (s.0 - px, s.1 - py, t.0 - qx, t.1 - qy)
            dot += sx * tx + sy * ty
            cross += sx * ty - sy * tx
            spread += sx * sx + sy * sy
        }
        let (a, b) = (dot / spread, cross / spread)
        self.init(a: a, b: b, c: qx - a * px + b * py, d: qy - b * px - a * py)
        guard spread > 0, a.isFinite, b.isFinite, c.isFinite, d.isFinite, a != 0 || b != 0 else { return nil }
    }

    /// Lengths grow by this factor.
    public var scale: Double { (a * a + b * b).squareRoot() }
    /// The turn in radians, clockwise on the screen, in −π…π.
    public var rotation: Double { atan2(b, a) }

    public func callAsFunction(_ p: Point) -> Point {
        let (x, y) = (Double(p.x), Double(p.y))
        return Point(Float(a * x - b * y + c), Float(b * x + a * y + d))
    }

    /// The map back; nil where the scale is zero.
    public var inverse: SimilarityTransform? {
        let n = a * a + b * b
        guard n > 0, n.isFinite else { return nil }
        let (ia, ib) = (a / n, -b / n)
        return SimilarityTransform(a: ia, b: ib, c: -(ia * c - ib * d), d: -(ib * c + ia * d))
    }

    /// First this map, then `next`.
    public func followed(by next: SimilarityTransform) -> SimilarityTransform {
        SimilarityTransform(
            a: next.a * a - next.b * b, b: next.b * a + next.a * b, c: next.a * c - next.b * d + next.c,
            d: next.b * c + next.a * d + next.d)
    }
}
