import FaceCore

extension NeighbourGraph.Exactness {
    /// The share of hits over sampled queries, each with (hits, true neighbours), and Wilson's interval; queries vary, so
    /// the number of trials is that of independent ones with the same variance.
    static func measured(_ samples: [(hits: Int, of: Int)], from: Float = -.infinity) -> Self {
        let total = Double(samples.reduce(0) { $0 + $1.of })
        guard total > 0 else { return .estimated(recall: 1, low: 0, high: 1, from: from) }
        let r = Double(samples.reduce(0) { $0 + $1.hits }) / total
        let squares = samples.reduce(0.0) { sum, s in
            let off = Double(s.hits) - r * Double(s.of)
            return sum + off * off
        }
        let trials = squares > 0 ? r * (1 - r) * total * total / squares : Double(samples.count)
        let z = 1.96
        let centre = (r + z * z / (2 * trials)) / (1 + z * z / trials)
        let half = z * (r * (1 - r) / trials + z * z / (4 * trials * trials)).squareRoot() / (1 + z * z / trials)
        return .estimated(recall: r, low: max(0, centre - half), high: min(1, centre + half), from: from)
    }

    /// As the header of a file says it.
    var member: StrictJSON.Member {
        switch self {
        case .exact: .init(key: "exact", value: .bool(true))
        case .estimated(let recall, let low, let high, let from):
            .init(
                key: "recall",
                value: .array([recall, low, high].map(StrictJSON.real) + (from.isFinite ? [.real(Double(from))] : [])))
        }
    }

    init?(_ header: StrictJSON) {
        if header["exact"] == .bool(true) {
            self = .exact
            return
        }
        guard case .array(let values) = header["recall"], (3...4).contains(values.count) else { return nil }
        let numbers = values.compactMap(\.real)
        guard numbers.count == values.count, numbers.prefix(3).allSatisfy({ (0...1).contains($0) }) else { return nil }
        self = .estimated(
            recall: numbers[0], low: numbers[1], high: numbers[2],
            from: numbers.count == 4 ? Float(numbers[3]) : -.infinity)
    }
}
