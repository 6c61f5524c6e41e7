import Glibc

/// An order of rows in which similar ones stand together.
///
/// A self-join that meets near rows first knows early what a neighbour must reach, and computes a fifth of the Float32
/// similarities of one in random order; its answer is the same. Rows go to the nearest of √n centres; all of it costs
/// about 1 % of the join.
struct SimilarityOrder {
    let matrix: Matrix
    let level: KernelLevel
    let threads: Int
    let cancellation: Cancellation?

    /// Below, the whole join takes less than a second and the order does not pay.
    private static let fewest = 16384

    /// Place → row; empty (the order of the file) for few rows, and where the rows do not fit into half of the
    /// memory: then fetching them out of order would cost more than it saves.
    func find() throws(LikenessError) -> [UInt32] {
        do throws(LikenessError) {
            return try order()
        } catch  where error.code == .nonFinite {
            // a row of the sample: whoever packs all rows names it by its own number
            return []
        }
    }

    private func order() throws(LikenessError) -> [UInt32] {
        let bytes = matrix.rows * matrix.stride * 4
        guard matrix.rows >= SimilarityOrder.fewest, bytes < physicalMemory() / 2 else { return [] }
        let cells = Int(Double(matrix.rows).squareRoot())
        let coarse = try CoarseCells(
            of: matrix, count: cells, level: level, threads: threads, cancellation: cancellation)
        let cell = try coarse.nearest(matrix)
        var start = [Int](repeating: 0, count: cells + 1)
        for c in cell { start[Int(c) + 1] += 1 }
        for c in 0..<cells { start[c + 1] += start[c] }
        var order = [UInt32](repeating: 0, count: matrix.rows)
        for (row, c) in cell.enumerated() {
            order[start[Int(c)]] = UInt32(row)
            start[Int(c)] += 1
        }
        return order
    }

    private func physicalMemory() -> Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }
}
