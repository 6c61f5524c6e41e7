import FaceCore
import Glibc

extension Matrix {
    /// Means of the columns, summed in Double.
    func columnMeans() -> [Float] {
        var sums = [Double](repeating: 0, count: columns)
        for i in 0..<rows { withRow(i) { row in for j in row.indices { sums[j] += Double(row[j]) } } }
        return sums.map { Float($0 / Double(max(1, rows))) }
    }

    /// Every row less `offset`.
    func subtracting(_ offset: [Float]) -> Matrix {
        var out = self
        let stride = out.stride
        out.withUnsafeMutableRows { base in
            for i in 0..<rows {
                let row = base + i * stride
                for j in 0..<columns { row[j] -= offset[j] }
            }
        }
        return out
    }

    func scalingRows(by factors: [Float]) -> Matrix {
        var out = self
        let stride = out.stride
        out.withUnsafeMutableRows { base in
            for i in 0..<rows { for j in 0..<columns { base[i * stride + j] *= factors[i] } }
        }
        return out
    }

    /// Rows turned so that the value of largest magnitude is positive: an eigenvector has two signs.
    func withSignsFixed() -> Matrix {
        let signs = (0..<rows).map { i in
            withRow(i) { row in (row.max { abs($0) < abs($1) } ?? 0) < 0 ? Float(-1) : 1 }
        }
        return scalingRows(by: signs)
    }
}

extension DenseAlgebra {
    /// Eigenvalues of a symmetric Float32 matrix over `divisor`, falling, with the vectors as rows.
    func fallingEigen(_ symmetric: Matrix, divisor: Double) throws(LikenessError) -> ([Double], Matrix) {
        let n = symmetric.rows
        var values = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            // both halves, so that the rounding of a product of two orders leaves no trace
            for j in 0..<n { values[i * n + j] = (Double(symmetric[i, j]) + Double(symmetric[j, i])) / 2 / divisor }
        }
        let eigen = try symmetricEigen(values, order: n)
        var vectors = Matrix(rows: n, columns: n)
        for i in 0..<n {
            let from = (n - 1 - i) * n
            vectors.setRow(i, eigen.vectors[from..<from + n].map(Float.init))
        }
        return (eigen.values.reversed(), vectors)
    }

    /// An orthonormal basis of the span of the rows; directions that rounding swamps (below 1e-10 of the largest) become
    /// arbitrary unit rows. Twice, because one pass through the Gram matrix squares the condition number.
    func orthonormalRows(_ rows: Matrix) throws(LikenessError) -> Matrix {
        var basis = rows
        for _ in 0..<2 {
            let (values, vectors) = try fallingEigen(product(basis, basis, transposeB: true), divisor: 1)
            let floor = max(1e-10 * (values.first ?? 0), .leastNormalMagnitude)
            let scaled = vectors.scalingRows(by: values.map { Float(1 / max($0, floor).squareRoot()) })
            basis = product(scaled, basis)
        }
        return basis
    }
}

extension SeededRandom {
    /// One value of the standard normal distribution (Box & Muller 1958, the cosine half).
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }
}
