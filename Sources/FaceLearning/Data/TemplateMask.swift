public import FaceCore
internal import FaceVision

/// Something that covers part of a face, drawn by the five landmarks: trains for glasses and masks.
public enum TemplateMask: String, Sendable, CaseIterable {
    case sunglasses
    case surgical
    case upperHalf
    case lowerHalf
    case leftHalf
    case rightHalf

    static func random(_ random: inout SeededRandom) -> TemplateMask {
        allCases[Int(random.next() % UInt64(allCases.count))]
    }

    /// The polygon in pixels of the chip.
    public func polygon(_ face: Landmarks, width: Int, height: Int) -> [Point] {
        let (w, h) = (Float(width), Float(height))
        let eyes = (face.leftEye + face.rightEye) * 0.5
        let along = face.rightEye - face.leftEye
        let mouth = (face.leftMouth + face.rightMouth) * 0.5
        // a vector of the same length as the eye line, downwards
        let down = Point(-along.y, along.x)
        switch self {
        case .sunglasses:
            let reach = along * 0.9
            let half = down * 0.3
            return [eyes - reach - half, eyes + reach - half, eyes + reach + half, eyes - reach + half]
        case .surgical:
            let chin = mouth + (mouth - face.nose) * 1.3
            return [
                face.nose - along * 0.95, face.nose - down * 0.15, face.nose + along * 0.95, chin + along * 0.55,
                chin + down * 0.15, chin - along * 0.55,
            ]
        case .upperHalf: return [Point(0, 0), Point(w, 0), Point(w, face.nose.y), Point(0, face.nose.y)]
        case .lowerHalf: return [Point(0, face.nose.y), Point(w, face.nose.y), Point(w, h), Point(0, h)]
        case .leftHalf: return [Point(0, 0), Point(face.nose.x, 0), Point(face.nose.x, h), Point(0, h)]
        case .rightHalf: return [Point(face.nose.x, 0), Point(w, 0), Point(w, h), Point(face.nose.x, h)]
        }
    }

    /// The chip with the polygon filled with a random colour or with noise.
    func applied(to chip: Raster, landmarks: Landmarks, _ random: inout SeededRandom) -> Raster {
        let points = polygon(landmarks, width: chip.width, height: chip.height)
        let isNoise = random.next() % 4 == 0
        func byte() -> UInt8 { UInt8(truncatingIfNeeded: random.next() >> 40) }
        let colour: Raster.Colour = (byte(), byte(), byte())
        var out = chip
        for y in 0..<chip.height {
            for x in 0..<chip.width where Self.contains(points, Point(Float(x) + 0.5, Float(y) + 0.5)) {
                out[x, y] = isNoise ? (byte(), byte(), byte()) : colour
            }
        }
        return out
    }

    /// Even-odd rule.
    private static func contains(_ polygon: [Point], _ p: Point) -> Bool {
        var inside = false
        for i in polygon.indices {
            let (a, b) = (polygon[i], polygon[(i + 1) % polygon.count])
            if (a.y > p.y) != (b.y > p.y), p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x) { inside.toggle() }
        }
        return inside
    }
}
