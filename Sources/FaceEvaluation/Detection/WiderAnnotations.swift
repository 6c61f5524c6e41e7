public import FaceCore

/// Faces of WIDER FACE from the text `wider_face_val_bbx_gt.txt`.
///
/// A picture is a line `event/photo.jpg`, a line with the number of faces, and a line
/// `x y w h blur expression illumination invalid occlusion pose` for each; number 0 is followed by one line of zeros.
public struct WiderAnnotations: Sendable, Hashable {
    public struct Face: Sendable, Hashable {
        public var box: Box
        /// 0 clear, 1 normal, 2 heavy.
        public var blur: Int
        public var exaggeratedExpression: Bool
        public var extremeIllumination: Bool
        /// Marked as not usable: neither a hit nor a miss.
        public var invalid: Bool
        /// 0 none, 1 partial, 2 heavy.
        public var occlusion: Int
        public var atypicalPose: Bool
    }

    public struct Picture: Sendable, Hashable {
        /// `event/photo.jpg`, relative to the folder of pictures.
        public var name: String
        public var faces: [Face]
    }

    public var pictures: [Picture]
    /// Boxes without width or height, which the set has and which are left out.
    public var skippedBoxes: Int

    /// Throws `file-missing`, `file-unreadable`, or `file-format` with the line that is wrong.
    public init(file: String) throws(LikenessError) {
        try self.init(AnnotationLines(file: file))
    }

    /// - Parameter file: named in errors.
    public init(file: String, text: String) throws(LikenessError) {
        try self.init(AnnotationLines(file: file, text: text))
    }

    private init(_ annotations: AnnotationLines) throws(LikenessError) {
        var lines = annotations
        pictures = []
        skippedBoxes = 0
        while let name = lines.next() {
            if name.isEmpty { continue }
            let picture = try lines.pictureName(name)
            let count = try lines.count()
            var faces: [Face] = []
            for k in 0..<max(1, count) {
                guard let values = try lines.numbers(10) else {
                    throw lines.error("the file ends after \(k) of \(count) faces")
                }
                if count == 0 {
                    guard values.allSatisfy({ $0 == 0 }) else { throw lines.error("a picture without faces has zeros") }
                    continue
                }
                if let face = try Self.face(values, lines) { faces.append(face) } else { skippedBoxes += 1 }
            }
            pictures.append(Picture(name: picture, faces: faces))
        }
        guard !pictures.isEmpty else { throw lines.error("the file names no picture") }
    }

    private static func face(_ v: [Double], _ lines: AnnotationLines) throws(LikenessError) -> Face? {
        let limits: [Double] = [2, 1, 1, 1, 2, 1]
        for (value, limit) in zip(v[4...], limits) where !(value >= 0 && value <= limit && value == value.rounded()) {
            throw lines.error("an attribute is \(value), not a whole number in 0…\(Int(limit))")
        }
        guard v[2] >= 0, v[3] >= 0 else { throw lines.error("a box of \(v[2])×\(v[3]) pixels") }
        guard v[2] > 0, v[3] > 0 else { return nil }
        return Face(
            box: Box(x: Float(v[0]), y: Float(v[1]), width: Float(v[2]), height: Float(v[3])), blur: Int(v[4]),
            exaggeratedExpression: v[5] == 1, extremeIllumination: v[6] == 1, invalid: v[7] == 1,
            occlusion: Int(v[8]), atypicalPose: v[9] == 1)
    }
}
