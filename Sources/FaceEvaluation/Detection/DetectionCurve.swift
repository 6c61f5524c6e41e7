public import FaceCore

extension LikenessError.Code {
    /// No face to be found: a recall does not exist.
    public static let noFaces = Self("no-faces", exitStatus: 65)
}

/// Precision and recall of detections by the matching of PASCAL VOC (Everingham et al. 2010).
///
/// Detections are taken by falling score, ties by picture and place. Each belongs to the face that it overlaps most,
/// taken or not; from an IoU of `iou` on it is a hit, or a duplicate when the face has been hit. What falls on an
/// ignored face does not count.
public struct DetectionCurve: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable {
        case hit
        case miss
        case duplicate
        case ignored
    }

    /// How the area under the curve is taken.
    public enum Area: Sendable, Hashable {
        /// Under the monotone envelope, at all points.
        case continuous
        /// Mean of the best precision at recall ≥ 0, 1/(n−1), …, 1 (VOC 2007 has 11).
        case points(Int)
    }

    public struct Picture: Sendable, Hashable {
        public var faces: [AnnotatedBox]
        public var detections: [ScoredBox]

        public init(faces: [AnnotatedBox], detections: [ScoredBox]) {
            self.faces = faces
            self.detections = detections
        }
    }

    public struct Entry: Sendable, Hashable {
        public let picture: Int
        /// Its place among the detections of its picture.
        public let detection: Int
        public let score: Double
        public let outcome: Outcome
    }

    /// All detections by falling score.
    public let entries: [Entry]
    /// Faces that count.
    public let positives: Int

    /// - Parameter pixelPlusOne: widths are `right − left + 1`, as older protocols have it.
    public init(_ pictures: [Picture], iou: Double = 0.5, pixelPlusOne: Bool = false) {
        var entries: [Entry] = []
        for (k, picture) in pictures.enumerated() {
            entries += Self.match(picture, index: k, iou: iou, plusOne: pixelPlusOne)
        }
        self.entries = entries.sorted { a, b in
            (-a.score, a.picture, a.detection) < (-b.score, b.picture, b.detection)
        }
        positives = pictures.reduce(0) { $0 + $1.faces.count { !$0.ignored } }
    }

    private static func match(_ picture: Picture, index: Int, iou: Double, plusOne: Bool) -> [Entry] {
        var taken = [Bool](repeating: false, count: picture.faces.count)
        let order = picture.detections.indices.sorted {
            (-picture.detections[$0].score, $0) < (-picture.detections[$1].score, $1)
        }
        return order.map { k in
            let d = picture.detections[k]
            let outcome: Outcome
            if let best = bestFace(d.box, picture.faces.lazy.map(\.box), plusOne: plusOne), best.overlap >= iou {
                outcome = picture.faces[best.index].ignored ? .ignored : taken[best.index] ? .duplicate : .hit
                taken[best.index] = true
            } else {
                outcome = .miss
            }
            return Entry(picture: index, detection: k, score: d.score, outcome: outcome)
        }
    }

    /// Hits after each detection that counts.
    private var hits: [Int] {
        var n = 0
        return entries.filter { $0.outcome != .ignored }.map { entry in
            n += entry.outcome == .hit ? 1 : 0
            return n
        }
    }

    /// Faces found by the first k detections that count, over all faces; empty without faces.
    public var recall: [Double] { positives == 0 ? [] : hits.map { Double($0) / Double(positives) } }

    /// Hits among the first k detections that count.
    public var precision: [Double] { hits.enumerated().map { Double($1) / Double($0 + 1) } }

    /// Average precision in 0…1; throws `no-faces` when no face counts.
    public func averagePrecision(_ area: Area = .continuous) throws(LikenessError) -> Double {
        guard positives > 0 else { throw LikenessError(.noFaces, "no face counts: an average precision needs one") }
        switch area {
        case .continuous: return areaUnderEnvelope(recall: recall, precision: precision)
        case .points(let n):
            precondition(n > 1, "an average needs two points or more, not \(n)")
            let (hits, precision) = (hits, precision)
            let best = (0..<n).map { level -> Double in
                // in whole numbers: recall 0.3 is not below the level 0.3
                let reached = hits.indices.filter { hits[$0] * (n - 1) >= level * positives }
                return reached.map { precision[$0] }.max() ?? 0
            }
            return best.reduce(0, +) / Double(n)
        }
    }
}
