public import FaceCore

/// How a picture as stored has to be turned to stand upright: EXIF orientation 1…8.
public struct StoredOrientation: Sendable, Hashable {
    public let exif: Int

    /// Anything outside 1…8 counts as 1, as viewers do.
    public init(exif: Int) { self.exif = (1...8).contains(exif) ? exif : 1 }

    /// Whether width and height change places.
    public var exchangesSides: Bool { exif >= 5 }

    /// A box in fractions of the stored picture, in fractions of the upright one.
    public func upright(_ stored: Box) -> Box { Self.turned(stored, by: exif) }

    /// The inverse of ``upright(_:)``.
    public func stored(_ upright: Box) -> Box {
        // quarter turns undo each other, mirrorings undo themselves
        Self.turned(upright, by: exif == 6 ? 8 : exif == 8 ? 6 : exif)
    }

    private static func turned(_ b: Box, by orientation: Int) -> Box {
        let (right, below) = (1 - b.x - b.width, 1 - b.y - b.height)
        switch orientation {
        case 2: return Box(x: right, y: b.y, width: b.width, height: b.height)
        case 3: return Box(x: right, y: below, width: b.width, height: b.height)
        case 4: return Box(x: b.x, y: below, width: b.width, height: b.height)
        case 5: return Box(x: b.y, y: b.x, width: b.height, height: b.width)
        case 6: return Box(x: below, y: b.x, width: b.height, height: b.width)
        case 7: return Box(x: below, y: right, width: b.height, height: b.width)
        case 8: return Box(x: b.y, y: right, width: b.height, height: b.width)
        default: return b
        }
    }
}
