package import FaceCore

/// In which axes a network reads the rows of a proposal.
///
/// A plain layer and the maximum of its units cannot tell how far rows lie apart when the axes mean nothing. In the
/// proposal's own axes they can, and what they learn holds for any space and for vectors of any length.
public enum GraphFrame: Sendable, Hashable {
    /// The vectors as they are.
    case space
    /// So many coordinates in the proposal's own axes (``ProposalAxes``); with `context` also the numbers of
    /// ``ProposalContext``.
    case own(axes: Int, context: Bool)

    /// Numbers that a network reads of a row, where vectors have `dimension` of them.
    public func numbers(dimension: Int) -> Int {
        switch self {
        case .space: dimension
        case .own(let axes, let context): axes + (context ? ProposalContext.numbers : 0)
        }
    }

    /// What a network reads of the rows of a proposal: members×numbers. `seed` is the place of the member who is asked
    /// about, if one is; members rise. Throws `defect` where LAPACK finds no axes.
    package func rows(
        of members: [Int], vectors: Matrix, graph: NeighbourGraph, seed: Int? = nil, _ algebra: DenseAlgebra
    ) throws(LikenessError) -> Matrix {
        let x = vectors.rows(at: members)
        guard case .own(let axes, let context) = self else { return x }
        let coordinates = try ProposalAxes.coordinates(of: x, count: axes, seed: seed, algebra)
        guard context else { return coordinates }
        let more = ProposalContext.rows(of: members, in: graph)
        var out = Matrix(rows: members.count, columns: axes + ProposalContext.numbers)
        for t in members.indices { out.setRow(t, coordinates.row(t) + more.row(t)) }
        return out
    }
}
