/// A point in pixels of the upright image; x to the right, y down, the centre of the first pixel at (0.5, 0.5).
public struct Point: Sendable, Hashable, Codable {
    public var x: Float
    public var y: Float

    public init(_ x: Float, _ y: Float) {
        self.x = x
        self.y = y
    }

    public static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }
    public static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y) }
    public static func * (a: Point, s: Float) -> Point { Point(a.x * s, a.y * s) }

    public init(from decoder: any Decoder) throws {
        var c = try decoder.unkeyedContainer()
        self.init(try c.decode(Float.self), try c.decode(Float.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var c = encoder.unkeyedContainer()
        try c.encode(x)
        try c.encode(y)
    }
}

/// An axis-aligned rectangle in pixels of the upright image.
public struct Box: Sendable, Hashable, Codable {
    public var x: Float
    public var y: Float
    public var width: Float
    public var height: Float

    public init(x: Float, y: Float, width: Float, height: Float) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public init(left: Float, top: Float, right: Float, bottom: Float) {
        self.init(x: left, y: top, width: right - left, height: bottom - top)
    }

    public var right: Float { x + width }
    public var bottom: Float { y + height }
    public var area: Float { max(0, width) * max(0, height) }
    public var centre: Point { Point(x + width / 2, y + height / 2) }

    /// The common part; zero-sized where the boxes are apart.
    public func intersection(_ other: Box) -> Box {
        let l = max(x, other.x)
        let t = max(y, other.y)
        return Box(
            x: l, y: t, width: max(0, min(right, other.right) - l), height: max(0, min(bottom, other.bottom) - t))
    }

    /// Intersection over union, in 0…1.
    public func overlap(_ other: Box) -> Float {
        let common = intersection(other).area
        let union = area + other.area - common
        return union > 0 ? common / union : 0
    }

    /// The part of the box inside an image of `width`×`height` pixels.
    public func clipped(width w: Float, height h: Float) -> Box {
        intersection(Box(x: 0, y: 0, width: w, height: h))
    }

    public func scaled(by s: Float) -> Box { Box(x: x * s, y: y * s, width: width * s, height: height * s) }
}

/// The five points that align a face: eyes, nose tip and mouth corners, left and right as seen in the image.
public struct Landmarks: Sendable, Hashable, Codable {
    public var leftEye: Point
    public var rightEye: Point
    public var nose: Point
    public var leftMouth: Point
    public var rightMouth: Point

    public init(leftEye: Point, rightEye: Point, nose: Point, leftMouth: Point, rightMouth: Point) {
        self.leftEye = leftEye
        self.rightEye = rightEye
        self.nose = nose
        self.leftMouth = leftMouth
        self.rightMouth = rightMouth
    }

    /// The points in the order eyes, nose, mouth; exactly five are required.
    public init(_ p: [Point]) {
        precondition(p.count == 5, "landmarks have five points, not \(p.count)")
        self.init(leftEye: p[0], rightEye: p[1], nose: p[2], leftMouth: p[3], rightMouth: p[4])
    }

    public var points: [Point] { [leftEye, rightEye, nose, leftMouth, rightMouth] }

    public func scaled(by s: Float) -> Landmarks { Landmarks(points.map { $0 * s }) }

    public init(from decoder: any Decoder) throws {
        let p = try [Point](from: decoder)
        guard p.count == 5 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "landmarks have five points, not \(p.count)"))
        }
        self.init(p)
    }

    public func encode(to encoder: any Encoder) throws { try points.encode(to: encoder) }
}
