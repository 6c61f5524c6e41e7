/// For every probe how many distractors beat, or equal, each of its mates.
///
/// A probe's mates are sorted, and a distractor is counted once, at the number of mates that it reaches: most reach
/// none, which one comparison tells. Unchecked: a thread fills its own.
package final class MateTally: @unchecked Sendable {
    /// Scores of each probe with its mates, rising.
    package let mates: [[Float]]
    /// For probe a, `start[a] + p` counts distractors that reach exactly p of its mates, 1 ≤ p ≤ mates.
    private let start: [Int]
    private var reached: [Int]

    package init(mates: [[Float]]) {
        self.mates = mates.map { $0.sorted() }
        var next = 0
        start = mates.map { m in
            defer { next += m.count + 1 }
            return next
        }
        reached = [Int](repeating: 0, count: next)
    }

    package var trials: Int { mates.reduce(0) { $0 + $1.count } }

    /// Meets one probe with the scores of some distractors.
    package func add(_ scores: UnsafeBufferPointer<Float>, probe: Int) {
        guard let least = mates[probe].first else { return }
        for s in scores where s >= least {
            reached[start[probe] + mates[probe].partitioningIndex { $0 > s }] += 1
        }
    }

    package func merge(_ other: MateTally) {
        for k in reached.indices { reached[k] += other.reached[k] }
    }

    /// Share of trials whose mate has rank ≤ k, rank = 1 + distractors with at least the mate's score.
    package func rate(rank k: Int) -> Double {
        var right = 0
        for (probe, scores) in mates.enumerated() {
            var above = 0
            for q in scores.indices.reversed() {
                above += reached[start[probe] + q + 1]
                if above >= k { break }
                right += 1
            }
        }
        return Double(right) / Double(trials)
    }
}
