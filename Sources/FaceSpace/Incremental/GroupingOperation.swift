import FaceCore

/// A change of a grouping's state, as the journal keeps it.
enum GroupingOperation: Sendable {
    case insert(Matrix, quality: [Float], photos: [Int])
    case remove([Int])
    case join(Int, Int)
    case separate(Int, Int)
    case pin([Int])

    /// Little-endian: a kind, counts, values.
    var bytes: [UInt8] {
        var out = ByteWriter()
        switch self {
        case .insert(let rows, let quality, let photos):
            out.put([1, Int64(rows.rows), Int64(rows.columns), Int64(quality.count), Int64(photos.count)])
            for i in 0..<rows.rows { rows.withRow(i) { out.put(Array($0)) } }
            out.put(quality)
            out.put(photos.map(Int64.init))
        case .remove(let rows): out.put([2, Int64(rows.count)] + rows.map(Int64.init))
        case .join(let a, let b): out.put([3, Int64(a), Int64(b)])
        case .separate(let a, let b): out.put([4, Int64(a), Int64(b)])
        case .pin(let rows): out.put([5, Int64(rows.count)] + rows.map(Int64.init))
        }
        return out.bytes
    }

    /// Nil for bytes that are no operation.
    init?(_ bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard let kind: Int64 = reader.take() else { return nil }
        switch kind {
        case 1:
            guard let sizes: [Int64] = reader.take(count: 4),
                let insertion = Self.insertion(&reader, sizes.map(Int.init))
            else { return nil }
            self = insertion
        case 2, 5:
            guard let count: Int64 = reader.take(), let rows: [Int64] = reader.take(count: Int(count)) else {
                return nil
            }
            self = kind == 2 ? .remove(rows.map(Int.init)) : .pin(rows.map(Int.init))
        case 3, 4:
            guard let pair: [Int64] = reader.take(count: 2) else { return nil }
            self = kind == 3 ? .join(Int(pair[0]), Int(pair[1])) : .separate(Int(pair[0]), Int(pair[1]))
        default: return nil
        }
        guard reader.isAtEnd else { return nil }
    }

    private static func insertion(_ reader: inout ByteReader, _ sizes: [Int]) -> GroupingOperation? {
        let (rows, columns) = (sizes[0], sizes[1])
        let (total, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard rows >= 0, columns >= 0, !overflow, let values: [Float] = reader.take(count: total),
            let quality: [Float] = reader.take(count: sizes[2]), let photos: [Int64] = reader.take(count: sizes[3])
        else { return nil }
        var matrix = Matrix(rows: rows, columns: columns)
        for i in 0..<rows { matrix.setRow(i, values[i * columns..<(i + 1) * columns]) }
        return .insert(matrix, quality: quality, photos: photos.map(Int.init))
    }
}

/// Appends the memory of trivial values, in this machine's byte order.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put<T: BitwiseCopyable>(_ values: [T]) { values.withUnsafeBytes { bytes.append(contentsOf: $0) } }
}

/// Takes trivial values off a slice of bytes; nil where too few are left.
struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take<T: BitwiseCopyable>() -> T? {
        let one: [T]? = take(count: 1)
        return one?[0]
    }

    mutating func take<T: BitwiseCopyable>(count: Int) -> [T]? {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<T>.stride)
        guard count >= 0, !overflow, size <= rest.count else { return nil }
        let out = rest.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: $0 * MemoryLayout<T>.stride, as: T.self) }
        }
        rest = rest.dropFirst(size)
        return out
    }
}
