public import FaceCore
internal import Glibc

/// How a head is turned, estimated from five landmarks, in degrees.
///
/// Weak perspective on a face whose eyes and mouth corners lie in one plane and whose nose tip stands 0.4 eye distances
/// in front of it, level with 0.55 of the way from the eyes to the mouth (adult averages). It tells a profile from a
/// frontal face and orders faces by their turn; it is no measuring instrument: expect errors of about 10°.
public struct Pose: Sendable, Hashable {
    /// Turn to the side; positive when the nose points to the right of the picture.
    public var yaw: Float
    /// Nod; positive when the nose points down.
    public var pitch: Float
    /// Tilt in the picture's plane; positive clockwise, 180 is upside down.
    public var roll: Float

    static let noseDepth: Float = 0.4
    static let noseLevel: Float = 0.55

    public init(yaw: Float, pitch: Float, roll: Float) {
        self.yaw = yaw
        self.pitch = pitch
        self.roll = roll
    }

    /// The pose of a face with these landmarks; all zero when the points coincide.
    public init(_ l: Landmarks) {
        let eyes = (l.leftEye + l.rightEye) * 0.5
        let mouth = (l.leftMouth + l.rightMouth) * 0.5
        // across: from the image-left to the image-right half; both pairs share the tilt
        let across = (l.rightEye - l.leftEye) + (l.rightMouth - l.leftMouth)
        let down = mouth - eyes
        let roll = atan2(across.y - down.x, across.x + down.y)
        func upright(_ p: Point) -> Point {
            let (c, s) = (cos(roll), sin(roll))
            return Point(c * p.x + s * p.y, c * p.y - s * p.x)
        }
        let height = max(upright(down).y, 1e-3)
        // seen from the side the eye distance shrinks, the height does not: 1.05 heights are an eye distance
        let frontal = 1.05 * height
        let width = max(abs(upright(l.rightEye - l.leftEye).x), 1e-3)
        let nose = upright(l.nose - eyes)
        let middle = upright(down).x * (nose.y / height)
        let aside = nose.x - middle
        let eyeDistance = max(width, frontal * 0.2)
        self.yaw = Self.degrees(atan2(aside, Self.noseDepth * eyeDistance))
        let lowered = nose.y / height - Self.noseLevel
        // a nod shortens the height by its cosine and moves the nose by its sine times the depth
        self.pitch = Self.degrees(atan(lowered * 1 / (Self.noseDepth * 1.05)))
        self.roll = Self.degrees(roll)
        guard yaw.isFinite, pitch.isFinite, self.roll.isFinite else {
            self = Pose(yaw: 0, pitch: 0, roll: 0)
            return
        }
    }

    private static func degrees(_ radians: Float) -> Float { radians * 180 / .pi }
}
