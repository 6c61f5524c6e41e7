public import FaceCore

/// What a detector reaches on a set that is annotated like WIDER FACE.
public struct WiderReport: Sendable, Codable {
    /// Which faces a row counts.
    public enum Rule: String, Sendable, Codable, CaseIterable {
        /// ``WiderSubset/keep(_:)`` over all pictures: easy is a part of medium, medium of hard.
        case boxHeight = "box-height"
        /// All valid faces of the pictures whose class is the subset (``WiderSubset/ofPicture(_:)``).
        case pictureClass = "picture-class"
    }

    public struct Interval: Sendable, Codable {
        public var low: Double
        public var high: Double
    }

    public struct Row: Sendable, Codable {
        public var rule: Rule
        public var subset: String
        public var pictures: Int
        public var faces: Int
        /// Area under the curve over every score, in 0…1, with a 95 % interval over resampled pictures.
        public var averagePrecision: Double
        public var interval: Interval
        /// The same on the published grid of 1,000 thresholds.
        public var averagePrecisionOfGrid: Double
    }

    /// Precision and recall on the faces of the hard set (by box height) for one threshold.
    public struct Point: Sendable, Codable {
        public var threshold: Double
        public var precision: Double
        public var recall: Double
        public var falsePositives: Int
        public var f1: Double
    }

    public var rows: [Row]
    public var points: [Point]
    public var skippedBoxes: Int
    public var invalidFaces: Int

    /// - Parameter detections: for each picture of `annotations`, in its order.
    ///
    /// Throws `no-faces` when not even the hard set has a face, `non-finite` for a score that is no number.
    public init(
        _ annotations: WiderAnnotations, detections: [[ScoredBox]],
        thresholds: [Double] = stride(from: 0.05, to: 1, by: 0.05).map { ($0 * 100).rounded() / 100 }, seed: UInt64 = 1
    ) throws(LikenessError) {
        precondition(detections.count == annotations.pictures.count, "one list of detections a picture")
        let pictures = Array(zip(annotations.pictures, detections))
        rows = []
        for rule in Rule.allCases {
            for subset in WiderSubset.allCases {
                if let row = try Self.row(pictures, rule, subset, seed) { rows.append(row) }
            }
        }
        let hard = try WiderProtocol(Self.judged(pictures, .boxHeight, .hard))
        points = thresholds.map { threshold in
            let (precision, recall, proposals, hits) = hard.at(threshold: threshold)
            let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
            return Point(
                threshold: threshold, precision: precision, recall: recall, falsePositives: proposals - hits, f1: f1)
        }
        skippedBoxes = annotations.skippedBoxes
        invalidFaces = annotations.pictures.reduce(0) { $0 + $1.faces.count { $0.invalid } }
    }

    /// Precision–recall curves of the subsets by box height, for a figure.
    public static func curves(
        _ annotations: WiderAnnotations, detections: [[ScoredBox]]
    ) throws(LikenessError) -> [(subset: WiderSubset, curve: WiderProtocol.Curve)] {
        let pictures = Array(zip(annotations.pictures, detections))
        var out: [(subset: WiderSubset, curve: WiderProtocol.Curve)] = []
        for subset in WiderSubset.allCases {
            let judged = judged(pictures, .boxHeight, subset)
            guard judged.contains(where: { !$0.keep.isEmpty }) else { continue }
            out.append((subset, try WiderProtocol(judged).everyScore()))
        }
        return out
    }

    private static func row(
        _ pictures: [(WiderAnnotations.Picture, [ScoredBox])], _ rule: Rule, _ subset: WiderSubset, _ seed: UInt64
    ) throws(LikenessError) -> Row? {
        let judged = judged(pictures, rule, subset)
        guard judged.contains(where: { !$0.keep.isEmpty }) else { return nil }
        let result = try WiderProtocol(judged)
        let interval = result.interval(seed: seed)
        return Row(
            rule: rule, subset: subset.rawValue, pictures: result.pictures, faces: result.faces,
            averagePrecision: result.everyScore().averagePrecision,
            interval: Interval(low: interval.lowerBound, high: interval.upperBound),
            averagePrecisionOfGrid: result.thousandThresholds().averagePrecision)
    }

    private static func judged(
        _ pictures: [(WiderAnnotations.Picture, [ScoredBox])], _ rule: Rule, _ subset: WiderSubset
    ) -> [WiderProtocol.Picture] {
        pictures.compactMap { picture, detections in
            let keep: Set<Int>
            switch rule {
            case .boxHeight: keep = subset.keep(picture)
            case .pictureClass:
                guard WiderSubset.ofPicture(picture) == subset else { return nil }
                keep = Set(picture.faces.indices.filter { !picture.faces[$0].invalid })
            }
            return WiderProtocol.Picture(faces: picture.faces.map(\.box), keep: keep, detections: detections)
        }
    }
}
