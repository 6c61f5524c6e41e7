public import FaceCore

/// Faces of one fold of FDDB from `FDDB-fold-NN-ellipseList.txt`.
///
/// A picture is a line with its path without suffix, a line with the number of faces, and a line `major minor angle cx cy 1`
/// for each.
public struct FDDBAnnotations: Sendable, Hashable {
    public struct Picture: Sendable, Hashable {
        /// Relative to the folder of pictures, without suffix.
        public var name: String
        public var faces: [FDDBEllipse]
    }

    public var pictures: [Picture]

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
        while let name = lines.next() {
            if name.isEmpty { continue }
            let picture = try lines.pictureName(name)
            let count = try lines.count()
            var faces: [FDDBEllipse] = []
            for k in 0..<count {
                guard let v = try lines.numbers(6) else {
                    throw lines.error("the file ends after \(k) of \(count) faces")
                }
                guard v[0] > 0, v[1] > 0 else { throw lines.error("radii of \(v[0]) and \(v[1]) pixels") }
                faces.append(FDDBEllipse(majorRadius: v[0], minorRadius: v[1], angle: v[2], x: v[3], y: v[4]))
            }
            pictures.append(Picture(name: picture, faces: faces))
        }
        guard !pictures.isEmpty else { throw lines.error("the file names no picture") }
    }
}
