public import FaceCore

/// The committed rows of all segments of a space at one moment; later appends do not change it.
///
/// A value that may be used from any number of threads while rows are appended. Rows that are erased later become zeros
/// under it, which resemble nothing.
public struct VectorSnapshot: Sendable {
    /// One segment up to its committed row.
    public struct Segment: Sendable {
        public let number: Int
        /// Committed rows, erased ones included.
        public let count: Int
        let header: SegmentHeader
        let memory: SegmentMemory
        let erased: ErasedRows

        /// Rows that were erased.
        public var erasedCount: Int { erased.count }

        public func isErased(_ row: Int) -> Bool {
            precondition(row >= 0 && row < count, "row \(row) outside 0..<\(count)")
            return erased.contains(row)
        }

        /// All committed rows, count×d; erased ones are zeros. Without a copy where numbers are kept as Float32, else O(n·d).
        public var matrix: Matrix {
            if header.element == .float32 { return memory.matrix(rows: count, columns: header.dimension) }
            return copy(of: Array(0..<count))
        }

        /// The vector of a row; zeros where it was erased.
        public func vector(_ row: Int) -> [Float] {
            precondition(row >= 0 && row < count, "row \(row) outside 0..<\(count)")
            return [Float](unsafeUninitializedCapacity: header.dimension) { out, filled in
                header.element.decode(
                    memory.row(row), into: UnsafeMutableBufferPointer(rebasing: out[..<header.dimension]))
                filled = header.dimension
            }
        }

        private func copy(of rows: [Int]) -> Matrix {
            var out = Matrix(rows: rows.count, columns: header.dimension)
            let stride = out.stride
            out.withUnsafeMutableRows { base in
                for (k, row) in rows.enumerated() {
                    header.element.decode(
                        memory.row(row),
                        into: UnsafeMutableBufferPointer(start: base + k * stride, count: header.dimension))
                }
            }
            return out
        }
    }

    public let space: EmbeddingSpace
    /// By rising number.
    public let segments: [Segment]

    /// Committed rows that were not erased.
    public var liveCount: Int { segments.reduce(0) { $0 + $1.count - $1.erasedCount } }

    public func segment(_ number: Int) -> Segment? { segments.first { $0.number == number } }

    /// Whether there is a committed row here that was not erased.
    public func contains(_ location: VectorLocation) -> Bool {
        guard let segment = segment(location.segment), location.row >= 0, location.row < segment.count else {
            return false
        }
        return !segment.isErased(location.row)
    }

    /// The vector at a place. Throws `vector-missing` where none is committed, or it was erased.
    public func vector(at location: VectorLocation) throws(LikenessError) -> [Float] {
        guard contains(location), let segment = segment(location.segment) else { throw missing(location) }
        return segment.vector(location.row)
    }

    /// The vectors at these places in this order, n×d. Throws `vector-missing`. O(n·d).
    public func matrix(at locations: [VectorLocation]) throws(LikenessError) -> Matrix {
        var byNumber: [Int: Segment] = [:]
        for segment in segments { byNumber[segment.number] = segment }
        var out = Matrix(rows: locations.count, columns: space.dimension)
        let stride = out.stride
        try out.withUnsafeMutableRows { (base) throws(LikenessError) in
            for (k, place) in locations.enumerated() {
                guard let segment = byNumber[place.segment], place.row >= 0, place.row < segment.count,
                    !segment.erased.contains(place.row)
                else { throw missing(place) }
                segment.header.element.decode(
                    segment.memory.row(place.row),
                    into: UnsafeMutableBufferPointer(start: base + k * stride, count: space.dimension))
            }
        }
        return out
    }

    private func missing(_ location: VectorLocation) -> LikenessError {
        LikenessError(
            .vectorMissing, subject: "segment \(location.segment), row \(location.row)",
            "there is no vector of \(space.id) at this place")
    }
}

extension LikenessError.Code {
    /// A place of a vector holds none.
    public static let vectorMissing = Self("vector-missing", exitStatus: 66)
}
