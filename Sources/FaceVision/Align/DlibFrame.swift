internal import FaceCore

/// How dlib's coordinates relate to ours.
enum DlibFrame {
    /// Five points of the 112-pixel frame that most detectors' landmarks are aligned to.
    static let template112 = [
        Point(38.2946, 51.6963), Point(73.5318, 51.5014), Point(56.0252, 71.7366), Point(41.5493, 92.3655),
        Point(70.7299, 92.2041),
    ]

    /// A point of dlib's published chip template in a chip of `size` pixels.
    ///
    /// dlib spreads the pixel indices 0…size − 1 over 0…size of its template; here the centre of pixel i is at i + 0.5.
    static func chip(_ p: Point, size: Int) -> Point {
        let (half, s) = (Float(size) / 2, Float(size - 1) / Float(size))
        return Point(half + (p.x - half) * s, half + (p.y - half) * s)
    }

    /// The box that dlib's own detector would give for these landmarks, in pixels.
    ///
    /// A square with its centre at (57.9, 72.1) and a side of 89.9 in the 112-pixel frame: the median over 165 faces
    /// that dlib's HOG detector found.
    static func box(for landmarks: Landmarks) throws(LikenessError) -> Box {
        guard let t = SimilarityTransform(from: template112, to: landmarks.points) else {
            throw LikenessError(.badData, "the five landmarks of a face are one point or not finite")
        }
        let centre = t(Point(57.9, 72.1))
        let side = Float(89.9 * t.scale)
        return Box(x: centre.x - side / 2, y: centre.y - side / 2, width: side, height: side)
    }
}
