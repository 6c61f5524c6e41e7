/// Which classes take part in a step of Partial FC (An et al. 2021).
public enum ClassSample {
    /// All classes of the batch and others at random, ascending: `keys` are uniform in [0, 1), one a class; positives have
    /// key 2; the n = max(positives, ⌊rate · classes⌋) largest are taken.
    public static func chosen(keys: [Double], positives: Set<Int>, rate: Double) -> [Int] {
        let n = max(positives.count, Int((rate * Double(keys.count)).rounded(.down)))
        guard n < keys.count else { return Array(keys.indices) }
        if n == positives.count { return positives.sorted() }
        let order = keys.indices.sorted { a, b in
            let (x, y) = (positives.contains(a) ? 2 : keys[a], positives.contains(b) ? 2 : keys[b])
            return (-x, a) < (-y, b)
        }
        return order.prefix(n).sorted()
    }
}
