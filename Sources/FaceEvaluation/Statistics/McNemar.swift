import Glibc

/// Whether two models that judged the same comparisons differ (McNemar 1947): only those that one alone got right count.
public struct McNemar: Sendable, Hashable {
    public let onlyFirst: Int
    public let onlySecond: Int

    public init(onlyFirst: Int, onlySecond: Int) {
        precondition(onlyFirst >= 0 && onlySecond >= 0, "counts are not negative")
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
    }

    /// Counts of two lists of right decisions on the same comparisons.
    public init(_ first: [Bool], _ second: [Bool]) {
        precondition(first.count == second.count, "both models judge the same comparisons")
        let pairs = zip(first, second)
        self.init(onlyFirst: pairs.count { $0 && !$1 }, onlySecond: pairs.count { !$0 && $1 })
    }

    /// Two-sided exact chance of a split at least as uneven if both were equally good: 2·P(X ≤ min), at most 1.
    public var exactChance: Double {
        let n = onlyFirst + onlySecond
        func logFactorial(_ k: Int) -> Double { lgamma(Double(k) + 1) }
        let terms = (0...min(onlyFirst, onlySecond)).map { k in
            exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) - Double(n) * log(2))
        }
        return min(1, 2 * compensatedSum(terms))
    }

    /// χ² with continuity correction (Edwards 1948), one degree of freedom.
    public var chiSquared: Double {
        let n = onlyFirst + onlySecond
        guard n > 0 else { return 0 }
        let gap = max(0, Double(abs(onlyFirst - onlySecond)) - 1)
        return gap * gap / Double(n)
    }

    public var chiSquaredChance: Double { erfc((chiSquared / 2).squareRoot()) }
}
