import Glibc

extension ContingencyTable {
    /// Mutual information adjusted for chance, arithmetic mean (Vinh, Epps & Bailey 2010, equation 24a).
    ///
    /// 1 for equal partitions. The expectation runs over distinct sizes only, O(A·B·s) for A and B distinct sizes and
    /// s the smaller size: seconds for millions of items, but not free, so it stands apart from ``GroupingMetrics``.
    public func adjustedMutualInformation() -> Double {
        if cells.count == identitySizes.count, cells.count == clusterSizes.count { return 1 }
        let (ht, hp) = (entropy(identitySizes), entropy(clusterSizes))
        guard ht > 0, hp > 0 else { return 0 }
        let n = Double(items)
        let mutual = compensatedSum(
            cells.map { c in
                let product = Double(identitySizes[c.identity]) * Double(clusterSizes[c.cluster])
                return Double(c.count) / n * log(Double(c.count) * n / product)
            })
        let expected = expectedInformation()
        let room = (ht + hp) / 2 - expected
        return (mutual - expected) / (room < 0 ? min(room, -0x1p-52) : max(room, 0x1p-52))
    }

    private func entropy(_ sizes: [Int]) -> Double {
        let n = Double(items)
        return sizes.count < 2 ? 0 : -compensatedSum(sizes.map { Double($0) / n * log(Double($0) / n) })
    }

    private func expectedInformation() -> Double {
        func histogram(_ sizes: [Int]) -> [(size: Int, times: Int)] {
            Dictionary(sizes.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
        let (rows, columns) = (histogram(identitySizes), histogram(clusterSizes))
        var parts: [Double] = []
        for a in rows {
            for b in columns {
                parts.append(Double(a.times) * Double(b.times) * expectedInformation(a.size, b.size))
            }
        }
        return compensatedSum(parts)
    }

    /// Expected contribution of one cell whose margins are a and b: the hypergeometric mean of k/n·log(nk/ab).
    private func expectedInformation(_ a: Int, _ b: Int) -> Double {
        func logFactorial(_ k: Int) -> Double { lgamma(Double(k) + 1) }
        let n = items
        let fixed =
            logFactorial(a) + logFactorial(b) + logFactorial(n - a) + logFactorial(n - b) - logFactorial(n)
        var sum = 0.0
        for k in Swift.max(1, a + b - n)...Swift.max(1, Swift.min(a, b)) where k <= Swift.min(a, b) {
            let chance = exp(
                fixed - logFactorial(k) - logFactorial(a - k) - logFactorial(b - k) - logFactorial(n - a - b + k))
            sum += chance * Double(k) / Double(n) * log(Double(n) * Double(k) / (Double(a) * Double(b)))
        }
        return sum
    }
}
