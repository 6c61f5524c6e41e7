/// From scored pairs to groups (consensus-driven propagation, Zhan et al. 2018): groups that are too large are cut again at
/// a higher threshold.
///
/// The threshold begins at the lowest score. The connected parts of at most `maxSize` rows are final; the rows of the others
/// go on among themselves with threshold + (1 − threshold)·step, for at most 100 rounds; what is left then is final.
/// Rows without a pair are nobody's. O(edges) a round, and most edges leave in the first.
package struct CDPPropagation: Sendable {
    /// A pair of rows with its score.
    package struct Edge: Sendable, Hashable {
        package let a: Int32
        package let b: Int32
        package let score: Double

        package init(_ a: Int, _ b: Int, _ score: Double) {
            self.a = Int32(a)
            self.b = Int32(b)
            self.score = score
        }
    }

    /// The groups that became final in one round.
    package struct Round: Sendable {
        package let threshold: Double
        package var groups: [[Int]]
    }

    package let maxSize: Int
    package let step: Double
    package static let mostRounds = 100

    package init(maxSize: Int, step: Double) {
        self.maxSize = maxSize
        self.step = step
    }

    /// The rounds of the propagation over `rows` rows; groups rise by their first rows.
    package func rounds(_ edges: [Edge], rows: Int) -> [Round] {
        guard var threshold = edges.map(\.score).min() else { return [] }
        var live = edges
        var isLeft = [Bool](repeating: false, count: rows)
        for edge in edges {
            isLeft[Int(edge.a)] = true
            isLeft[Int(edge.b)] = true
        }
        var left = (0..<rows).filter { isLeft[$0] }
        var rounds: [Round] = []
        for round in 0...Self.mostRounds {
            var sets = DisjointSets(count: rows)
            live.removeAll { $0.score < threshold }
            for edge in live { sets.unite(Int(edge.a), Int(edge.b)) }
            var members: [Int: [Int]] = [:]
            for row in left { members[sets.find(row), default: []].append(row) }
            let done = members.filter { $0.value.count <= maxSize || round == Self.mostRounds }
            rounds.append(Round(threshold: threshold, groups: done.sorted { $0.key < $1.key }.map(\.value)))
            for group in done.values { for row in group { isLeft[row] = false } }
            left.removeAll { !isLeft[$0] }
            if left.isEmpty { break }
            live.removeAll { !isLeft[Int($0.a)] }
            threshold += (1 - threshold) * step
        }
        return rounds
    }

    /// The group of each row.
    package func labels(_ edges: [Edge], rows: Int) -> [Int] {
        var labels = [Int](repeating: -1, count: rows)
        var next = 0
        for round in rounds(edges, rows: rows) {
            for group in round.groups {
                for row in group { labels[row] = next }
                next += 1
            }
        }
        return Grouping.numbered(labels)
    }
}
