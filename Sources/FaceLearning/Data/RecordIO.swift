public import FaceCore

/// One record of InsightFace's packing: labels, two numbers and an encoded picture.
public struct FaceRecord: Sendable, Hashable {
    /// The class first; a table record (key 0, or an identity) holds a range of keys instead.
    public var labels: [Float]
    /// How many labels follow the header; 0 when the one label stands in it.
    public var flag: Int
    public var id: UInt64
    public var id2: UInt64
    /// JPEG or PNG; empty in table records.
    public var image: [UInt8]

    public init(labels: [Float], flag: Int = 0, id: UInt64, id2: UInt64 = 0, image: [UInt8]) {
        (self.labels, self.flag, self.id, self.id2, self.image) = (labels, flag, id, id2, image)
    }
}

/// Constants of the record framing.
enum RecordFraming {
    static let magic: UInt32 = 0xCED7_230A
    static let magicBytes: [UInt8] = [0x0A, 0x23, 0xD7, 0xCE]
    /// 29 bits.
    static let longest = 1 << 29 - 1
    static let headerBytes = 24
}

/// Reads a `.rec` file with its `.idx`: records by key, in any order, from any thread.
///
/// Read as a hostile file: lengths, part flags, offsets and label counts are checked before anything is allocated.
public struct RecordFile: Sendable {
    public let path: String
    /// Keys of pictures, ascending.
    public let imageKeys: [Int]
    private let offsets: [Int: Int]
    private let file: InputFile

    /// `path` without or with `.rec`. Throws as ``FaceCore/InputFile`` or `file-format`.
    public init(_ path: String) throws(LikenessError) {
        let stem = path.hasSuffix(".rec") ? String(path.dropLast(4)) : path
        self.path = stem + ".rec"
        file = try InputFile(stem + ".rec")
        offsets = try Self.index(stem + ".idx", size: file.size)
        guard let zero = offsets[0] else {
            imageKeys = offsets.keys.sorted()
            return
        }
        let table = try FaceRecord(payload: Self.payload(file, zero), subject: self.path)
        guard table.flag >= 2, table.image.isEmpty else {
            imageKeys = offsets.keys.sorted()
            return
        }
        let end = table.labels[0]
        guard end >= 1, end <= 0x1p24, end == end.rounded(), table.labels.count >= 2, table.labels[1] >= end else {
            throw LikenessError(.fileFormat, subject: self.path, "the table of keys names \(table.labels)")
        }
        imageKeys = offsets.keys.filter { $0 >= 1 && $0 < Int(end) }.sorted()
        guard imageKeys.count == Int(end) - 1 else {
            throw LikenessError(
                .fileFormat, subject: stem + ".idx",
                "\(imageKeys.count) pictures are listed, the table says \(Int(end) - 1)")
        }
    }

    public var keys: [Int] { offsets.keys.sorted() }

    /// The record of a key. Throws `file-format` or `file-truncated`.
    public func record(_ key: Int) throws(LikenessError) -> FaceRecord {
        guard let offset = offsets[key] else {
            throw LikenessError(.fileFormat, subject: path, "there is no record \(key)")
        }
        return try FaceRecord(payload: Self.payload(file, offset), subject: "\(path) record \(key)")
    }

    /// The class of a picture: a whole number below 2²⁴, beyond which 32-bit floats skip numbers.
    public func label(_ record: FaceRecord, key: Int) throws(LikenessError) -> Int {
        guard let label = record.labels.first, label.isFinite, label >= 0, label < 0x1p24, label == label.rounded()
        else {
            throw LikenessError(.fileFormat, subject: path, "record \(key) has the label \(record.labels)")
        }
        return Int(label)
    }

    /// Bytes and number of parts of the record at an offset, for tests of the framing.
    package func parts(_ key: Int) throws(LikenessError) -> Int { try Self.read(file, offsets[key] ?? -1).parts }
    package func offset(_ key: Int) -> Int? { offsets[key] }

    private static func index(_ path: String, size: Int) throws(LikenessError) -> [Int: Int] {
        let file = try InputFile(path)
        guard file.size <= 1 << 31 else { throw LikenessError(.fileFormat, subject: path, "is too large") }
        var out: [Int: Int] = [:]
        for line in String(decoding: try file.bytes(at: 0, count: file.size), as: UTF8.self).split(
            whereSeparator: \.isNewline)
        {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 2, let key = Int(parts[0]), let offset = Int(parts[1]), key >= 0,
                offset >= 0, offset % 4 == 0, offset < size, out.updateValue(offset, forKey: key) == nil
            else {
                throw LikenessError(.fileFormat, subject: path, "'\(line.prefix(60))' is no key and offset of its own")
            }
        }
        return out
    }

    private static func payload(_ file: InputFile, _ offset: Int) throws(LikenessError) -> [UInt8] {
        try read(file, offset).payload
    }

    /// A record may be cut in parts where its payload held the magic at a multiple of 4: the magic belongs between them.
    private static func read(_ file: InputFile, _ start: Int) throws(LikenessError) -> (payload: [UInt8], parts: Int) {
        var (payload, offset, parts) = ([UInt8](), start, 0)
        while true {
            guard offset >= 0, offset <= file.size - 8 else {
                throw LikenessError(.fileTruncated, subject: file.path, "no record begins at byte \(offset)")
            }
            let head = try file.bytes(at: offset, count: 8)
            guard Array(head[0..<4]) == RecordFraming.magicBytes else {
                throw LikenessError(.fileFormat, subject: file.path, "no record begins at byte \(offset)")
            }
            let word = littleEndian(head[4..<8])
            let (flag, length) = (word >> 29, Int(word & 0x1FFF_FFFF))
            guard length <= file.size - offset - 8 else {
                throw LikenessError(
                    .fileTruncated, subject: file.path, "the record at byte \(start) ends beyond the file")
            }
            guard parts == 0 ? flag <= 1 : flag >= 2 else {
                throw LikenessError(
                    .fileFormat, subject: file.path, "the parts of the record at byte \(start) are out of order")
            }
            if parts > 0 { payload += RecordFraming.magicBytes }
            payload += try file.bytes(at: offset + 8, count: length)
            parts += 1
            if flag == 0 || flag == 3 { return (payload, parts) }
            offset += 8 + (length + 3) / 4 * 4
        }
    }
}

func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

extension FaceRecord {
    init(payload: [UInt8], subject: String) throws(LikenessError) {
        guard payload.count >= RecordFraming.headerBytes else {
            throw LikenessError(.fileFormat, subject: subject, "is shorter than its header")
        }
        let k = Int(littleEndian(payload[0..<4]))
        guard k <= (payload.count - RecordFraming.headerBytes) / 4 else {
            throw LikenessError(.fileFormat, subject: subject, "does not hold its \(k) labels")
        }
        let long = { (at: Int) in
            UInt64(littleEndian(payload[at..<at + 4])) | UInt64(littleEndian(payload[at + 4..<at + 8])) << 32
        }
        var labels = [Float(bitPattern: littleEndian(payload[4..<8]))]
        if k > 0 {
            labels = (0..<k).map { i in
                let at = RecordFraming.headerBytes + 4 * i
                return Float(bitPattern: littleEndian(payload[at..<at + 4]))
            }
        }
        guard labels.allSatisfy(\.isFinite) else {
            throw LikenessError(.nonFinite, subject: subject, "has labels that are no numbers")
        }
        self.init(
            labels: labels, flag: k, id: long(8), id2: long(16),
            image: Array(payload[(RecordFraming.headerBytes + 4 * k)...]))
    }

    var payload: [UInt8] {
        var out: [UInt8] = []
        func add<T: FixedWidthInteger>(_ value: T) { withUnsafeBytes(of: value.littleEndian) { out += $0 } }
        add(UInt32(flag))
        add(flag == 0 ? (labels.first ?? 0).bitPattern : 0)
        add(id)
        add(id2)
        if flag > 0 { for label in labels { add(label.bitPattern) } }
        return out + image
    }
}
