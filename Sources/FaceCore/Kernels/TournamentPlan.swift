/// All pairs of blocks a ≤ b in an order in which neighbours share no block, so that threads rarely wait for one
/// another: first every block with itself, then the rounds of a round-robin tournament (Kirkman's circle method).
struct TournamentPlan: Sendable {
    let blocks: Int
    /// Number of pairs, `blocks·(blocks + 1)/2`.
    let count: Int
    private let pairs: [(Int32, Int32)]

    init(blocks: Int) {
        self.blocks = blocks
        count = blocks * (blocks + 1) / 2
        var pairs = (0..<blocks).map { (Int32($0), Int32($0)) }
        pairs.reserveCapacity(count)
        let players = blocks + blocks % 2
        for round in 0..<max(0, players - 1) {
            for seat in 0..<players / 2 {
                let a = (round + seat) % (players - 1)
                let b = seat == 0 ? players - 1 : (round - seat + players - 1) % (players - 1)
                // with an odd number of blocks the last player does not exist: its partner rests
                guard max(a, b) < blocks else { continue }
                pairs.append((Int32(min(a, b)), Int32(max(a, b))))
            }
        }
        self.pairs = pairs
    }

    subscript(t: Int) -> (Int, Int) { (Int(pairs[t].0), Int(pairs[t].1)) }
}
