public import FaceCore

/// How fast the false rejects fall when the comparisons of lowest quality are discarded (Grother & Tabassi 2007).
public struct ErrorDiscardCurve: Sendable, Hashable {
    /// Discarded share, and the share of errors among the rest (nil when nothing is left).
    public struct Point: Sendable, Hashable {
        public let discarded: Double
        public let errors: Double?
        /// What a perfect quality would leave: errors go first.
        public let ideal: Double
    }

    public struct QualityStep: Sendable, Hashable {
        public let quality: Double
        public let discarded: Double
        public let errors: Double
    }

    public let points: [Point]
    /// After discarding all below each distinct quality value: the value, the discarded share, the errors.
    public let byQuality: [QualityStep]
    /// Areas by the trapezoid rule over the points with a rest: measured, ideal, and for a useless quality.
    public let area: Double
    public let idealArea: Double
    public let flatArea: Double
    /// area over the width of the grid: the mean error along it.
    public let meanError: Double
    /// (flat − area)/(flat − ideal): 1 perfect, 0 useless, negative harmful; nil when there is nothing to gain.
    public let gain: Double?

    /// Genuine scores below `threshold` are errors. At a share r of `grid` (rising, from 0) the ⌊r·n⌋ comparisons of
    /// lowest quality go, equal ones in the given order. Throws `empty`, `length-mismatch`, `non-finite`, `usage`.
    public init(
        genuine: [Double], quality: [Double], threshold: Double, grid: [Double] = (0..<20).map { Double($0) / 20 }
    ) throws(LikenessError) {
        try Self.check(genuine, quality, grid)
        let n = genuine.count
        let order = quality.indices.sorted { (quality[$0], $0) < (quality[$1], $1) }
        // remaining[k]: errors left after k comparisons are gone
        var remaining = [Int](repeating: 0, count: n + 1)
        for k in (0..<n).reversed() { remaining[k] = remaining[k + 1] + (genuine[order[k]] < threshold ? 1 : 0) }
        func errors(_ k: Int) -> Double? { k < n ? Double(remaining[k]) / Double(n - k) : nil }
        let start = errors(0) ?? 0
        points = grid.map { r in
            Point(
                discarded: r, errors: errors(Int(r * Double(n) + 1e-9)),
                ideal: r < 1 ? max(0, (start - r) / (1 - r)) : 0)
        }
        byQuality = (0..<n).filter { $0 == 0 || quality[order[$0]] != quality[order[$0 - 1]] }.map { k in
            QualityStep(
                quality: quality[order[k]], discarded: 1 - Double(n - k) / Double(n), errors: errors(k) ?? 0)
        }
        let kept = points.filter { $0.errors != nil }
        area = Self.area(kept) { $0.errors ?? 0 }
        idealArea = Self.area(kept) { $0.ideal }
        let width = kept[kept.count - 1].discarded - kept[0].discarded
        flatArea = start * width
        meanError = width > 0 ? area / width : start
        gain = flatArea - idealArea == 0 ? nil : (flatArea - area) / (flatArea - idealArea)
    }

    private static func area(_ points: [Point], _ value: (Point) -> Double) -> Double {
        compensatedSum(
            zip(points, points.dropFirst()).map { a, b in (b.discarded - a.discarded) * (value(a) + value(b)) / 2 })
    }

    private static func check(_ genuine: [Double], _ quality: [Double], _ grid: [Double]) throws(LikenessError) {
        guard genuine.count == quality.count else {
            throw LikenessError(.lengthMismatch, "\(genuine.count) scores come with \(quality.count) qualities")
        }
        guard !genuine.isEmpty else { throw LikenessError(.emptyInput, "there is no genuine comparison") }
        guard genuine.allSatisfy(\.isFinite), quality.allSatisfy(\.isFinite) else {
            throw LikenessError(.nonFinite, "a score or a quality is not a number")
        }
        let rises = zip(grid, grid.dropFirst()).allSatisfy { $0 < $1 }
        guard grid.first == 0, rises, grid.allSatisfy({ $0 <= 1 }) else {
            throw LikenessError(.usage, subject: "grid", "the shares to discard rise from 0 to at most 1")
        }
    }
}
