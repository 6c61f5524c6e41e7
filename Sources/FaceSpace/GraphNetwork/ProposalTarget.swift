/// How much of a proposal is one person, and how much of that person it holds: what GCN-D is trained to tell.
public struct ProposalTarget: Sendable, Hashable {
    /// The person of most of its rows, of equally many the one of the lowest number; −1 when nobody is known.
    public let person: Int
    /// |P ∩ I| / |P ∪ I| of the proposal P and all rows I of that person.
    public let iou: Float
    /// |P ∩ I| / |P|.
    public let iop: Float

    /// One target a proposal; `truth` names the person of each row, −1 for unknown. O(rows + Σ sizes).
    public static func targets(of proposals: [[Int]], truth: [Int]) -> [ProposalTarget] {
        var sizes: [Int: Int] = [:]
        for person in truth where person >= 0 { sizes[person, default: 0] += 1 }
        return proposals.map { members in
            var counts: [Int: Int] = [:]
            for row in members where truth[row] >= 0 { counts[truth[row], default: 0] += 1 }
            guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
                return ProposalTarget(person: -1, iou: 0, iop: 0)
            }
            let union = members.count + (sizes[most.key] ?? 0) - most.value
            return ProposalTarget(
                person: most.key, iou: Float(most.value) / Float(union), iop: Float(most.value) / Float(members.count))
        }
    }
}
