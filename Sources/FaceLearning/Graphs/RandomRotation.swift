internal import FaceCore

/// A rotation (or its mirror image) of d dimensions, uniform over all: the Gram–Schmidt process on normal numbers.
enum RandomRotation {
    /// d×d numbers, row after row; rows and columns have length one and are orthogonal. O(d³).
    static func values(dimension d: Int, seed: UInt64) -> [Float] {
        var out = [Float](repeating: 0, count: d * d)
        RowKernels.normals(seed, into: &out, out.count)
        out.withUnsafeMutableBufferPointer { q in
            for i in 0..<d {
                // twice is enough (Kahan): one pass leaves errors of the size of the cancelled part
                for _ in 0..<2 {
                    for j in 0..<i {
                        var dot: Float = 0
                        for c in 0..<d { dot += q[i * d + c] * q[j * d + c] }
                        for c in 0..<d { q[i * d + c] -= dot * q[j * d + c] }
                    }
                }
                var square: Float = 0
                for c in 0..<d { square += q[i * d + c] * q[i * d + c] }
                let scale = 1 / square.squareRoot()
                for c in 0..<d { q[i * d + c] *= scale }
            }
        }
        return out
    }
}
