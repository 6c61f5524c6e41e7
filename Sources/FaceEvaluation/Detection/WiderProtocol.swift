public import FaceCore

/// The protocol of WIDER FACE (Yang et al. 2016), as its published evaluation runs it.
///
/// One set of detections is judged against faces of which a keep list counts; all others are ignored, and so are detections
/// whose best face is one of these. IoU takes boxes as whole pixels (+1). Pictures without faces or without detections are
/// skipped, so that false alarms in pictures without a face are free; their faces count as missed.
public struct WiderProtocol: Sendable, Hashable {
    public struct Picture: Sendable, Hashable {
        /// All marked faces, also those that do not count.
        public var faces: [Box]
        /// Places in `faces` that count.
        public var keep: Set<Int>
        public var detections: [ScoredBox]

        public init(faces: [Box], keep: Set<Int>, detections: [ScoredBox]) {
            self.faces = faces
            self.keep = keep
            self.detections = detections
        }
    }

    /// A precision–recall curve with the counts behind it.
    public struct Curve: Sendable, Hashable {
        public var thresholds: [Double] = []
        /// Detections that count at each threshold.
        public var proposals: [Int] = []
        public var hits: [Int] = []
        public var faces = 0

        public var recall: [Double] { hits.map { Double($0) / Double(faces) } }
        public var precision: [Double] {
            zip(hits, proposals).map { $1 > 0 ? Double($0) / Double($1) : 0 }
        }
        /// Area under the monotone envelope; 0 without faces.
        public var averagePrecision: Double {
            faces > 0 ? areaUnderEnvelope(recall: recall, precision: precision) : 0
        }
    }

    private struct Entry: Hashable {
        var score: Double
        var counts: Bool
        var hit: Bool
    }

    /// Faces that count.
    public let faces: Int
    public let pictures: Int
    private let kept: [Int]
    /// By picture, falling score.
    private let entries: [[Entry]]
    private let lowest: Double
    private let highest: Double

    /// Throws `no-faces` when the keep lists are empty, `non-finite` for a score that is no number.
    public init(_ pictures: [Picture], iou: Double = 0.5) throws(LikenessError) {
        kept = pictures.map(\.keep.count)
        faces = kept.reduce(0, +)
        self.pictures = pictures.count
        guard faces > 0 else { throw LikenessError(.noFaces, "no face counts: an average precision needs one") }
        let scores = pictures.flatMap { $0.detections.map(\.score) }
        guard scores.allSatisfy(\.isFinite) else { throw LikenessError(.nonFinite, "a score is not a finite number") }
        lowest = min(1, scores.min() ?? 1)
        highest = max(0, scores.max() ?? 0)
        entries = pictures.map { Self.match($0, iou: iou) }
    }

    private static func match(_ picture: Picture, iou: Double) -> [Entry] {
        guard !picture.faces.isEmpty else { return [] }
        var taken = Set<Int>()
        let order = picture.detections.indices.sorted {
            (-picture.detections[$0].score, $0) < (-picture.detections[$1].score, $1)
        }
        return order.map { k in
            let d = picture.detections[k]
            guard let best = bestFace(d.box, picture.faces, plusOne: true), best.overlap >= iou else {
                return Entry(score: d.score, counts: true, hit: false)
            }
            guard picture.keep.contains(best.index) else { return Entry(score: d.score, counts: false, hit: false) }
            return Entry(score: d.score, counts: true, hit: taken.insert(best.index).inserted)
        }
    }

    /// The published rule: scores normalised over the data set, thresholds 1 − (t+1)/1000 for t = 0…999.
    public func thousandThresholds() -> Curve {
        var curve = Curve(faces: faces)
        curve.thresholds = (0..<1000).map { 1 - Double($0 + 1) / 1000 }
        curve.proposals = [Int](repeating: 0, count: 1000)
        curve.hits = curve.proposals
        let range = highest - lowest
        for picture in entries {
            var (next, proposals, hits) = (0, 0, 0)
            for (t, threshold) in curve.thresholds.enumerated() {
                while next < picture.count, (picture[next].score - lowest) / range >= threshold {
                    proposals += picture[next].counts ? 1 : 0
                    hits += picture[next].hit ? 1 : 0
                    next += 1
                }
                curve.proposals[t] += proposals
                curve.hits[t] += hits
            }
        }
        return curve
    }

    /// Every distinct score as a threshold: the same area without the quirks of a grid.
    public func everyScore() -> Curve {
        curve(weights: [Int](repeating: 1, count: pictures))
    }

    /// Precision and recall of detections with a score of at least `threshold`, with the counts behind them.
    public func at(threshold: Double) -> (precision: Double, recall: Double, proposals: Int, hits: Int) {
        let accepted = entries.joined().filter { $0.score >= threshold }
        let (proposals, hits) = (accepted.count { $0.counts }, accepted.count { $0.hit })
        return (proposals > 0 ? Double(hits) / Double(proposals) : 0, Double(hits) / Double(faces), proposals, hits)
    }

    /// 95 % interval of the average precision (every score): percentiles over resamples of the pictures.
    public func interval(resamples: Int = 1000, seed: UInt64 = 1) -> ClosedRange<Double> {
        precondition(resamples > 1, "an interval needs two resamples or more, not \(resamples)")
        var random = SeededRandom(seed: seed)
        let ordered = ordered
        var areas: [Double] = []
        for _ in 0..<resamples {
            var weights = [Int](repeating: 0, count: pictures)
            for _ in 0..<pictures { weights[Int.random(in: 0..<pictures, using: &random)] += 1 }
            areas.append(curve(weights: weights, ordered).averagePrecision)
        }
        areas.sort()
        return areas[Int(Double(resamples) * 0.025)]...areas[min(resamples - 1, Int(Double(resamples) * 0.975))]
    }

    private var ordered: [(picture: Int, entry: Entry)] {
        entries.enumerated().flatMap { k, list in list.map { (k, $0) } }.sorted { $0.entry.score > $1.entry.score }
    }

    private func curve(weights: [Int], _ ordered: [(picture: Int, entry: Entry)]? = nil) -> Curve {
        var curve = Curve(faces: zip(weights, kept).reduce(0) { $0 + $1.0 * $1.1 })
        var (proposals, hits) = (0, 0)
        for (picture, entry) in ordered ?? self.ordered {
            proposals += entry.counts ? weights[picture] : 0
            hits += entry.hit ? weights[picture] : 0
            if curve.thresholds.last != entry.score {
                curve.thresholds.append(entry.score)
                curve.proposals.append(proposals)
                curve.hits.append(hits)
            } else {
                curve.proposals[curve.proposals.count - 1] = proposals
                curve.hits[curve.hits.count - 1] = hits
            }
        }
        return curve
    }
}
