import Glibc

/// An order of rows in which similar ones stand together.
///
/// A self-join that meets near rows first knows early what a neighbour must reach, and computes a fifth of the Float32
/// similarities of one in random order; its answer is the same. Rows go to the nearest of n/112 centres; all of it costs
/// about 1 % of the join.
struct SimilarityOrder {
    /// Below, the whole join takes less than a second and the order does not pay.
    private static let fewest = 16384
    private static let rowsOfCell = 112

    /// Place → row of vectors whose codes are kept; empty (the order of the file) for few rows, and where the rows do not
    /// fit into half of the memory: then fetching them out of order would cost more than it saves.
    static func find(
        _ codes: PackedRows, threads: Int, cancellation: Cancellation?
    ) throws(LikenessError) -> [UInt32] {
        let tree = try CellTree(
            of: codes, count: codes.count / rowsOfCell, rounds: 2, seed: 1, threads: threads, cancellation: cancellation
        )
        let rows = (0..<UInt32(codes.count)).map { $0 }
        let cells = try tree.nearest(codes, rows, width: 1, threads: threads, cancellation: cancellation)
        return CellVisits(cells, within: 0).rows(of: tree.centres.rows).members.flatMap { $0 }
    }

    /// Whether an order of these rows pays.
    static func pays(_ matrix: Matrix) -> Bool {
        matrix.rows >= fewest && matrix.rows * matrix.stride * 4 < physicalMemory() / 2
    }

    private static func physicalMemory() -> Int {
        sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    }
}
