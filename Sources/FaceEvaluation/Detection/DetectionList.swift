public import FaceCore

/// Detections in the text form that the evaluations of WIDER FACE and FDDB share: for each picture a line with its name, a
/// line with the number of detections, and a line `x y w h score` for each.
public struct DetectionList: Sendable, Hashable {
    public struct Picture: Sendable, Hashable {
        public var name: String
        public var detections: [ScoredBox]

        public init(name: String, detections: [ScoredBox]) {
            self.name = name
            self.detections = detections
        }
    }

    public var pictures: [Picture]

    public init(_ pictures: [Picture]) { self.pictures = pictures }

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
            var found: [ScoredBox] = []
            for k in 0..<count {
                guard let v = try lines.numbers(5) else {
                    throw lines.error("the file ends after \(k) of \(count) detections")
                }
                guard v[2] >= 0, v[3] >= 0 else { throw lines.error("a box of \(v[2])×\(v[3]) pixels") }
                let box = Box(x: Float(v[0]), y: Float(v[1]), width: Float(v[2]), height: Float(v[3]))
                found.append(ScoredBox(box: box, score: v[4]))
            }
            pictures.append(Picture(name: picture, detections: found))
        }
    }

    /// The list as text, which ``init(file:text:)`` reads back.
    public var text: String {
        pictures.map { picture in
            let lines = picture.detections.map { d in
                "\(d.box.x) \(d.box.y) \(d.box.width) \(d.box.height) \(d.score)\n"
            }
            return "\(picture.name)\n\(picture.detections.count)\n\(lines.joined())"
        }.joined()
    }
}
