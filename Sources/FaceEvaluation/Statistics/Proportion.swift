import Glibc

/// k successes of n independent trials. Comparisons that share people are not independent: use
/// ``IdentityBootstrap`` for those.
public struct Proportion: Sendable, Hashable {
    public let successes: Int
    public let trials: Int

    public init(_ successes: Int, of trials: Int) {
        precondition(trials > 0 && (0...trials).contains(successes), "\(successes) of \(trials) is no proportion")
        self.successes = successes
        self.trials = trials
    }

    public var value: Double { Double(successes) / Double(trials) }

    /// Wilson's score interval (1927).
    public func wilson(level: Double = 0.95) -> Interval {
        let (n, p, z) = (Double(trials), value, normalQuantile((1 + level) / 2))
        let scale = 1 + z * z / n
        let middle = (p + z * z / (2 * n)) / scale
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
        return Interval(low: max(0, middle - half), high: min(1, middle + half))
    }

    /// The exact interval (Clopper & Pearson 1934): never narrower than promised.
    public func clopperPearson(level: Double = 0.95) -> Interval {
        let (k, n, tail) = (Double(successes), Double(trials), (1 - level) / 2)
        return Interval(
            low: successes == 0 ? 0 : betaQuantile(tail, k, n - k + 1),
            high: successes == trials ? 1 : betaQuantile(1 - tail, k + 1, n - k))
    }
}

/// x with I_x(a, b) = p by bisection: 1,100 halvings at most, since doubles near 0 are dense.
func betaQuantile(_ p: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while true {
        let middle = (low + high) / 2
        if middle <= low || middle >= high || high - low < 1e-17 { return middle }
        if betaProbability(middle, a, b) < p { low = middle } else { high = middle }
    }
}

/// The regularised incomplete beta function I_x(a, b) (DLMF 8.17.22, evaluated by Lentz's method).
func betaProbability(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // the fraction converges fast below the mean only
    if x > (a + 1) / (a + b + 2) { return 1 - betaProbability(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    func nonZero(_ v: Double) -> Double { abs(v) < 1e-300 ? 1e-300 : v }
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for m in 1..<10_000 {
        let k = Double(m)
        let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        for term in [even, odd] {
            d = 1 / nonZero(1 + term * d)
            c = nonZero(1 + term / c)
            fraction *= c * d
        }
        if abs(c * d - 1) < 1e-16 { break }
    }
    return front * fraction
}
