/// Named tensors in the safetensors format: eight bytes of header length, a JSON header, then the values, little-endian.
///
/// Read as a hostile file: offsets must cover the data without a gap or an overlap, sizes must follow from shapes, no
/// name comes twice, and nothing is allocated that the file does not hold.
public struct Safetensors: Sendable {
    /// Types that are read and written here; files may hold others beside them.
    public enum Element: String, Sendable, CaseIterable {
        case float32 = "F32"
        case float16 = "F16"
        case int32 = "I32"
        case int64 = "I64"

        var size: Int {
            switch self {
            case .float16: 2
            case .float32, .int32: 4
            case .int64: 8
            }
        }
    }

    /// One tensor of a file: its type by the format's name, its shape, its bytes counted from the first value.
    public struct Entry: Sendable, Hashable {
        public var type: String
        public var shape: [Int]
        var range: Range<Int>
        public var count: Int { shape.reduce(1, *) }
    }

    public let entries: [String: Entry]
    /// Free text by name, the `__metadata__` of the file.
    public let metadata: [String: String]
    private let file: InputFile
    private let dataStart: Int

    /// Opens a file and checks all of its header. Throws `file-missing`, `file-unreadable`, `file-truncated` or
    /// `file-format`.
    public init(_ path: String) throws(LikenessError) {
        file = try InputFile(path)
        let header = try SafetensorsHeader(file)
        entries = header.entries
        metadata = header.metadata
        dataStart = header.dataStart
    }

    /// Values of F32 or F16 (widened). Throws `tensor-missing`, or `file-format` for another type.
    public func floats(_ name: String) throws(LikenessError) -> [Float] {
        let entry = try entry(name)
        switch Element(rawValue: entry.type) {
        case .float32: return try values(entry, 0 as Float)
        case .float16: return try values(entry, 0 as UInt16).map(float(half:))
        default: throw unexpected(name, entry, "real numbers")
        }
    }

    /// Values of I32 or I64.
    public func integers(_ name: String) throws(LikenessError) -> [Int] {
        let entry = try entry(name)
        switch Element(rawValue: entry.type) {
        case .int32: return try values(entry, 0 as Int32).map(Int.init)
        case .int64: return try values(entry, 0 as Int64).map(Int.init)
        default: throw unexpected(name, entry, "whole numbers")
        }
    }

    /// A tensor of two dimensions as n×d.
    public func matrix(_ name: String) throws(LikenessError) -> Matrix {
        let entry = try entry(name)
        guard entry.shape.count == 2, entry.shape[1] <= 1 << 24, entry.shape[1] > 0 || entry.shape[0] == 0 else {
            throw unexpected(name, entry, "rows of values")
        }
        let values = try floats(name)
        var out = Matrix(rows: entry.shape[0], columns: entry.shape[1])
        for i in 0..<out.rows { out.setRow(i, values[i * out.columns..<(i + 1) * out.columns]) }
        return out
    }

    private func entry(_ name: String) throws(LikenessError) -> Entry {
        guard let entry = entries[name] else {
            throw LikenessError(.tensorMissing, subject: file.path, "the file holds no tensor '\(name)'")
        }
        return entry
    }

    private func values<T: BitwiseCopyable>(_ entry: Entry, _ zero: T) throws(LikenessError) -> [T] {
        var out = [T](repeating: zero, count: entry.count)
        try out.withUnsafeMutableBufferPointer { (raw) throws(LikenessError) in
            try file.read(into: UnsafeMutableRawBufferPointer(raw), at: dataStart + entry.range.lowerBound)
        }
        return out
    }

    private func unexpected(_ name: String, _ entry: Entry, _ wanted: String) -> LikenessError {
        LikenessError(
            .fileFormat, subject: file.path,
            "'\(name)' is \(entry.type) of shape \(entry.shape), \(wanted) were asked for")
    }
}

extension LikenessError.Code {
    public static let tensorMissing = Self("tensor-missing", exitStatus: 65)
}
