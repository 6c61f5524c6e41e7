public import FaceCore

extension EmbeddingSpace {
    /// Throws `space-mismatch` for a Euclidean space: the nearest by inner product are not the nearest there.
    public func requireCosine() throws(LikenessError) {
        guard metric == .cosine else {
            throw LikenessError(
                .spaceMismatch, subject: id, "indexes compare by cosine, and this is a Euclidean space",
                remedy:
                    "scale the vectors to unit length and name their space so, or make a graph with `likeness neighbours`"
            )
        }
    }
}

/// An index of either kind, as its file says.
public enum VectorIndex: Sendable {
    case flat(FlatIndex)
    case inverted(IVFIndex)

    /// Maps an index from a file and checks it whole. Throws as ``FlatIndex/init(_:expected:)``.
    public init(_ path: String, expected: EmbeddingSpace? = nil) throws(LikenessError) {
        let file = try SectionFile(path, magic: FlatIndex.magic)
        if file.header["format"]?.string == IVFIndex.format {
            self = .inverted(try IVFIndex(path, expected: expected))
        } else {
            self = .flat(try FlatIndex(path, expected: expected))
        }
    }

    public var space: EmbeddingSpace {
        switch self {
        case .flat(let index): index.space
        case .inverted(let index): index.space
        }
    }

    /// How sure it is that a search finds the true neighbours.
    public var exactness: NeighbourGraph.Exactness {
        switch self {
        case .flat: .exact
        case .inverted(let index): index.exactness
        }
    }

    /// The k nearest vectors of each query that `filter` lets through, none below `floor`.
    /// Throws `dimension-mismatch`, `non-finite` or `cancelled`.
    public func search(
        _ queries: Matrix, k: Int, floor: Float = -.infinity, filter: ((Int64) -> Bool)? = nil,
        threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> [[FlatIndex.Hit]] {
        switch self {
        case .flat(let index):
            try index.search(
                queries, k: k, floor: floor, filter: filter, threads: threads, cancellation: cancellation)
        case .inverted(let index):
            try index.search(
                queries, k: k, floor: floor, filter: filter, threads: threads, cancellation: cancellation)
        }
    }

    /// All vectors of at least `similarity` to each query that `filter` lets through, most similar first.
    public func within(
        _ similarity: Float, of queries: Matrix, filter: ((Int64) -> Bool)? = nil, threads: Int = availableThreads()
    ) throws(LikenessError) -> [[FlatIndex.Hit]] {
        switch self {
        case .flat(let index): try index.within(similarity, of: queries, filter: filter, threads: threads)
        case .inverted(let index): try index.within(similarity, of: queries, filter: filter, threads: threads)
        }
    }
}
