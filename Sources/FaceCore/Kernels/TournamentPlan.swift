/// All pairs of blocks a ≤ b, in an order for a few threads that share a cache.
///
/// Pairs that follow one another share no block, so that threads rarely wait: rounds of a round-robin tournament
/// (Kirkman's circle method). And they stay among the few blocks of two groups for a long time, whose rows and lists
/// then lie in the third-level cache: a plain tournament fetches them from memory again for every pair.
package struct TournamentPlan: Sendable {
    package let blocks: Int
    private(set) var pairs: [(Int32, Int32)] = []
    /// Number of pairs, `blocks·(blocks + 1)/2`.
    package var count: Int { pairs.count }

    /// 2 × 8 blocks of 480 rows of 256 values with 80 neighbours are 14 MB.
    private static let group = 8

    package init(blocks: Int) {
        self.blocks = blocks
        pairs.reserveCapacity(blocks * (blocks + 1) / 2)
        let groups = (blocks + TournamentPlan.group - 1) / TournamentPlan.group
        for g in 0..<groups {
            let members = self.members(g)
            for a in members { append(a, a) }
            for (a, b) in TournamentPlan.rounds(members.count) { append(members[a], members[b]) }
        }
        for (g, h) in TournamentPlan.rounds(groups) {
            let (left, right) = (members(g), members(h))
            // the first group is whole: only the last one can be short, and it never comes first
            for turn in 0..<left.count {
                for a in left.indices {
                    let b = (a + turn) % left.count
                    if b < right.count { append(left[a], right[b]) }
                }
            }
        }
    }

    package subscript(t: Int) -> (Int, Int) { (Int(pairs[t].0), Int(pairs[t].1)) }

    private func members(_ group: Int) -> [Int] {
        Array(group * TournamentPlan.group..<min(blocks, (group + 1) * TournamentPlan.group))
    }

    private mutating func append(_ a: Int, _ b: Int) { pairs.append((Int32(min(a, b)), Int32(max(a, b)))) }

    /// Every pair a < b of n players once, round after round.
    private static func rounds(_ n: Int) -> [(Int, Int)] {
        let players = n + n % 2
        var out: [(Int, Int)] = []
        for round in 0..<max(0, players - 1) {
            for seat in 0..<players / 2 {
                let a = (round + seat) % (players - 1)
                let b = seat == 0 ? players - 1 : (round - seat + players - 1) % (players - 1)
                // with an odd number the last player does not exist: its partner rests
                if max(a, b) < n { out.append((min(a, b), max(a, b))) }
            }
        }
        return out
    }
}
