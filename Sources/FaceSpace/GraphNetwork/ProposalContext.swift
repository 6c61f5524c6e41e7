package import FaceCore
import Glibc

/// What the neighbour lists say of a proposal's rows that their vectors cannot: whether more of the same person lies
/// outside. Not of the papers, whose networks read vectors alone.
public enum ProposalContext {
    /// ln(members)/8, the share of its list's similarity that a row has inside, the mean similarity of the neighbours
    /// inside, the largest of those outside, and the share of the other members that are in its list.
    public static let numbers = 5

    /// The numbers of each member, who rise: members×5. O(list entries · log members).
    package static func rows(of members: [Int], in graph: NeighbourGraph) -> Matrix {
        var out = Matrix(rows: members.count, columns: numbers)
        let size = Float(log(Double(members.count)) / 8)
        for (t, row) in members.enumerated() {
            let list = Self.list(of: row, members, graph)
            let others = min(members.count - 1, graph.degree(row))
            out.setRow(
                t,
                [
                    size, list.all > 0 ? list.inside / list.all : 0,
                    list.count > 0 ? list.inside / Float(list.count) : 0, list.nearestOutside,
                    others > 0 ? Float(list.count) / Float(others) : 0,
                ])
        }
        return out
    }

    /// Similarities above 0 of one list: their sum, that of members, how many members, and the largest of all others.
    private static func list(
        of row: Int, _ members: [Int], _ graph: NeighbourGraph
    ) -> (all: Float, inside: Float, count: Int, nearestOutside: Float) {
        var (all, inside, count, nearest) = (Float(0), Float(0), 0, Float(0))
        graph.withNeighbours(of: row) { indices, similarities in
            for (other, similarity) in zip(indices, similarities) where similarity > 0 {
                all += similarity
                if members.placeInRising(Int(other)) != nil {
                    inside += similarity
                    count += 1
                } else {
                    nearest = max(nearest, similarity)
                }
            }
        }
        return (all, inside, count, nearest)
    }
}

extension [Int] {
    /// The place of a number among rising ones. O(log count).
    func placeInRising(_ number: Int) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == number ? low : nil
    }
}
