import FaceCore

/// Intervals of all-pairs figures by resampling identities (weights as in ``IdentityBootstrap``).
///
/// The genuine scores and the kept largest impostor scores are weighted anew in each resample, so true accept rates and
/// the equal error rate are exact as far as the kept impostors reach. The area needs all impostors: below the kept ones
/// the share of the whole set stands in, which moves it by less than the share of genuine scores there.
public struct AllPairsIntervals: Sendable, Hashable {
    public let auc: Interval?
    /// nil where the kept impostors end before the rates meet.
    public let eer: Interval?
    /// For each rate; nil where the kept impostors end before it.
    public let rates: [Interval?]
    public let resamples: Int
    public let used: Int
}

/// What a resample weighs.
struct AllPairsResampling: Sendable {
    /// Genuine scores by falling score: the identity of each.
    private let genuine: [(score: Float, identity: Int32)]
    private let impostors: [(score: Float, first: Int32, second: Int32)]
    private let sizes: [Int]
    /// Genuine pairs below the kept impostors: the share of all impostors above each.
    private let rest: [Double]
    private let reach: Int

    init(_ labels: LabelledRows, _ genuine: GenuineScores, _ largest: [ScoredRowPair], _ curve: ReceiverCurve) {
        self.genuine = genuine.pairs.reversed().map { ($0.score, labels.numbers[Int($0.first)]) }
        impostors = largest.map { ($0.score, labels.numbers[Int($0.first)], labels.numbers[Int($0.second)]) }
        sizes = labels.members.map(\.count)
        let floor = largest.last?.score ?? .infinity
        reach = self.genuine.partitioningIndex { $0.score < floor }
        // the curve's points fall with the threshold: a pair meets the impostors accepted at its own score
        var point = 0
        rest = self.genuine[reach...].map { g in
            while point + 1 < curve.points.count, curve.points[point].threshold.map({ $0 > Double(g.score) }) ?? true {
                point += 1
            }
            return curve.falseAcceptRate(curve.points[point])
        }
    }

    func intervals(_ rates: [Double], resamples: Int, seed: UInt64, threads: Int) -> AllPairsIntervals {
        let slots = ParallelSlots<Resample>(resamples)
        parallelFor(resamples, threads: threads) { r in
            slots.set(r, resample(IdentityBootstrap.draws(sizes.count, seed: seed, resample: r), rates))
        }
        let drawn = slots.values.compactMap { $0 }
        func interval(_ value: (Resample) -> Double?) -> Interval? {
            let values = drawn.compactMap(value)
            // a figure that some resamples do not reach has no honest interval
            return values.count == drawn.count ? Interval(resampled: values) : nil
        }
        return AllPairsIntervals(
            auc: interval { $0.auc }, eer: interval { $0.eer },
            rates: rates.indices.map { k in interval { $0.rates[k] } },
            resamples: resamples, used: drawn.count)
    }

    private struct Resample: Sendable {
        var auc = 0.0
        var eer: Double?
        var rates: [Double?]
    }

    /// nil when a kind has no weight.
    private func resample(_ draws: [Int], _ rates: [Double]) -> Resample? {
        var (genuineWeight, rows, squares) = (0, 0, 0)
        for (size, w) in zip(sizes, draws) {
            genuineWeight += w * size * (size - 1) / 2
            rows += w * size
            squares += w * w * size * size
        }
        let impostorWeight = (rows * rows - squares) / 2
        guard genuineWeight > 0, impostorWeight > 0 else { return nil }
        let (all, others) = (Double(genuineWeight), Double(impostorWeight))
        let limits = rates.map { Int($0 * others + 1e-9) }
        var out = Resample(rates: rates.map { _ in nil })
        var (accepted, falsely, lost, next) = (0, 0, 0.0, 0)
        var before: (far: Double, gap: Double)?
        for g in genuine[..<reach] {
            var met = 0
            while next < impostors.count, impostors[next].score >= g.score {
                met += draws[Int(impostors[next].first)] * draws[Int(impostors[next].second)]
                next += 1
            }
            if met > 0 {
                for k in limits.indices where out.rates[k] == nil && falsely + met > limits[k] {
                    out.rates[k] = Double(accepted) / all
                }
            }
            falsely += met
            let w = draws[Int(g.identity)]
            accepted += w
            lost += Double(w) * Double(falsely) / others
            let (far, gap) = (Double(falsely) / others, 1 - Double(accepted) / all - Double(falsely) / others)
            if out.eer == nil {
                if gap <= 0 {
                    out.eer = before.map { $0.far + $0.gap / ($0.gap - gap) * (far - $0.far) } ?? far
                } else {
                    before = (far, gap)
                }
            }
        }
        // impostors between the last genuine score and the end of what was kept
        while next < impostors.count {
            falsely += draws[Int(impostors[next].first)] * draws[Int(impostors[next].second)]
            next += 1
        }
        for k in limits.indices where out.rates[k] == nil && falsely > limits[k] {
            out.rates[k] = Double(accepted) / all
        }
        for (g, share) in zip(genuine[reach...], rest) { lost += Double(draws[Int(g.identity)]) * share }
        out.auc = 1 - lost / all
        return out
    }
}
