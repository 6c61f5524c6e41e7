import FaceCore

/// A density group, or a part of one that was cut; the node of merge decisions. Named by its lowest row.
struct GroupPiece: Sendable {
    /// Rising.
    var rows: [Int32]
    /// The ten rows nearest the centre.
    var exemplars: [Int32]
    /// The mean at unit length where it is kept; of one row empty.
    private var centre: [Float] = []

    static let exemplarCount = 10

    init(rows: [Int32], _ vectors: some RowReading, keepsCentre: Bool = false) {
        self.rows = rows
        guard rows.count > 1 else {
            exemplars = rows
            return
        }
        let unit = GroupPiece.centre(of: rows, vectors)
        if keepsCentre { centre = unit }
        let near = rows.map { row in
            (row: row, s: vectors.withRow(Int(row)) { x in unit.withUnsafeBufferPointer { x.product($0) } })
        }
        exemplars = near.sorted { ($1.s, $0.row) < ($0.s, $1.row) }.prefix(GroupPiece.exemplarCount).map(\.row)
    }

    /// The product of two centres that are kept.
    func similarity(_ other: GroupPiece, _ vectors: some RowReading) -> Float {
        withCentre(vectors) { x in other.withCentre(vectors) { x.product($0) } }
    }

    private func withCentre(_ vectors: some RowReading, _ body: (UnsafeBufferPointer<Float>) -> Float) -> Float {
        guard centre.isEmpty else { return centre.withUnsafeBufferPointer(body) }
        precondition(rows.count == 1, "the centre of a piece of several rows was not kept")
        return vectors.withRow(Int(rows[0]), body)
    }

    /// The mean at unit length.
    static func centre(of rows: [Int32], _ vectors: some RowReading) -> [Float] {
        let mean = GroupPiece.mean(of: rows, vectors)
        let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return mean.map { Float($0 / max(length, .leastNormalMagnitude)) }
    }

    /// The mean similarity between two sets of rows.
    static func agreement(_ a: [Int32], _ b: [Int32], _ vectors: some RowReading) -> Float {
        var sum = 0.0
        for i in a {
            for j in b {
                sum += Double(vectors.withRow(Int(i)) { x in vectors.withRow(Int(j)) { x.product($0) } })
            }
        }
        return Float(sum / Double(a.count * b.count))
    }

    /// 1 − |mean|² of unit rows.
    static func variance(of rows: [Int32], _ vectors: some RowReading) -> Float {
        Float(1 - mean(of: rows, vectors).reduce(0) { $0 + $1 * $1 })
    }

    private static func mean(of rows: [Int32], _ vectors: some RowReading) -> [Double] {
        var sum = [Double](repeating: 0, count: vectors.dimension)
        for row in rows { vectors.withRow(Int(row)) { x in for k in x.indices { sum[k] += Double(x[k]) } } }
        return sum.map { $0 / Double(max(1, rows.count)) }
    }
}

extension UnsafeBufferPointer<Float> {
    /// The inner product with as many values.
    func product(_ other: UnsafeBufferPointer<Float>) -> Float {
        guard let a = baseAddress, let b = other.baseAddress else { return 0 }
        return RowKernels.dot(a, b, Swift.min(count, other.count))
    }
}
