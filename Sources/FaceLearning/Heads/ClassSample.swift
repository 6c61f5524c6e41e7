/// Which classes take part in a step of Partial FC (An et al. 2021).
public enum ClassSample {
    /// All classes of the batch and others at random, ascending: `keys` are uniform in [0, 1), one a class; positives have
    /// key 2; the n = max(positives, ⌊rate · classes⌋) largest are taken, of equal keys the first. O(C log C).
    public static func chosen(keys: [Double], positives: Set<Int>, rate: Double) -> [Int] {
        let n = max(positives.count, Int((rate * Double(keys.count)).rounded(.down)))
        guard n < keys.count else { return Array(keys.indices) }
        if n == positives.count { return positives.sorted() }
        var ranked = keys
        for p in positives { ranked[p] = 2 }
        // plain numbers sort ten times as fast as indices by their keys
        let least = ranked.sorted(by: >)[n - 1]
        var equal = n - ranked.count { $0 > least }
        return ranked.indices.filter { i in
            guard ranked[i] == least else { return ranked[i] > least }
            equal -= 1
            return equal >= 0
        }
    }
}
