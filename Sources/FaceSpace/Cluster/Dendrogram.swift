/// Unions in the order of their heights, as SciPy's linkage tables tell them.
package struct Dendrogram: Sendable {
    /// One union of nodes a < b: rows are nodes 0..<n, and union t makes node n + t.
    package struct Merge: Sendable, Hashable {
        package let a: Int
        package let b: Int
        package let height: Double
        /// Rows of the new node.
        package let size: Int
    }

    package let rows: Int
    package let merges: [Merge]

    /// `unions` name any row of either side and come in any order; equal heights keep theirs.
    package init(rows: Int, unions: [(a: Int, b: Int, height: Double)]) {
        self.rows = rows
        let order = unions.indices.sorted { (unions[$0].height, $0) < (unions[$1].height, $1) }
        var sets = DisjointSets(count: rows)
        var node = Array(0..<rows)
        var sizes = [Int](repeating: 1, count: rows)
        var merges: [Merge] = []
        merges.reserveCapacity(unions.count)
        for t in order {
            let (a, b) = (sets.find(unions[t].a), sets.find(unions[t].b))
            let size = sizes[a] + sizes[b]
            merges.append(
                Merge(a: min(node[a], node[b]), b: max(node[a], node[b]), height: unions[t].height, size: size))
            sets.unite(a, b)
            let root = min(a, b)
            node[root] = rows + merges.count - 1
            sizes[root] = size
        }
        self.merges = merges
    }

    /// The groups that unions of at most `height` make.
    package func labels(cut height: Double) -> [Int] {
        var sets = DisjointSets(count: rows)
        // a row of each node
        var row = Array(0..<rows)
        row.reserveCapacity(rows + merges.count)
        for merge in merges {
            if merge.height <= height { sets.unite(row[merge.a], row[merge.b]) }
            row.append(row[merge.a])
        }
        return Grouping.numbered((0..<rows).map { sets.find($0) })
    }
}
