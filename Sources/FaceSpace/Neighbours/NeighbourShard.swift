public import FaceCore

/// The nearest neighbours of a range of rows among some ranges of columns of a large matrix: what one machine of many
/// finds. Merged over all columns and stacked over all rows, shards give the graph of the whole, bit for bit.
public struct NeighbourShard: Sendable, Equatable {
    /// Numbers of the rows in the whole.
    public let rows: Range<Int>
    /// What they were compared with: rising, apart from each other.
    public let columns: [Range<Int>]
    public let k: Int
    /// Similarity below which nothing is listed.
    public let floor: Float
    /// Id of the space of the vectors.
    public let space: String
    /// rows×k, numbers in the whole: similarity descending, equal ones by rising number, −1 where there are fewer.
    let indices: [Int32]
    let similarities: [Float]

    /// A shard that was compared with nothing: merging with it changes nothing.
    public init(rows: Range<Int>, k: Int, floor: Float = -.infinity, space: String) {
        self.init(
            rows: rows, columns: [], k: k, floor: floor, space: space,
            indices: [Int32](repeating: -1, count: rows.count * k),
            similarities: [Float](repeating: -.infinity, count: rows.count * k))
    }

    init(
        rows: Range<Int>, columns: [Range<Int>], k: Int, floor: Float, space: String, indices: [Int32],
        similarities: [Float]
    ) {
        self.rows = rows
        self.columns = columns
        self.k = k
        self.floor = floor
        self.space = space
        self.indices = indices
        self.similarities = similarities
    }

    /// Compares two parts of a matrix: rows `rows` of the whole lie in `a`, `columns` in `b`. A row is no neighbour of
    /// itself. Exact; the same for every cut of the whole into parts.
    /// Throws `dimension-mismatch`, `non-finite`, `usage` or `cancelled`.
    public static func find(
        _ a: Matrix, rows: Range<Int>, _ b: Matrix, columns: Range<Int>, k: Int, floor: Float = -.infinity,
        space: EmbeddingSpace, threads: Int = availableThreads(), cancellation: Cancellation? = nil
    ) throws(LikenessError) -> NeighbourShard {
        guard k >= 0, a.rows == rows.count, b.rows == columns.count, rows.lowerBound >= 0, columns.lowerBound >= 0,
            max(rows.upperBound, columns.upperBound) < 1 << 31
        else {
            throw LikenessError(.usage, "\(a.rows) and \(b.rows) vectors cannot be rows \(rows) and \(columns)")
        }
        try space.requireCosine()
        try NeighbourGraph.requireDimension(a, space)
        try NeighbourGraph.requireDimension(b, space)
        let own = rows.overlaps(columns)
        var join = NeighbourJoin(k: own ? k + 1 : k)
        join.floor = floor
        join.threads = threads
        join.cancellation = cancellation
        let found = try join.join(a, base: b)
        var indices = [Int32](repeating: -1, count: rows.count * k)
        var similarities = [Float](repeating: -.infinity, count: rows.count * k)
        for r in 0..<rows.count {
            var place = r * k
            for e in r * join.k..<(r + 1) * join.k where place < (r + 1) * k && found.indices[e] >= 0 {
                let number = Int(found.indices[e]) + columns.lowerBound
                guard number != r + rows.lowerBound else { continue }
                (indices[place], similarities[place]) = (Int32(number), found.similarities[e])
                place += 1
            }
        }
        return NeighbourShard(
            rows: rows, columns: columns.isEmpty ? [] : [columns], k: k, floor: floor, space: space.id,
            indices: indices, similarities: similarities)
    }

    /// As ``find(_:rows:_:columns:k:floor:space:threads:cancellation:)`` with two files of vectors of one space, whose
    /// first rows have these numbers in the whole.
    public static func find(
        _ a: String, first: Int, _ b: String, firstColumn: Int, k: Int, floor: Float = -.infinity,
        threads: Int = availableThreads()
    ) throws(LikenessError) -> NeighbourShard {
        let (left, space) = try VectorFile.read(a, mapped: true)
        let (right, _) = try VectorFile.read(b, expected: space, mapped: true)
        return try find(
            left, rows: first..<first + left.rows, right, columns: firstColumn..<firstColumn + right.rows, k: k,
            floor: floor, space: space, threads: threads)
    }

    /// The best of both: shards of the same rows and of columns that do not overlap. Associative and commutative.
    /// Throws `shard-mismatch`.
    public func merged(with other: NeighbourShard) throws(LikenessError) -> NeighbourShard {
        guard rows == other.rows, k == other.k, floor == other.floor, space == other.space else {
            throw LikenessError(.shardMismatch, "rows \(rows) and \(other.rows) were not searched alike")
        }
        let columns = try NeighbourShard.union(columns, other.columns)
        var indices = [Int32](repeating: -1, count: rows.count * k)
        var similarities = [Float](repeating: -.infinity, count: rows.count * k)
        for first in stride(from: 0, to: rows.count * k, by: max(1, k)) {
            var (a, b) = (first, first)
            for place in first..<first + k {
                let mine = a < first + k && self.indices[a] >= 0
                let theirs = b < first + k && other.indices[b] >= 0
                guard mine || theirs else { break }
                let before =
                    self.similarities[min(a, first + k - 1)] > other.similarities[min(b, first + k - 1)]
                    || (self.similarities[min(a, first + k - 1)] == other.similarities[min(b, first + k - 1)]
                        && self.indices[min(a, first + k - 1)] < other.indices[min(b, first + k - 1)])
                if !theirs || (mine && before) {
                    (indices[place], similarities[place]) = (self.indices[a], self.similarities[a])
                    a += 1
                } else {
                    (indices[place], similarities[place]) = (other.indices[b], other.similarities[b])
                    b += 1
                }
            }
        }
        return NeighbourShard(
            rows: rows, columns: columns, k: k, floor: floor, space: space, indices: indices,
            similarities: similarities)
    }

    /// The list of a row of the whole.
    public func neighbours(of row: Int) -> [(index: Int, similarity: Float)] {
        precondition(rows.contains(row), "row \(row) is not one of \(rows)")
        let first = (row - rows.lowerBound) * k
        return (first..<first + k).filter { indices[$0] >= 0 }.map { (Int(indices[$0]), similarities[$0]) }
    }

    private static func union(_ a: [Range<Int>], _ b: [Range<Int>]) throws(LikenessError) -> [Range<Int>] {
        var out: [Range<Int>] = []
        for range in (a + b).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = out.last, last.upperBound > range.lowerBound {
                throw LikenessError(.shardMismatch, "columns \(last) and \(range) were compared twice")
            }
            if let last = out.last, last.upperBound == range.lowerBound {
                out[out.count - 1] = last.lowerBound..<range.upperBound
            } else {
                out.append(range)
            }
        }
        return out
    }
}

extension NeighbourGraph {
    /// The graph of a whole of `rows` rows, from shards of all rows that met all columns, in any order.
    /// Throws `shard-mismatch`.
    public init(stacking shards: [NeighbourShard], rows: Int) throws(LikenessError) {
        let sorted = shards.filter { !$0.rows.isEmpty }.sorted { $0.rows.lowerBound < $1.rows.lowerBound }
        guard let first = sorted.first, first.rows.lowerBound == 0, sorted.last?.rows.upperBound == rows,
            zip(sorted, sorted.dropFirst()).allSatisfy({ $0.rows.upperBound == $1.rows.lowerBound })
        else { throw LikenessError(.shardMismatch, "the shards do not hold each of \(rows) rows once") }
        for shard in sorted {
            guard shard.columns == [0..<rows] else {
                throw LikenessError(.shardMismatch, "rows \(shard.rows) met only columns \(shard.columns)")
            }
            guard shard.k == first.k, shard.floor == first.floor, shard.space == first.space else {
                throw LikenessError(.shardMismatch, "rows \(shard.rows) were not searched as the others")
            }
        }
        // lists longer than there are other rows would only hold empty places
        let k = min(first.k, max(0, rows - 1))
        func cut<T>(_ values: [T]) -> [T] {
            k == first.k ? values : (0..<values.count / first.k).flatMap { values[$0 * first.k..<$0 * first.k + k] }
        }
        self.init(
            rows: rows, k: k, floor: first.floor, space: first.space, indices: sorted.flatMap { cut($0.indices) },
            similarities: sorted.flatMap { cut($0.similarities) })
    }
}

extension LikenessError.Code {
    /// Parts of a graph that do not belong together.
    public static let shardMismatch = Self("shard-mismatch", exitStatus: 65)
}
