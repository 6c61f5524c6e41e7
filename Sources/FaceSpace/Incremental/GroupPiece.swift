/// A density group, or a part of one that was cut; the node of merge decisions. Named by its lowest row.
struct GroupPiece: Sendable {
    /// Rising.
    var rows: [Int32]
    /// The mean at unit length.
    var centre: [Float]
    /// The ten rows nearest the centre.
    var exemplars: [Int32]

    static let exemplarCount = 10

    init(rows: [Int32], _ vectors: GrowingVectors) {
        self.rows = rows
        let mean = GroupPiece.mean(of: rows, vectors)
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let unit = mean.map { Float($0 / max(length, .leastNormalMagnitude)) }
        centre = unit
        let near = rows.map { row in
            (row: row, s: vectors.withRow(Int(row)) { x in x.indices.reduce(Float(0)) { $0 + x[$1] * unit[$1] } })
        }
        exemplars = near.sorted { ($1.s, $0.row) < ($0.s, $1.row) }.prefix(GroupPiece.exemplarCount).map(\.row)
    }

    /// 1 − |mean|² of unit rows.
    static func variance(of rows: [Int32], _ vectors: GrowingVectors) -> Float {
        Float(1 - mean(of: rows, vectors).reduce(0) { $0 + $1 * $1 })
    }

    private static func mean(of rows: [Int32], _ vectors: GrowingVectors) -> [Double] {
        var sum = [Double](repeating: 0, count: vectors.dimension)
        for row in rows { vectors.withRow(Int(row)) { x in for k in x.indices { sum[k] += Double(x[k]) } } }
        return sum.map { $0 / Double(max(1, rows.count)) }
    }
}
