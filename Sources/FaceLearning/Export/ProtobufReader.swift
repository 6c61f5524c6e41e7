internal import FaceCore

/// Fields of one message, in the order of the bytes. Hostile bytes give an error, never a crash.
struct ProtobufReader {
    enum Value {
        case number(UInt64)
        case bits32(UInt32)
        case bits64(UInt64)
        case block(ArraySlice<UInt8>)

        var integer: Int? {
            guard case .number(let n) = self else { return nil }
            return Int(Int64(bitPattern: n))
        }
        var text: String? {
            guard case .block(let bytes) = self else { return nil }
            return String(validating: bytes, as: UTF8.self)
        }
        var bytes: ArraySlice<UInt8>? {
            guard case .block(let bytes) = self else { return nil }
            return bytes
        }
        /// A repeated number, packed or one at a time.
        func integers(_ subject: String) throws(LikenessError) -> [Int] {
            switch self {
            case .number(let n): return [Int(Int64(bitPattern: n))]
            case .block(let bytes):
                var (reader, out) = (ProtobufReader(bytes, subject), [Int]())
                while !reader.isAtEnd { out.append(Int(Int64(bitPattern: try reader.varint()))) }
                return out
            default: throw LikenessError(.fileFormat, subject: subject, "holds a number of the wrong kind")
            }
        }
    }

    private let bytes: ArraySlice<UInt8>
    private let subject: String
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>, _ subject: String) {
        (self.bytes, self.subject, at) = (bytes, subject, bytes.startIndex)
    }

    var isAtEnd: Bool { at >= bytes.endIndex }

    /// The next field; nil at the end.
    mutating func next() throws(LikenessError) -> (field: Int, value: Value)? {
        guard !isAtEnd else { return nil }
        let key = try varint()
        guard key >> 3 >= 1, key >> 3 < 1 << 29 else { throw broken("a field has no number") }
        let field = Int(key >> 3)
        switch key & 7 {
        case 0: return (field, .number(try varint()))
        case 1: return (field, .bits64(try fixed(8)))
        case 2:
            let count = try varint()
            guard count <= UInt64(bytes.endIndex - at) else { throw broken("a field ends beyond the file") }
            defer { at += Int(count) }
            return (field, .block(bytes[at..<at + Int(count)]))
        case 5: return (field, .bits32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw broken("a field is of an unknown kind")
        }
    }

    fileprivate mutating func varint() throws(LikenessError) -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while true {
            guard !isAtEnd, shift < 64 else { throw broken("a number is cut or too long") }
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func fixed(_ count: Int) throws(LikenessError) -> UInt64 {
        guard count <= bytes.endIndex - at else { throw broken("a number is cut") }
        defer { at += count }
        return bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func broken(_ what: String) -> LikenessError { LikenessError(.fileFormat, subject: subject, what) }
}
