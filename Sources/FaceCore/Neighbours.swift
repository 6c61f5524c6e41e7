import CKernels

extension Matrix {
    /// For each row the k other rows of largest inner product (the cosine, when rows are unit).
    ///
    /// Returns rows×k in row order: similarity descending, equal ones by rising index; the row itself is left out.
    /// Places that no row of at least `floor` fills hold −1 and −∞. Exact. O(n²·d) time, O(n·k) memory.
    /// Throws `non-finite` with the row.
    public func topNeighbours(
        k: Int, floor: Float = -.infinity, threads: Int = availableThreads()
    ) throws(LikenessError) -> (indices: [Int32], similarities: [Float]) {
        precondition(k >= 0, "k is a number of neighbours, not \(k)")
        var indices = [Int32](repeating: -1, count: rows * k)
        var similarities = [Float](repeating: -.infinity, count: rows * k)
        guard k > 0, rows > 1 else { return (indices, similarities) }
        for i in 0..<rows where !(withRow(i) { $0.allSatisfy(\.isFinite) }) {
            throw LikenessError(.nonFinite, subject: "row \(i)", "a vector holds a value that is not a number")
        }
        indices.withUnsafeMutableBufferPointer { indices in
            similarities.withUnsafeMutableBufferPointer { similarities in
                nonisolated(unsafe) let (indices, similarities) = (indices, similarities)
                parallelFor(rows, threads: threads, grain: 16) { i in
                    neighbours(
                        of: i, floor: floor, UnsafeMutableBufferPointer(rebasing: indices[i * k..<(i + 1) * k]),
                        UnsafeMutableBufferPointer(rebasing: similarities[i * k..<(i + 1) * k]))
                }
            }
        }
        return (indices, similarities)
    }

    private func neighbours(
        of i: Int, floor: Float, _ indices: UnsafeMutableBufferPointer<Int32>,
        _ similarities: UnsafeMutableBufferPointer<Float>
    ) {
        let level = ck_detect()
        var count = 0
        withUnsafeRows { base in
            for j in 0..<rows where j != i {
                let s = ck_dot(base + i * stride, base + j * stride, columns, level)
                guard s >= floor, count < indices.count || s > similarities[count - 1] else { continue }
                if count < indices.count { count += 1 }
                var p = count - 1
                while p > 0, similarities[p - 1] < s {
                    similarities[p] = similarities[p - 1]
                    indices[p] = indices[p - 1]
                    p -= 1
                }
                similarities[p] = s
                indices[p] = Int32(j)
            }
        }
    }
}
