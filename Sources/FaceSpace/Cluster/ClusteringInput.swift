public import FaceCore

/// The faces to group: their vectors, and what is known of each beside its vector.
public struct ClusteringInput: Sendable {
    /// n×d, unit rows of ``space``.
    public let vectors: Matrix
    public let space: EmbeddingSpace
    /// How usable each face is, in 0…1; empty when nothing is known, and then every face counts as good.
    public let quality: [Float]
    /// The photo of each face as any number; empty when unknown. Two faces of one photo are two people, unless a
    /// pair of ``same`` says otherwise; −1 stands for no photo in particular.
    public let photos: [Int]
    /// Pairs that a person said are one person.
    public let same: [Pair]
    /// Pairs that a person said are two people.
    public let different: [Pair]
    /// Groups that a person has confirmed, each the rows that make it up: they stay together, gain others, and no two of
    /// them ever join.
    public let pinned: [[Int]]

    /// The nearest neighbours of each row, made once for several methods; `nil` lets each method find its own.
    public let graph: NeighbourGraph?

    /// Two rows.
    public struct Pair: Sendable, Hashable, Codable {
        public let a: Int
        public let b: Int

        public init(_ a: Int, _ b: Int) {
            self.a = a
            self.b = b
        }
    }

    /// Throws `dimension-mismatch` when the parts do not fit each other, `non-finite` for a vector or a quality that is
    /// no number, `bad-data` when a row is not of unit length, `row-missing` for a pair outside the rows.
    public init(
        vectors: Matrix, space: EmbeddingSpace, quality: [Float] = [], photos: [Int] = [], same: [Pair] = [],
        different: [Pair] = [], pinned: [[Int]] = [], graph: NeighbourGraph? = nil
    ) throws(LikenessError) {
        self.vectors = vectors
        self.space = space
        self.quality = quality
        self.photos = photos
        self.same = same
        self.different = different
        self.pinned = pinned
        self.graph = graph
        try checkSizes()
        try checkVectors()
        try checkPairs()
    }

    /// The same faces with their neighbours. Throws as ``init(vectors:space:quality:photos:same:different:pinned:graph:)``.
    public func with(graph: NeighbourGraph) throws(LikenessError) -> ClusteringInput {
        try ClusteringInput(
            vectors: vectors, space: space, quality: quality, photos: photos, same: same, different: different,
            pinned: pinned, graph: graph)
    }

    /// How many faces there are.
    public var count: Int { vectors.rows }

    /// The k nearest neighbours of each row that are at least `floor` similar: the lists of ``graph`` cut to that, or
    /// those of ``NeighbourGraph/forGrouping(_:space:k:floor:recall:seed:threads:progress:cancellation:)``.
    ///
    /// Of a method that looks at entries from `reads` on alone, a graph that lists no others will do. Throws
    /// `graph-too-short` when ``graph`` was made with a smaller k or a higher floor.
    public func neighbours(
        k: Int, floor: Float = -.infinity, reads: Float = -.infinity, threads: Int = availableThreads()
    ) throws(LikenessError) -> NeighbourGraph {
        guard let graph else {
            return try NeighbourGraph.forGrouping(vectors, space: space, k: k, floor: floor, threads: threads)
        }
        let lowest = max(floor, reads)
        guard graph.k >= min(k, max(0, count - 1)) else {
            throw LikenessError(
                .graphTooShort, subject: "k = \(graph.k)", "the method looks at \(k) neighbours of each face",
                remedy: "make the graph again with --k \(k), or give the vectors alone")
        }
        guard graph.floor <= lowest else {
            throw LikenessError(
                .graphTooShort, subject: "floor = \(graph.floor)",
                lowest.isFinite
                    ? "the method looks at neighbours down to a similarity of \(lowest)"
                    : "the method looks at neighbours of any similarity",
                remedy: "make the graph again \(lowest.isFinite ? "with --floor \(lowest)" : "without --floor"), "
                    + "or give the vectors alone")
        }
        return graph.cut(k: k, floor: floor)
    }

    private func checkSizes() throws(LikenessError) {
        guard count == 0 || vectors.columns == space.dimension else {
            throw LikenessError(
                .dimensionMismatch,
                "vectors of \(vectors.columns) numbers cannot be of \(space.id) (\(space.dimension))")
        }
        guard quality.isEmpty || quality.count == count else {
            throw LikenessError(.dimensionMismatch, "\(quality.count) qualities for \(count) faces")
        }
        guard photos.isEmpty || photos.count == count else {
            throw LikenessError(.dimensionMismatch, "\(photos.count) photo numbers for \(count) faces")
        }
        if let graph {
            guard graph.rows == count else {
                throw LikenessError(.dimensionMismatch, "a graph of \(graph.rows) rows for \(count) faces")
            }
            guard graph.space == space.id else {
                throw LikenessError(
                    .spaceMismatch, subject: graph.space, "the neighbours were found in another space than \(space.id)")
            }
        }
        if let row = quality.firstIndex(where: { !$0.isFinite }) {
            throw LikenessError(.nonFinite, subject: "row \(row)", "the quality is not a number")
        }
    }

    private func checkVectors() throws(LikenessError) {
        guard space.metric == .cosine, space.normalised else {
            throw LikenessError(
                .spaceMismatch, subject: space.id,
                "faces are grouped by cosine, and this space is not one of unit vectors",
                remedy: "scale the vectors to unit length and name their space so")
        }
        for row in 0..<count {
            let square = vectors.withRow(row) { $0.reduce(Float(0)) { $0 + $1 * $1 } }
            guard square.isFinite else {
                throw LikenessError(.nonFinite, subject: "row \(row)", "a vector holds a value that is not a number")
            }
            // Rows kept as float16 are off by up to 1e-3.
            guard abs(square - 1) < 0.01 else {
                throw LikenessError(
                    .badData, subject: "row \(row)", "a vector has length \(square.squareRoot()) instead of 1",
                    remedy: "scale the vectors to unit length")
            }
        }
    }

    private func checkPairs() throws(LikenessError) {
        for row in (same + different).flatMap({ [$0.a, $0.b] }) + pinned.joined() where row < 0 || row >= count {
            throw LikenessError(.rowMissing, subject: "row \(row)", "a wish names a row outside 0..<\(count)")
        }
    }

    /// Pairs that are one person by what was said of them or of their groups.
    var united: [Pair] { same + pinned.flatMap { rows in zip(rows, rows.dropFirst()).map { Pair($0, $1) } } }
}

extension LikenessError.Code {
    /// A row number beyond the rows there are.
    public static let rowMissing = Self("row-missing", exitStatus: 65)
    /// A neighbour graph that leaves out what a method needs.
    public static let graphTooShort = Self("graph-too-short", exitStatus: 65)
    /// A space without a calibration where one is needed.
    public static let calibrationMissing = Self("calibration-missing", exitStatus: 69)
    /// Wishes that contradict each other.
    public static let constraintConflict = Self("constraint-conflict", exitStatus: 65)
}
