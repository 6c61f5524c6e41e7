/// What one thread has seen of the impostor scores: how many lie between and on the genuine scores, exactly, and the
/// largest of them as pairs.
///
/// Memory does not depend on the number of comparisons. Unchecked: a thread fills its own and hands it over once.
final class ImpostorTally: @unchecked Sendable {
    private let genuine: GenuineScores
    /// Impostors in each bin that holds no genuine score, since the last ``drain()``.
    private var bins = [UInt32](repeating: 0, count: GenuineScores.bins)
    private var pending = 0
    /// `between[j]`: impostors above genuine value j − 1 and below j; one more than values.
    private(set) var between: [Int]
    /// `ties[j]`: impostors equal to genuine value j.
    private(set) var ties: [Int]
    /// By bin, all impostors, for the threshold of a rate that the kept pairs do not reach, and for histograms.
    private(set) var histogram = [Int](repeating: 0, count: GenuineScores.bins)
    private(set) var lowest = Float.infinity
    private(set) var total = 0
    /// All pairs seen with a score of at least `cutoff`.
    private(set) var kept: [ScoredRowPair] = []
    private(set) var cutoff = -Float.infinity
    private let wanted: Int

    init(_ genuine: GenuineScores, keep wanted: Int) {
        self.genuine = genuine
        self.wanted = wanted
        between = [Int](repeating: 0, count: genuine.values.count + 1)
        ties = [Int](repeating: 0, count: genuine.values.count)
    }

    /// Adds the scores of row `first` against rows `columns`, without those of its own identity.
    func add(
        _ scores: UnsafePointer<Float>, first: Int, columns: Range<Int>, identities: UnsafePointer<Int32>
    ) {
        let own = identities[first]
        let all = UnsafeBufferPointer(start: scores, count: columns.count)
        count(all, first: first, from: columns.lowerBound) { identities[$0] != own }
    }

    /// Adds the scores of row `first` against rows from `start` on, none of which is of its identity.
    func addStrangers(_ scores: UnsafeBufferPointer<Float>, first: Int, from start: Int) {
        count(scores, first: first, from: start) { _ in true }
    }

    @inline(__always) private func count(
        _ scores: UnsafeBufferPointer<Float>, first: Int, from start: Int, where isImpostor: (Int) -> Bool
    ) {
        var (added, low) = (0, lowest)
        // a local floor: a stored property would be read again after every write to the counters
        let floor = cutoff
        genuine.occupied.withUnsafeBufferPointer { occupied in
            bins.withUnsafeMutableBufferPointer { bins in
                for k in scores.indices where isImpostor(start + k) {
                    let s = scores[k]
                    let b = GenuineScores.bin(s)
                    added += 1
                    low = min(low, s)
                    if occupied[b >> 6] >> UInt64(b & 63) & 1 == 0 { bins[b] &+= 1 } else { place(s, b) }
                    if s >= floor {
                        kept.append(ScoredRowPair(score: s, first: Int32(first), second: Int32(start + k)))
                    }
                }
            }
        }
        lowest = low
        total += added
        pending += added
        if pending > 1 << 31 { drain() }
        if kept.count >= 2 * wanted { trim() }
    }

    /// The exact place of a score whose bin holds genuine ones.
    private func place(_ s: Float, _ b: Int) {
        var (low, high) = (Int(genuine.binStart[b]), Int(genuine.binStart[b + 1]))
        while low < high {
            let middle = (low + high) / 2
            if genuine.values[middle] < s { low = middle + 1 } else { high = middle }
        }
        if low < genuine.values.count, genuine.values[low] == s { ties[low] += 1 } else { between[low] += 1 }
        histogram[b] += 1
    }

    /// Moves the small counters to the large ones, before they could overflow and at the end.
    func drain() {
        for b in bins.indices where bins[b] > 0 {
            histogram[b] += Int(bins[b])
            between[Int(genuine.binStart[b])] += Int(bins[b])
            bins[b] = 0
        }
        pending = 0
    }

    /// Forgets kept pairs below the bin in which the wanted number is reached from above.
    private func trim() {
        drain()
        var (b, above) = (GenuineScores.bins - 1, 0)
        while b > 0 {
            above += histogram[b]
            if above >= wanted { break }
            b -= 1
        }
        // the lower edge of a bin, as `bin` rounds: nothing of bin b lies below it
        cutoff = b == 0 ? -.infinity : Float(b) / Float(GenuineScores.bins / 2) - 1
        kept.removeAll { $0.score < cutoff }
    }

    /// Joins what another thread has seen; both must have been drained.
    func merge(_ other: ImpostorTally) {
        for j in between.indices { between[j] += other.between[j] }
        for j in ties.indices { ties[j] += other.ties[j] }
        for b in histogram.indices { histogram[b] += other.histogram[b] }
        lowest = min(lowest, other.lowest)
        total += other.total
        kept += other.kept
        cutoff = max(cutoff, other.cutoff)
    }

    /// The largest impostors, falling, at most as many as wanted; complete down to the last.
    func largest() -> [ScoredRowPair] {
        let complete = kept.filter { $0.score >= cutoff }.sorted { ScoredRowPair.isLower($1, $0) }
        return Array(complete.prefix(wanted))
    }
}
