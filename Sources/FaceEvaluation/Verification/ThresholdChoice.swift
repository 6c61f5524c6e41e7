/// Training scores of one fold, each kind in rising order, and the search for the threshold that a rule wants.
struct ThresholdChoice {
    let genuine: [Double]
    let impostor: [Double]
    /// The distinct scores of both kinds, rising.
    let distinct: [Double]

    /// The comparisons of `pairs` whose index lies outside `test`. O(n).
    init(_ pairs: ScoredPairs, outside test: Range<Int>) {
        var (g, i, d): ([Double], [Double], [Double]) = ([], [], [])
        for k in pairs.order where !test.contains(k) {
            let s = pairs.scores[k]
            if pairs.same[k] { g.append(s) } else { i.append(s) }
            if d.last != s { d.append(s) }
        }
        (genuine, impostor, distinct) = (g, i, d)
    }

    func threshold(_ rule: ThresholdRule) -> Double {
        switch rule {
        case .gridDistance: gridDistance()
        case .observedLowest: best(distinct, rightAtLeast)[0]
        case .observedHighest: best(distinct, rightAtLeast).last ?? distinct[0]
        case .midpointLowest: best(midpoints, rightAtLeast)[0]
        case .midpointMean: mean(best(midpoints, rightAtLeast))
        case .gridCosineMean: gridCosineMean()
        }
    }

    /// Midpoints of neighbours; the score itself if there is only one.
    private var midpoints: [Double] {
        distinct.count < 2 ? distinct : zip(distinct, distinct.dropFirst()).map { ($0 + $1) / 2 }
    }

    /// All candidates that decide most comparisons right, in their order.
    private func best(_ candidates: [Double], _ right: (Double) -> Int) -> [Double] {
        var (most, out) = (-1, [Double]())
        for t in candidates {
            let n = right(t)
            if n > most { (most, out) = (n, []) }
            if n == most { out.append(t) }
        }
        return out
    }

    private func rightAtLeast(_ t: Double) -> Int {
        genuine.count - genuine.partitioningIndex { $0 >= t } + impostor.partitioningIndex { $0 >= t }
    }

    private func rightStrictly(_ t: Double) -> Int {
        genuine.count - genuine.partitioningIndex { $0 > t } + impostor.partitioningIndex { $0 >= t }
    }

    /// The distance falls where the score rises, so accepted comparisons are a suffix of the rising scores. The
    /// comparison is made on 2 − 2·score as written: scores on the grid make it sensitive to the last bit.
    private func rightByDistance(_ t: Double) -> Int {
        genuine.count - genuine.partitioningIndex { 2 - 2 * $0 < t } + impostor.partitioningIndex { 2 - 2 * $0 < t }
    }

    private func gridDistance() -> Double {
        best((0..<400).map { Double($0) * 0.01 }, rightByDistance)[0]
    }

    /// The mean is taken over grid indices, which is exact.
    private func gridCosineMean() -> Double {
        var (most, sum, count) = (-1, 0, 0)
        for j in -10_000...10_000 {
            let n = rightStrictly(Double(j) / 10_000)
            if n > most { (most, sum, count) = (n, 0, 0) }
            if n == most { (sum, count) = (sum + j, count + 1) }
        }
        return Double(sum) / Double(count) / 10_000
    }

    private func mean(_ values: [Double]) -> Double { compensatedSum(values) / Double(values.count) }
}
