public import FaceCore

/// The same figures for each cohort (age group, origin, camera …) at one global threshold: the headline is the worst
/// cohort, not the mean.
public struct CohortReport: Sendable {
    public struct Cohort: Sendable, Hashable {
        public let name: String
        public let genuine: Int
        public let impostors: Int
        /// At the global threshold.
        public let trueAcceptRate: Double
        public let falseAcceptRate: Double
        public let auc: Double
        /// Share of right decisions at the thresholds of the folds; nil where no decisions were given.
        public let accuracy: Double?
        /// 95 % by resampling identities, the threshold held; nil where no identities were given.
        public var trueAcceptInterval: Interval?
        public var falseAcceptInterval: Interval?
        /// With a threshold chosen for this cohort alone.
        public let own: FalseAcceptPoint
        /// 30/FAR impostors (Doddington's rule of 30) are behind the false accept rate; without them it is indicative.
        public var hasEnoughImpostors: Bool { Double(impostors) * own.far >= 30 }
    }

    public let far: Double
    /// By `step` on all comparisons together.
    public let global: FalseAcceptPoint
    /// In order of first appearance.
    public private(set) var cohorts: [Cohort]
    /// Cohorts without genuine or without impostor comparisons, which have no figures.
    public let leftOut: [String]

    /// One cohort name a comparison: impostor comparisons inside a cohort and across are different cohorts, or the
    /// across ones are left out before. Throws `length-mismatch`, `usage`, and `empty` when no cohort has figures.
    ///
    /// `decisions` says of each comparison whether its fold decided it right (``VerificationResult/decisions(_:)``).
    public init(
        _ pairs: ScoredPairs, cohorts names: [String], far: Double, decisions: [Bool]? = nil
    ) throws(LikenessError) {
        guard names.count == pairs.scores.count else {
            throw LikenessError(.lengthMismatch, "\(pairs.scores.count) comparisons have \(names.count) cohort names")
        }
        self.far = far
        let global = try ReceiverCurve(pairs).operatingPoint(far: far)
        var members: [String: [Int]] = [:]
        var order: [String] = []
        for (i, name) in names.enumerated() {
            if members[name] == nil { order.append(name) }
            members[name, default: []].append(i)
        }
        var (found, leftOut): ([Cohort], [String]) = ([], [])
        for name in order {
            let rows = members[name] ?? []
            if let c = try Self.cohort(name, pairs, rows, global, decisions) {
                found.append(c)
            } else {
                leftOut.append(name)
            }
        }
        guard !found.isEmpty else { throw LikenessError(.emptyInput, "no cohort has comparisons of both kinds") }
        (self.global, self.cohorts, self.leftOut) = (global, found, leftOut)
    }

    private static func cohort(
        _ name: String, _ pairs: ScoredPairs, _ rows: [Int], _ global: FalseAcceptPoint, _ decisions: [Bool]?
    ) throws(LikenessError) -> Cohort? {
        let same = rows.map { pairs.same[$0] }
        guard same.contains(true), same.contains(false) else { return nil }
        let part = try ScoredPairs(scores: rows.map { pairs.scores[$0] }, same: same)
        let curve = ReceiverCurve(part)
        let threshold = global.threshold ?? .infinity
        let accepted = rows.filter { pairs.scores[$0] >= threshold }
        let right = accepted.count { pairs.same[$0] }
        return Cohort(
            name: name, genuine: curve.genuine, impostors: curve.impostors,
            trueAcceptRate: Double(right) / Double(curve.genuine),
            falseAcceptRate: Double(accepted.count - right) / Double(curve.impostors), auc: curve.area,
            accuracy: decisions.map { d in Double(rows.count { d[$0] }) / Double(rows.count) },
            own: try curve.operatingPoint(far: global.far))
    }

    public var worst: Cohort { cohorts.min { $0.trueAcceptRate < $1.trueAcceptRate } ?? cohorts[0] }
    public var best: Cohort { cohorts.max { $0.trueAcceptRate < $1.trueAcceptRate } ?? cohorts[0] }
    public var mostFalseAccepts: Cohort { cohorts.max { $0.falseAcceptRate < $1.falseAcceptRate } ?? cohorts[0] }
    public var gap: Double { best.trueAcceptRate - worst.trueAcceptRate }
    public var meanTrueAcceptRate: Double {
        compensatedSum(cohorts.map(\.trueAcceptRate)) / Double(cohorts.count)
    }

    /// Largest over smallest false accept rate; the smallest counts as at least one error of its impostors.
    public var falseAcceptRatio: Double {
        let least = cohorts.min { $0.falseAcceptRate < $1.falseAcceptRate } ?? cohorts[0]
        return mostFalseAccepts.falseAcceptRate / max(least.falseAcceptRate, 1 / Double(least.impostors))
    }

    /// Adds intervals of the rates at the global threshold: identities are drawn again within all comparisons.
    public mutating func addIntervals(
        _ list: ScoredList, cohorts names: [String], resamples: Int = 1000, seed: UInt64 = 1
    ) {
        let (left, right) = list.identities
        guard resamples > 0, let bootstrap = try? IdentityBootstrap(list.pairs, left: left, right: right) else {
            return
        }
        let threshold = global.threshold ?? .infinity
        let place = Dictionary(cohorts.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
        let (cohort, scores, same) = (names.map { place[$0] ?? -1 }, list.pairs.scores, list.pairs.same)
        let count = cohorts.count
        let drawn = bootstrap.resample(resamples, seed: seed) { _, weights -> [[Int]] in
            // of each cohort: accepted genuine, genuine, accepted impostors, impostors
            var sums = [[Int]](repeating: [0, 0, 0, 0], count: count)
            for (i, w) in weights.enumerated() where w > 0 && cohort[i] >= 0 {
                let kind = same[i] ? 0 : 2
                sums[cohort[i]][kind + 1] += w
                if scores[i] >= threshold { sums[cohort[i]][kind] += w }
            }
            return sums
        }.compactMap { $0 }
        func interval(_ k: Int, _ kind: Int) -> Interval? {
            Interval(
                resampled: drawn.filter { $0[k][kind + 1] > 0 }.map { Double($0[k][kind]) / Double($0[k][kind + 1]) })
        }
        for k in cohorts.indices {
            cohorts[k].trueAcceptInterval = interval(k, 0)
            cohorts[k].falseAcceptInterval = interval(k, 2)
        }
    }
}
