public import FaceCore

/// The χ² distance of histograms, Σ (a − b)²/(a + b) with 0/0 = 0: the distance of local binary patterns (Ahonen, Hadid &
/// Pietikäinen 2006).
public enum ChiSquare {
    /// Between row `i` and row `j` of another matrix of as many columns, summed in Double. Values are not negative.
    public static func distance(_ a: Matrix, _ i: Int, _ b: Matrix, _ j: Int) -> Double {
        precondition(a.columns == b.columns, "histograms of \(a.columns) and \(b.columns) bins")
        return a.withRow(i) { x in b.withRow(j) { y in sum(x, y) } }
    }

    /// All distances: element (i, j) is row i of `a` against row j of `b`. O(rows·rows·bins).
    public static func distances(_ a: Matrix, to b: Matrix, threads: Int = availableThreads()) -> Matrix {
        precondition(a.columns == b.columns, "histograms of \(a.columns) and \(b.columns) bins")
        var out = Matrix(rows: a.rows, columns: b.rows)
        let stride = out.stride
        out.withUnsafeMutableRows { base in
            nonisolated(unsafe) let base = base
            parallelFor(a.rows, threads: threads) { i in
                for j in 0..<b.rows { base[i * stride + j] = Float(distance(a, i, b, j)) }
            }
        }
        return out
    }

    private static func sum(_ x: UnsafeBufferPointer<Float>, _ y: UnsafeBufferPointer<Float>) -> Double {
        var total = 0.0
        for k in x.indices {
            let (difference, both) = (x[k] - y[k], x[k] + y[k])
            if both > 0 { total += Double(difference * difference / both) }
        }
        return total
    }
}
