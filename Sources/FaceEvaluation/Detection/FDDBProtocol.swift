public import FaceCore

/// The scores of FDDB (Jain & Learned-Miller 2010): at each distinct score, detections are assigned to faces so that
/// the total overlap is largest; an overlap above ½ is a discrete hit, the overlap itself a continuous one.
///
/// Overlaps count pixels by the rule of ``FDDBEllipse``; the original draws shapes with rounded radii, so that the third
/// decimal of its rates differs.
public struct FDDBProtocol: Sendable, Hashable {
    public struct Picture: Sendable, Hashable {
        public var width: Int
        public var height: Int
        public var faces: [FDDBEllipse]
        public var detections: [ScoredBox]

        public init(width: Int, height: Int, faces: [FDDBEllipse], detections: [ScoredBox]) {
            self.width = width
            self.height = height
            self.faces = faces
            self.detections = detections
        }
    }

    /// What holds for the detections with a score of at least `threshold`.
    public struct Row: Sendable, Hashable {
        public var threshold: Double
        public var detections: Int
        public var discreteHits: Int
        public var continuousHits: Double
        /// Detections without a discrete hit.
        public var falsePositives: Int
    }

    public let faces: Int
    /// By falling threshold, one for each distinct score.
    public let rows: [Row]

    /// Throws `no-faces` without a face, `bad-data` for a picture without pixels, `non-finite` for a score that is no number.
    public init(_ pictures: [Picture]) throws(LikenessError) {
        faces = pictures.reduce(0) { $0 + $1.faces.count }
        guard faces > 0 else { throw LikenessError(.noFaces, "no face counts: a rate needs one") }
        guard pictures.allSatisfy({ $0.width > 0 && $0.height > 0 && $0.width < 1 << 20 && $0.height < 1 << 20 }) else {
            throw LikenessError(.badData, "a picture has no pixels, or a side of more than a million")
        }
        var detections: [(score: Double, picture: Int, index: Int)] = []
        for (k, picture) in pictures.enumerated() {
            detections += picture.detections.enumerated().map { ($1.score, k, $0) }
        }
        guard detections.allSatisfy(\.score.isFinite) else {
            throw LikenessError(.nonFinite, "a score is not a finite number")
        }
        detections.sort { ($0.score, $1.picture, $1.index) > ($1.score, $0.picture, $0.index) }
        rows = Self.rows(detections, overlaps: pictures.map(Self.overlaps))
    }

    /// True positive rates that are reached with at most so many false positives in all pictures together.
    public func rates(falsePositives: Int) -> (discrete: Double, continuous: Double) {
        let allowed = rows.filter { $0.falsePositives <= falsePositives }
        let n = Double(faces)
        return (
            Double(allowed.map(\.discreteHits).max() ?? 0) / n, (allowed.map(\.continuousHits).max() ?? 0) / n
        )
    }

    /// IoU of each detection with each face of a picture.
    private static func overlaps(_ picture: Picture) -> [[Double]] {
        let masks = picture.faces.map { FDDBMask($0, width: picture.width, height: picture.height) }
        return picture.detections.map { d in masks.map { $0.overlap(d.box).iou } }
    }

    private static func rows(
        _ detections: [(score: Double, picture: Int, index: Int)], overlaps: [[[Double]]]
    ) -> [Row] {
        var accepted = [[Int]](repeating: [], count: overlaps.count)
        var matched = [[Double]](repeating: [], count: overlaps.count)
        var rows: [Row] = []
        var start = 0
        while start < detections.count {
            let score = detections[start].score
            let end = detections[start...].firstIndex { $0.score < score } ?? detections.count
            for d in detections[start..<end] { accepted[d.picture].append(d.index) }
            for k in Set(detections[start..<end].map(\.picture)) {
                matched[k] = largestAssignment(accepted[k].map { overlaps[k][$0] })
            }
            let discrete = matched.reduce(0) { $0 + $1.count { $0 > 0.5 } }
            let continuous = matched.joined().reduce(0, +)
            rows.append(
                Row(
                    threshold: score, detections: end, discreteHits: discrete, continuousHits: continuous,
                    falsePositives: end - discrete))
            start = end
        }
        return rows
    }
}
