internal import FaceCore

/// How clearly each row belongs where it is: the simplified silhouette (Hruschka et al. 2004), made 0…1.
///
/// With a the mean similarity of a row to the other members of its group, b that to the most similar other group among
/// the first 16 listed neighbours (0 without one): ½ + ½·((1 − b) − (1 − a)) / max(1 − a, 1 − b). A half says that two
/// groups fit alike, less that another fits better. A row that is alone or nobody's: 1 − max(0, b). O(n·16·d).
func silhouetteConfidence(
    _ labels: [Int], vectors: Matrix, graph: NeighbourGraph, threads: Int
) -> [Float] {
    let count = (labels.max() ?? -1) + 1
    var sums = GroupSums(count: count, columns: vectors.columns)
    for (row, label) in labels.enumerated() where label >= 0 { sums.add(row: row, of: vectors, to: label) }
    return parallelMap(labels.count, threads: threads) { [sums] row in
        let label = labels[row]
        let own = label >= 0 ? sums.similarity(row: row, of: vectors, to: label, isMember: true) : nil
        var rivals: [Int] = []
        graph.withNeighbours(of: row) { list, _ in
            for other in list.prefix(16) {
                let group = labels[Int(other)]
                if group >= 0, group != label, !rivals.contains(group) { rivals.append(group) }
            }
        }
        let rival = rivals.reduce(Float(0)) {
            max($0, sums.similarity(row: row, of: vectors, to: $1, isMember: false) ?? 0)
        }
        guard let own else { return 1 - min(1, rival) }
        let (a, b) = (max(0, 1 - own), max(0, 1 - rival))
        return max(a, b) > 0 ? min(1, max(0, 0.5 + 0.5 * (b - a) / max(a, b))) : 0.5
    }
}
