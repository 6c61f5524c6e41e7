internal import FaceCore
import Glibc

/// Joins what a method left over to the groups it found: one or two faces go to the group that they are, on average,
/// most like, where strangers would hardly be and no other group comes near.
///
/// A community needs links to most of its members; a profile or a blurred face has few above the threshold, though its
/// mean similarity to the whole group leaves no doubt. Groups do not change by it: the order does not matter.
struct PieceAttachment {
    let rule: EvidenceRule
    /// Evidence that a union takes, in nats.
    let stop: Float
    /// The evidence by which the best group leads the next one; e^2.2 = 9 to 1.
    var lead: Float = 2.2
    /// Groups of at most this many rows are pieces.
    var size = 2

    /// Labels 0, 1, … with pieces attached. `graph` tells which groups a piece is compared with.
    func attached(_ labels: [Int], _ vectors: Matrix, _ graph: NeighbourGraph) -> [Int] {
        let count = (labels.max() ?? -1) + 1
        var sums = GroupSums(count: count, columns: vectors.columns)
        for (row, label) in labels.enumerated() where label >= 0 { sums.add(row: row, of: vectors, to: label) }
        var members = [[Int]](repeating: [], count: count)
        for (row, label) in labels.enumerated() where label >= 0 && sums.sizes[label] <= size {
            members[label].append(row)
        }
        var target = Array(0..<count)
        for piece in 0..<count where !members[piece].isEmpty {
            var groups: Set<Int> = []
            for row in members[piece] {
                graph.withNeighbours(of: row) { indices, _ in
                    for other in indices where labels[Int(other)] >= 0 { groups.insert(labels[Int(other)]) }
                }
            }
            let wishes = groups.filter { sums.sizes[$0] > size }.sorted().map { group in
                (
                    group: group,
                    evidence: rule.evidence(
                        similarity: sums.similarity(piece, group), sizes: sums.sizes[piece], sums.sizes[group])
                )
            }
            guard let best = wishes.max(by: { $0.evidence < $1.evidence }), best.evidence >= stop else { continue }
            let next = wishes.filter { $0.group != best.group }.map(\.evidence).max() ?? 0
            if best.evidence - next >= lead { target[piece] = best.group }
        }
        return labels.map { $0 < 0 ? -1 : target[$0] }
    }
}
