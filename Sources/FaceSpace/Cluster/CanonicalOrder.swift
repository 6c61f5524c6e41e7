internal import FaceCore

/// An order of rows that depends on what they hold and not on where they stand, so that ties and sums come out alike
/// however the input was shuffled. Rows of equal values keep their order; their vectors are interchangeable.
func canonicalOrder(_ vectors: Matrix) -> [Int] {
    let (columns, stride) = (vectors.columns, vectors.stride)
    return vectors.withUnsafeRows { base in
        (0..<vectors.rows).sorted { a, b in
            let (x, y) = (base + a * stride, base + b * stride)
            for c in 0..<columns where x[c] != y[c] { return x[c] < y[c] }
            return a < b
        }
    }
}
