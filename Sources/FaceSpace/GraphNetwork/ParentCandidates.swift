/// The rows of which GCN-E chooses the parent of a pivot: those of its list that are surer than it, and itself.
public struct ParentCandidates: Sendable, Hashable {
    /// Rising.
    public let members: [Int]
    /// The pivot's place among them.
    public let pivot: Int

    /// `nil` where no neighbour has a higher confidence.
    public init?(of row: Int, in graph: NeighbourGraph, confidence: [Float]) {
        var members = graph.withNeighbours(of: row) { indices, _ in
            indices.map { Int($0) }.filter { confidence[$0] > confidence[row] }
        }
        guard !members.isEmpty else { return nil }
        members.append(row)
        members.sort()
        self.members = members
        pivot = members.firstIndex(of: row) ?? 0
    }

    /// The share of rows whose confidence is the highest, the surest first; equal ones by rising row.
    public static func surest(_ share: Double, of confidence: [Float]) -> [Int] {
        let order = confidence.indices.sorted { (confidence[$1], $0) < (confidence[$0], $1) }
        return Array(order.prefix(Int(Double(confidence.count) * share)))
    }
}
