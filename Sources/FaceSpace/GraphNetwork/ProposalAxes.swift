package import FaceCore

/// The axes of a proposal: first the direction of its mean, or of a seed's vector, then the principal directions of what
/// is left of the rows without it, the longest first.
///
/// A rotation of all vectors turns the axes with them, so the coordinates are the same in every space. Signs: each axis
/// points where the third moment of its coordinates is positive, and where that is nothing, to the row that lies furthest.
package enum ProposalAxes {
    /// Rows from which the principal directions are taken; more are represented by as many, evenly spread.
    private static let sampled = 128
    /// Shares of the rows' squared length below which an axis is rounding, not a direction.
    private static let nothing = 1e-6
    /// Skewness below which a distribution counts as symmetric.
    private static let symmetric: Float = 1e-3

    /// Coordinates on the first `count` axes, rows×count; 0 where the rows have fewer. O(rows·d·(count + sample) +
    /// sample³) with a sample of 128 rows at most. Throws `defect` where LAPACK finds no eigenvectors.
    package static func coordinates(
        of x: Matrix, count: Int, seed: Int? = nil, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> Matrix {
        var out = Matrix(rows: x.rows, columns: count)
        guard x.rows > 0, count > 0 else { return out }
        let first = direction(of: x, seed)
        var rest = x
        for row in 0..<x.rows {
            let along = x.withRow(row) { v in zip(v, first).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
            out.setRow(row, [along] + [Float](repeating: 0, count: count - 1))
            rest.setRow(row, zip(x.row(row), first).map { $0 - along * $1 })
        }
        let axes = try principal(of: rest, along: out, at: Self.sample(x.rows), most: count - 1, algebra)
        let found = algebra.product(rest, axes, transposeB: true)
        for axis in 0..<found.columns {
            let values = (0..<found.rows).map { found[$0, axis] }
            let sign = sign(of: values)
            for (row, value) in values.enumerated() { out[row, axis + 1] = sign * value }
        }
        return out
    }

    /// The mean of the rows, or the seed's vector, with length 1; 0 where there is none.
    private static func direction(of x: Matrix, _ seed: Int?) -> [Float] {
        var sum = seed.map { x.row($0) } ?? [Float](repeating: 0, count: x.columns)
        if seed == nil {
            for row in 0..<x.rows {
                x.withRow(row) { v in for c in sum.indices { sum[c] += v[c] } }
            }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { length > 0 ? $0 / length : 0 }
    }

    private static func sample(_ rows: Int) -> [Int] {
        let count = min(rows, sampled)
        return (0..<count).map { $0 * rows / count }
    }

    /// The principal directions of some rows of `rest`, each of length 1, by falling variance: at most `most`. They are
    /// combinations of these rows, by the eigenvectors of the rows' products with each other.
    private static func principal(
        of rest: Matrix, along: Matrix, at places: [Int], most: Int, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> Matrix {
        let rows = rest.rows(at: places)
        let products = algebra.product(rows, rows, transposeB: true)
        let n = places.count
        let gram = (0..<n).flatMap { row in products.withRow(row) { $0.map(Double.init) } }
        let (values, vectors) = try algebra.symmetricEigen(gram, order: n)
        let total = places.indices.reduce(0.0) { sum, t in
            sum + gram[t * n + t] + Double(along[places[t], 0] * along[places[t], 0])
        }
        let kept = values.indices.reversed().prefix(min(most, rest.columns)).filter { values[$0] > nothing * total }
        guard !kept.isEmpty else { return Matrix(rows: 0, columns: rest.columns) }
        let weights = Matrix(
            kept.map { axis in
                let scale = 1 / values[axis].squareRoot()
                return vectors[axis * n..<(axis + 1) * n].map { Float($0 * scale) }
            })
        return algebra.product(weights, rows)
    }

    /// 1 or −1. Rows of which none lies further than the others are alike: whichever comes first decides.
    private static func sign(of values: [Float]) -> Float {
        let n = Float(values.count)
        let second = values.reduce(0) { $0 + $1 * $1 } / n
        let third = values.reduce(0) { $0 + $1 * $1 * $1 } / n
        if abs(third) > symmetric * second * second.squareRoot() { return third > 0 ? 1 : -1 }
        let furthest = values.map(abs).max() ?? 0
        return values.first { abs($0) >= furthest * (1 - symmetric) }.map { $0 < 0 ? -1 : 1 } ?? 1
    }
}
