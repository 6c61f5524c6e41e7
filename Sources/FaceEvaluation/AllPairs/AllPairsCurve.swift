/// From counts between genuine scores to curve and operating points.
enum AllPairsCurve {
    /// Where impostors lie between two genuine scores one point stands for all of them: the points left out lie on the
    /// straight line to it, so that area and equal error rate do not change.
    static func make(_ genuine: GenuineScores, _ tally: ImpostorTally) -> ReceiverCurve {
        var points = [ReceiverCurve.Point(threshold: nil, falseAccepts: 0, trueAccepts: 0)]
        var here = points[0]
        for j in genuine.values.indices.reversed() {
            if tally.between[j + 1] > 0 {
                here.falseAccepts += tally.between[j + 1]
                here.threshold = Double(genuine.values[j].nextUp)
                points.append(here)
            }
            here.falseAccepts += tally.ties[j]
            here.trueAccepts += genuine.counts[j]
            here.threshold = Double(genuine.values[j])
            points.append(here)
        }
        if tally.between[0] > 0 {
            here.falseAccepts += tally.between[0]
            here.threshold = Double(tally.lowest)
            points.append(here)
        }
        return ReceiverCurve(points: points)
    }

    static func point(
        _ far: Double, _ labels: LabelledRows, _ genuine: GenuineScores, _ tally: ImpostorTally,
        _ largest: [ScoredRowPair]
    ) -> AllPairsPoint {
        let allowed = Int(far * Double(tally.total) + 1e-9)
        let first = firstAccepted(allowed, genuine, tally)
        let value = first < genuine.values.count ? genuine.values[first] : .infinity
        let accepted = genuine.pairs.partitioningIndex { $0.score >= value }
        let limit = threshold(allowed, tally, largest)
        return AllPairsPoint(
            far: far, trueAcceptRate: Double(genuine.pairs.count - accepted) / Double(genuine.pairs.count),
            identityMean: identityMean(labels, genuine.pairs, from: accepted), acceptAbove: limit.score,
            thresholdIsExact: limit.exact, falseAccepts: limit.falseAccepts, impostors: tally.total)
    }

    /// Index of the lowest genuine value that at most `allowed` impostors reach.
    private static func firstAccepted(_ allowed: Int, _ genuine: GenuineScores, _ tally: ImpostorTally) -> Int {
        var reaching = 0
        for j in genuine.values.indices.reversed() {
            reaching += tally.between[j + 1] + tally.ties[j]
            if reaching > allowed { return j + 1 }
        }
        return 0
    }

    private static func identityMean(_ labels: LabelledRows, _ pairs: [ScoredRowPair], from accepted: Int) -> Double {
        var (hits, all) = ([Int](repeating: 0, count: labels.members.count), 0)
        for p in pairs[accepted...] { hits[Int(labels.numbers[Int(p.first)])] += 1 }
        var rates: [Double] = []
        for (k, rows) in labels.members.enumerated() where rows.count > 1 {
            rates.append(Double(hits[k]) / Double(rows.count * (rows.count - 1) / 2))
            all += 1
        }
        return compensatedSum(rates) / Double(all)
    }

    /// The largest impostor score that must not be accepted, and how many lie above it.
    private static func threshold(
        _ allowed: Int, _ tally: ImpostorTally, _ largest: [ScoredRowPair]
    ) -> (score: Float, exact: Bool, falseAccepts: Int) {
        if allowed >= tally.total { return (tally.lowest.nextDown, true, tally.total) }
        if allowed < largest.count {
            let score = largest[allowed].score
            return (score, true, largest.partitioningIndex { $0.score <= score })
        }
        var (b, above) = (GenuineScores.bins - 1, 0)
        while b > 0, above + tally.histogram[b] <= allowed {
            above += tally.histogram[b]
            b -= 1
        }
        let share = (Float(allowed - above) + 0.5) / Float(max(1, tally.histogram[b]))
        return ((Float(b + 1) - share) / Float(GenuineScores.bins / 2) - 1, false, allowed)
    }
}
