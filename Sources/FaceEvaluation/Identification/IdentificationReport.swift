public import FaceCore

/// Closed-set and open-set identification from the outcomes of searches.
public struct IdentificationReport: Sendable {
    /// Probes whose identity is in the gallery.
    public let mated: [ProbeOutcome]
    /// Largest scores of the probes whose identity is not.
    public let nonMated: [Double]
    /// Identities in the gallery.
    public let identities: Int

    /// Throws `empty` without an outcome.
    public init(_ outcomes: [ProbeOutcome], identities: Int) throws(LikenessError) {
        guard !outcomes.isEmpty else { throw LikenessError(.emptyInput, "there is no probe") }
        mated = outcomes.filter { $0.mate != nil }
        nonMated = outcomes.filter { $0.mate == nil }.map(\.best)
        self.identities = identities
    }

    /// Share of mated probes whose own identity is among the first `k`; nil without mated probes.
    public func identificationRate(rank k: Int, _ rule: TieRule = .pessimistic) -> Double? {
        if mated.isEmpty { return nil }
        return Double(mated.count { $0.rank(rule) ?? .infinity <= Double(k) }) / Double(mated.count)
    }

    /// The cumulative match characteristic: ``identificationRate(rank:_:)`` for 1…`upTo`; empty without mated probes.
    public func matchCurve(upTo k: Int, _ rule: TieRule = .pessimistic) -> [Double] {
        guard !mated.isEmpty, k > 0 else { return [] }
        var counts = [Int](repeating: 0, count: k)
        for rank in mated.compactMap({ $0.rank(rule) }) where rank <= Double(k) {
            counts[Int(rank.rounded(.up)) - 1] += 1
        }
        var sum = 0
        return counts.map {
            sum += $0
            return Double(sum) / Double(mated.count)
        }
    }

    /// Detection and identification rate at a false alarm rate: a mated probe counts when its mate passes the
    /// threshold and stands among the first `rank` (ties pessimistic). The threshold comes from the best scores of
    /// the non-mated probes.
    public struct OpenSetPoint: Sendable, Hashable {
        public let rank: Int
        public let rate: Double
        /// Rate asked for, convention, threshold and the rate reached; `trueAcceptRate` there ignores the rank.
        public let threshold: FalseAcceptPoint
    }

    /// By the conventions `step` and `kthImpostor`; nil without probes of both kinds. Throws `usage` for another
    /// convention or a rate outside 0…1.
    public func openSet(
        far: Double, rank k: Int = 1, _ convention: FalseAcceptConvention = .step
    ) throws(LikenessError) -> OpenSetPoint? {
        guard convention == .step || convention == .kthImpostor else {
            throw LikenessError(.usage, subject: convention.rawValue, "open-set rates are read by step or kth_impostor")
        }
        guard !mated.isEmpty, !nonMated.isEmpty else { return nil }
        let scores = mated.compactMap(\.mate)
        let pairs = try ScoredPairs(
            scores: scores + nonMated, same: scores.map { _ in true } + nonMated.map { _ in false })
        let point = try ReceiverCurve(pairs).operatingPoint(far: far, convention)
        let threshold = point.threshold ?? .infinity
        let right = mated.count { probe in
            guard let mate = probe.mate, 1 + probe.better + probe.equal <= k else { return false }
            return point.strict ? mate > threshold : mate >= threshold
        }
        return OpenSetPoint(rank: k, rate: Double(right) / Double(mated.count), threshold: point)
    }
}
