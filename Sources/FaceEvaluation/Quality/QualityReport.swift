public import FaceCore

/// Whether qualities of photos tell which comparisons will fail: an error-versus-discard curve a quality column.
public struct QualityReport: Sendable {
    public struct Column: Sendable {
        public let name: String
        /// Genuine comparisons of which both sides have the quality.
        public let genuine: Int
        public let impostors: Int
        /// False rejects against the discarded share, to 95 %.
        public let curve: ErrorDiscardCurve
        /// The same to 20 %: where a product would stop discarding.
        public let start: ErrorDiscardCurve
        /// False accepts among the impostor comparisons that are left, at the shares of ``curve``; these should not rise.
        public let falseAccepts: [(discarded: Double, rate: Double)]
        /// Qualities of the genuine comparisons by verdict.
        public let accepted: [Double]
        public let rejected: [Double]
        /// 95 % of the gain to 20 %, over resamples of identities; nil without identities or with nothing to gain.
        public let gainInterval: Interval?
    }

    /// Scores below are rejected: chosen so that ``falseRejectRate`` of all genuine comparisons are.
    public let threshold: Double
    public let falseRejectRate: Double
    public let combination: PairQuality
    public let columns: [Column]
    public let missing: Int

    /// The threshold is the score below which a share `errors` of the genuine comparisons lies.
    ///
    /// Comparisons of which a side has no quality are left out of a column and counted. Throws `usage` for a share
    /// outside 0…1, `empty` when no column has a comparison, and what ``ErrorDiscardCurve`` throws.
    public init(
        _ list: ScoredList, qualities: QualityTable, columns wanted: [String] = [], errors share: Double = 0.05,
        combination: PairQuality = .minimum, resamples: Int = 200, seed: UInt64 = 1
    ) throws(LikenessError) {
        guard share > 0, share < 1 else {
            throw LikenessError(.usage, subject: "errors", "the share of errors lies between 0 and 1, not \(share)")
        }
        if let unknown = wanted.first(where: { !qualities.columns.contains($0) }) {
            throw LikenessError(
                .usage, subject: unknown, "there is no such quality",
                remedy: "the columns are: \(qualities.columns.joined(separator: ", "))")
        }
        let genuine = list.pairs.scores.indices.filter { list.pairs.same[$0] }
        let sorted = genuine.map { list.pairs.scores[$0] }.sorted()
        threshold = sorted[min(sorted.count - 1, Int(share * Double(sorted.count) + 1e-9))]
        let limit = threshold
        falseRejectRate = Double(sorted.count { $0 < limit }) / Double(sorted.count)
        self.combination = combination
        let index = try ItemIndex(names: Array(qualities.values.keys).sorted())
        let sides = list.comparisons.map { c in
            (Self.values(c.left, index, qualities), Self.values(c.right, index, qualities))
        }
        missing = sides.count { $0.0 == nil || $0.1 == nil }
        var columns: [Column] = []
        for (k, name) in qualities.columns.enumerated() where wanted.isEmpty || wanted.contains(name) {
            let quality = sides.map { a, b -> Double in
                guard let a, let b else { return .nan }
                return combination.combine(a[k], b[k])
            }
            if let column = try Self.column(name, list, quality, threshold, resamples, seed) { columns.append(column) }
        }
        guard !columns.isEmpty else {
            throw LikenessError(.emptyInput, "no comparison has a quality on both sides")
        }
        self.columns = columns
    }

    private static func values(_ name: String, _ index: ItemIndex, _ table: QualityTable) -> [Double]? {
        guard let row = try? index.row(name) else { return nil }
        return table.values[index.names[row]]
    }

    private static func column(
        _ name: String, _ list: ScoredList, _ quality: [Double], _ threshold: Double, _ resamples: Int, _ seed: UInt64
    ) throws(LikenessError) -> Column? {
        let rows = quality.indices.filter { quality[$0].isFinite }
        let genuine = rows.filter { list.pairs.same[$0] }
        let impostors = rows.filter { !list.pairs.same[$0] }
        guard genuine.count > 1 else { return nil }
        let (scores, values) = (genuine.map { list.pairs.scores[$0] }, genuine.map { quality[$0] })
        let start = try ErrorDiscardCurve(
            genuine: scores, quality: values, threshold: threshold, grid: (0...20).map { Double($0) / 100 })
        return Column(
            name: name, genuine: genuine.count, impostors: impostors.count,
            curve: try ErrorDiscardCurve(genuine: scores, quality: values, threshold: threshold), start: start,
            falseAccepts: falseAccepts(impostors, list, quality, threshold),
            accepted: genuine.filter { list.pairs.scores[$0] >= threshold }.map { quality[$0] },
            rejected: genuine.filter { list.pairs.scores[$0] < threshold }.map { quality[$0] },
            gainInterval: gainInterval(genuine, list, quality, threshold, resamples, seed))
    }

    private static func falseAccepts(
        _ impostors: [Int], _ list: ScoredList, _ quality: [Double], _ threshold: Double
    ) -> [(Double, Double)] {
        let order = impostors.sorted { (quality[$0], $0) < (quality[$1], $1) }
        return (0..<20).compactMap { k in
            let left = order.dropFirst(Int(Double(k) / 20 * Double(order.count) + 1e-9))
            guard !left.isEmpty else { return nil }
            let accepted = left.count { list.pairs.scores[$0] >= threshold }
            return (Double(k) / 20, Double(accepted) / Double(left.count))
        }
    }

    /// Genuine comparisons are repeated as often as their identity is drawn.
    private static func gainInterval(
        _ genuine: [Int], _ list: ScoredList, _ quality: [Double], _ threshold: Double, _ resamples: Int, _ seed: UInt64
    ) -> Interval? {
        guard resamples > 0 else { return nil }
        let own = LabelNumbers.of(genuine.map { "\(list.identities.left[$0])" })
        let people = (own.max() ?? 0) + 1
        let slots = ParallelSlots<Double>(resamples)
        parallelFor(resamples) { r in
            let draws = IdentityBootstrap.draws(people, seed: seed, resample: r)
            let rows = genuine.indices.flatMap { [Int](repeating: genuine[$0], count: draws[own[$0]]) }
            let curve = try? ErrorDiscardCurve(
                genuine: rows.map { list.pairs.scores[$0] }, quality: rows.map { quality[$0] }, threshold: threshold,
                grid: (0...20).map { Double($0) / 100 })
            slots.set(r, curve?.gain)
        }
        return Interval(resampled: slots.values.compactMap { $0 })
    }
}
