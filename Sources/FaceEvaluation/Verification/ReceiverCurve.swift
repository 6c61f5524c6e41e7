/// The receiver operating characteristic: how many genuine and impostor comparisons each threshold accepts.
///
/// A comparison is accepted when its score ≥ threshold. The first point accepts nothing; then comes one point for each
/// distinct score, falling. No point is dropped. Counts are whole numbers (weights of a resample are whole too), so
/// the area is exact up to one division.
public struct ReceiverCurve: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        /// nil: above every score.
        public var threshold: Double?
        public var falseAccepts: Int
        public var trueAccepts: Int

        public init(threshold: Double?, falseAccepts: Int, trueAccepts: Int) {
            self.threshold = threshold
            self.falseAccepts = falseAccepts
            self.trueAccepts = trueAccepts
        }
    }

    public let points: [Point]
    /// Comparisons (or their total weight) of each kind.
    public let genuine: Int
    public let impostors: Int

    /// A curve from points by falling threshold, the first accepting nothing and the last everything.
    public init(points: [Point]) {
        precondition(points.first?.trueAccepts == 0 && points.first?.falseAccepts == 0, "a curve begins at (0, 0)")
        self.points = points
        genuine = points.last?.trueAccepts ?? 0
        impostors = points.last?.falseAccepts ?? 0
    }

    public init(_ pairs: ScoredPairs) {
        self.init(points: Self.accumulate(pairs) { _ in 1 })
    }

    /// The curve of a resample in which comparison i counts `weights[i]` times; nil when a kind has no weight.
    public init?(_ pairs: ScoredPairs, weights: [Int]) {
        precondition(weights.count == pairs.scores.count, "one weight a comparison")
        self.init(points: Self.accumulate(pairs) { weights[$0] })
        if genuine == 0 || impostors == 0 { return nil }
    }

    private static func accumulate(_ pairs: ScoredPairs, weight: (Int) -> Int) -> [Point] {
        var points = [Point(threshold: nil, falseAccepts: 0, trueAccepts: 0)]
        var here = points[0]
        for i in pairs.order.reversed() {
            let w = weight(i)
            if w == 0 { continue }
            if let t = here.threshold, t != pairs.scores[i] { points.append(here) }
            here.threshold = pairs.scores[i]
            if pairs.same[i] { here.trueAccepts += w } else { here.falseAccepts += w }
        }
        if here.threshold != nil { points.append(here) }
        return points
    }

    public func falseAcceptRate(_ p: Point) -> Double { Double(p.falseAccepts) / Double(impostors) }
    public func trueAcceptRate(_ p: Point) -> Double { Double(p.trueAccepts) / Double(genuine) }
    func falseRejectRate(_ p: Point) -> Double { 1 - trueAcceptRate(p) }

    /// Chance that a genuine comparison scores above an impostor one, ties counting half: the trapezoid area.
    public var area: Double {
        var twice = 0.0
        for (a, b) in zip(points, points.dropFirst()) where b.falseAccepts > a.falseAccepts {
            twice += Double(b.falseAccepts - a.falseAccepts) * Double(a.trueAccepts + b.trueAccepts)
        }
        return twice / 2 / Double(genuine) / Double(impostors)
    }

    /// FAR and FRR of each point with their normal deviates (nil where a rate is 0 or 1): the DET curve.
    public var detection: [(falseAccept: Double, falseReject: Double, deviates: (Double, Double)?)] {
        points.map { p in
            let (far, frr) = (falseAcceptRate(p), falseRejectRate(p))
            let inside = far > 0 && far < 1 && frr > 0 && frr < 1
            return (far, frr, inside ? (normalQuantile(far), normalQuantile(frr)) : nil)
        }
    }
}
