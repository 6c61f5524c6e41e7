/// Which proposal every row belongs to, where proposals overlap.
public enum ProposalOverlap {
    /// The best-scored proposal that holds each row (equal scores: the first), −1 where none does. A proposal whose
    /// overlap with a better one exceeds `suppression` is out; 1 suppresses none. O(Σ sizes), and with suppression
    /// O(Σ sizes · proposals that share a row).
    public static func owners(
        of proposals: [[Int]], scores: [Float], rows: Int, suppression: Double = 1
    ) -> [Int] {
        precondition(proposals.count == scores.count, "one score a proposal")
        let order = proposals.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        var holders = [[Int]](repeating: [], count: suppression < 1 ? rows : 0)
        var owner = [Int](repeating: -1, count: rows)
        for proposal in order {
            let members = proposals[proposal]
            if suppression < 1 {
                var shared: [Int: Int] = [:]
                for row in members { for better in holders[row] { shared[better, default: 0] += 1 } }
                let isOut = shared.contains { better, common in
                    Double(common) / Double(members.count + proposals[better].count - common) > suppression
                }
                if isOut { continue }
                for row in members { holders[row].append(proposal) }
            }
            for row in members where owner[row] < 0 { owner[row] = proposal }
        }
        return owner
    }
}
