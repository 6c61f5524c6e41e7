public import FaceCore

/// For each row of a matrix its nearest other rows and their similarities: the ground of every clusterer.
///
/// Compressed rows: the list of row i, at most k entries, similarity descending, equal ones by rising index, the row
/// itself left out. A value type; lists lie in memory or in a mapped file.
public struct NeighbourGraph: Sendable {
    /// How sure it is that the lists hold the true neighbours.
    public enum Exactness: Sendable, Hashable {
        case exact
        /// Measured on sampled rows: the share of true neighbours of at least the similarity `from` that the lists hold,
        /// with a 95 % interval.
        case estimated(recall: Double, low: Double, high: Double, from: Float = -.infinity)
    }

    /// Number of rows (faces).
    public let rows: Int
    /// The longest list that was asked for.
    public let k: Int
    /// Similarity below which nothing was listed; −∞ when there was no floor.
    public let floor: Float
    /// Id of the space of the vectors.
    public let space: String
    public let exactness: Exactness
    let storage: Storage

    /// Number of entries of all lists.
    public var entries: Int { Int(storage.offsets[rows]) }

    /// Entries in the list of a row.
    public func degree(_ row: Int) -> Int {
        precondition(row >= 0 && row < rows, "row \(row) outside 0..<\(rows)")
        return Int(storage.offsets[row + 1] - storage.offsets[row])
    }

    /// The list of a row without copying: indices and similarities of equal length.
    public func withNeighbours<R, E: Error>(
        of row: Int, _ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Float>) throws(E) -> R
    ) throws(E) -> R {
        precondition(row >= 0 && row < rows, "row \(row) outside 0..<\(rows)")
        let range = Int(storage.offsets[row])..<Int(storage.offsets[row + 1])
        defer { withExtendedLifetime(storage) {} }
        return try body(.init(rebasing: storage.neighbours[range]), .init(rebasing: storage.similarities[range]))
    }

    /// A copy of the list of a row.
    public func neighbours(of row: Int) -> [(index: Int, similarity: Float)] {
        withNeighbours(of: row) { indices, similarities in
            zip(indices, similarities).map { (Int($0), $1) }
        }
    }

    /// A graph of lists as ``FaceCore/Matrix/topNeighbours(k:floor:threads:)`` gives them: rows×k, −1 where there are
    /// fewer.
    public init(
        rows: Int, k: Int, floor: Float = -.infinity, space: String, exactness: Exactness = .exact, indices: [Int32],
        similarities: [Float]
    ) {
        precondition(indices.count == rows * k && similarities.count == rows * k, "lists of \(rows)×\(k) are needed")
        var offsets: [UInt64] = [0]
        offsets.reserveCapacity(rows + 1)
        for i in 0..<rows {
            let list = indices[i * k..<(i + 1) * k]
            offsets.append(offsets[i] + UInt64(list.count { $0 >= 0 }))
        }
        let full = offsets[rows] == UInt64(rows * k)
        self.init(
            rows: rows, k: k, floor: floor, space: space, exactness: exactness,
            storage: Storage(
                offsets: offsets, neighbours: full ? indices : indices.filter { $0 >= 0 },
                similarities: full ? similarities : zip(indices, similarities).filter { $0.0 >= 0 }.map(\.1)))
    }

    /// The same lists, each cut to its first `k` entries of at least `floor`.
    public func cut(k: Int, floor: Float = -.infinity) -> NeighbourGraph {
        guard k < self.k || floor > self.floor else { return self }
        var offsets: [UInt64] = [0]
        offsets.reserveCapacity(rows + 1)
        var indices: [Int32] = []
        var values: [Float] = []
        for row in 0..<rows {
            withNeighbours(of: row) { list, similarities in
                let length = similarities.prefix(k).prefix { $0 >= floor }.count
                indices.append(contentsOf: list.prefix(length))
                values.append(contentsOf: similarities.prefix(length))
            }
            offsets.append(UInt64(indices.count))
        }
        return NeighbourGraph(
            rows: rows, k: min(k, self.k), floor: max(floor, self.floor), space: space, exactness: exactness,
            storage: Storage(offsets: offsets, neighbours: indices, similarities: values))
    }

    init(rows: Int, k: Int, floor: Float, space: String, exactness: Exactness, storage: Storage) {
        self.rows = rows
        self.k = k
        self.floor = floor
        self.space = space
        self.exactness = exactness
        self.storage = storage
    }

    /// The exact graph: of unit vectors by cosine, in a Euclidean space by distance, which is listed negated so that
    /// nearer is more (and `floor` is the negated distance beyond which nothing is listed).
    ///
    /// Approximate int8 products, and Float32 similarities of every pair that a proven bound does not exclude; each pair
    /// of rows is met once. O(n²·d) time, O(n·(k + d)) memory beside the vectors, which may be mapped. The same on every
    /// machine and for every number of threads.
    /// Throws `non-finite` with the row, or `cancelled`.
    public static func exact(
        of vectors: Matrix, space: EmbeddingSpace, k: Int, floor: Float = -.infinity,
        threads: Int = availableThreads(), progress: ProgressMeter? = nil, cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        guard k >= 0 else { throw LikenessError(.usage, subject: "k", "\(k) neighbours cannot be found") }
        try requireDimension(vectors, space)
        // lists longer than there are rows would only hold empty places
        let length = min(k, max(0, vectors.rows - 1))
        let result: NeighbourJoin.Result
        switch space.metric {
        case .cosine:
            var join = NeighbourJoin(k: length)
            join.floor = floor
            (join.threads, join.progress, join.cancellation) = (threads, progress, cancellation)
            result = try join.selfJoin(vectors)
        case .euclidean:
            var join = EuclideanJoin(k: length)
            join.farthest = -floor
            (join.threads, join.progress, join.cancellation) = (threads, progress, cancellation)
            result = try join.selfJoin(vectors)
        }
        progress?.finish()
        return NeighbourGraph(
            rows: vectors.rows, k: length, floor: floor, space: space.id, indices: result.indices,
            similarities: result.similarities)
    }

    static func requireDimension(_ vectors: Matrix, _ space: EmbeddingSpace) throws(LikenessError) {
        guard vectors.columns == space.dimension || vectors.rows == 0 else {
            throw LikenessError(
                .dimensionMismatch, subject: space.id,
                "vectors of this space have \(space.dimension) values, these have \(vectors.columns)")
        }
    }

    /// The arrays of a graph, owned or mapped.
    final class Storage: @unchecked Sendable {
        let offsets: UnsafeBufferPointer<UInt64>
        let neighbours: UnsafeBufferPointer<Int32>
        let similarities: UnsafeBufferPointer<Float>
        private let file: SectionFile?

        init(offsets: [UInt64], neighbours: [Int32], similarities: [Float]) {
            self.offsets = Storage.copy(offsets)
            self.neighbours = Storage.copy(neighbours)
            self.similarities = Storage.copy(similarities)
            file = nil
        }

        init(
            file: SectionFile, offsets: UnsafeBufferPointer<UInt64>, neighbours: UnsafeBufferPointer<Int32>,
            similarities: UnsafeBufferPointer<Float>
        ) {
            self.file = file
            self.offsets = offsets
            self.neighbours = neighbours
            self.similarities = similarities
        }

        private static func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafeBufferPointer<T> {
            let p = UnsafeMutableBufferPointer<T>.allocate(capacity: values.count)
            _ = p.initialize(from: values)
            return UnsafeBufferPointer(p)
        }

        deinit {
            guard file == nil else { return }
            offsets.deallocate()
            neighbours.deallocate()
            similarities.deallocate()
        }
    }
}
