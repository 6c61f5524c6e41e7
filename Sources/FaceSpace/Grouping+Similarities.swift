public import FaceCore

extension Grouping {
    /// How well each row fits: its mean similarity to the other rows of its group; for a row that is in no group, the mean
    /// similarity to the nearest group. Nil where there is nothing to compare with.
    ///
    /// `vectors` are the unit rows that were grouped. Complexity: O(n·d) for members, O(groups·d) a row without group.
    public func similarities(_ vectors: Matrix) -> [Float?] {
        precondition(vectors.rows == labels.count, "\(labels.count) labels for \(vectors.rows) rows")
        var sums = GroupSums(count: groupCount, columns: vectors.columns)
        for (row, label) in labels.enumerated() where label >= 0 { sums.add(row: row, of: vectors, to: label) }
        return labels.enumerated().map { row, label in
            if label >= 0 { return sums.similarity(row: row, of: vectors, to: label, isMember: true) }
            return (0..<groupCount).compactMap {
                sums.similarity(row: row, of: vectors, to: $0, isMember: false)
            }.max()
        }
    }
}
