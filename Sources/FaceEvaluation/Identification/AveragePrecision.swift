/// Average precision at k of a ranked list: Σ over hits i ≤ k of precision(i), over min(k, relevant); 0 when nothing is
/// relevant.
public func averagePrecision(_ relevance: [Bool], at k: Int) -> Double {
    let relevant = relevance.count { $0 }
    guard relevant > 0, k > 0 else { return 0 }
    var (hits, sum) = (0, 0.0)
    for (i, hit) in relevance.prefix(k).enumerated() where hit {
        hits += 1
        sum += Double(hits) / Double(i + 1)
    }
    return sum / Double(min(k, relevant))
}
