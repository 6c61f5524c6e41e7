import FaceCore

/// The first page of a segment: what its rows are. Never changed after the file appeared.
///
/// 4096 bytes, little-endian: magic "LKVS", version 1, byte-order mark, number, dimension, element, sealed, metric,
/// normalised, bytes of a row, rows of a block, capacity, id of the key, length and text of the space's id, zeros, and
/// the CRC-32C of all that. Rows follow from byte 4096, which is a page, so that they are aligned in memory.
struct SegmentHeader: Sendable, Hashable {
    static let size = 4096
    static let largestCapacity = 1 << 22
    private static let magic = Array("LKVS".utf8)
    private static let version: UInt16 = 1
    private static let byteOrder: UInt16 = 0x1234
    private static let longestName = 2048

    let number: Int
    let space: String
    let dimension: Int
    let metric: EmbeddingSpace.Metric
    let isNormalised: Bool
    let element: VectorElement
    /// Id of the key that rows are sealed with; nil where they lie open.
    let keyID: String?
    let rowsPerBlock: Int
    /// Rows that fit into the segment.
    let capacity: Int

    /// Bytes of a row before it is sealed.
    var plainBytes: Int { element.rowBytes(dimension: dimension) }
    /// Bytes of a row in the file.
    var rowBytes: Int { keyID == nil ? plainBytes : plainBytes + LibraryKey.overhead }
    /// Where a row begins in the file.
    func offset(ofRow row: Int) -> Int { SegmentHeader.size + row * rowBytes }
    var blockCount: Int { (capacity + rowsPerBlock - 1) / rowsPerBlock }
    /// The rows of a block, up to the capacity.
    func rows(ofBlock block: Int) -> Range<Int> {
        block * rowsPerBlock..<min(capacity, (block + 1) * rowsPerBlock)
    }

    /// The header of a new segment; blocks of about 64 KiB. Throws `usage` for a size that cannot be.
    init(
        number: Int, space: EmbeddingSpace, element: VectorElement, capacity: Int, keyID: String?
    ) throws(LikenessError) {
        guard (1...SegmentHeader.largestCapacity).contains(capacity) else {
            throw LikenessError(.usage, "a segment of \(capacity) rows is not in 1…\(SegmentHeader.largestCapacity)")
        }
        guard (1...65_536).contains(space.dimension), (1...SegmentHeader.longestName).contains(space.id.utf8.count)
        else {
            throw LikenessError(
                .usage, subject: space.id, "a space of \(space.dimension) dimensions with this name cannot be kept")
        }
        self.number = number
        self.space = space.id
        dimension = space.dimension
        metric = space.metric
        isNormalised = space.normalised
        self.element = element
        self.keyID = keyID
        self.capacity = capacity
        let bytes = element.rowBytes(dimension: space.dimension) + (keyID == nil ? 0 : LibraryKey.overhead)
        rowsPerBlock = min(capacity, max(1, 65_536 / bytes))
    }

    /// The page as it stands in the file.
    var bytes: [UInt8] {
        var out = SegmentHeader.magic
        out.put(SegmentHeader.version)
        out.put(SegmentHeader.byteOrder)
        out.put(UInt32(number))
        out.put(UInt32(dimension))
        out += [element.code, keyID == nil ? 0 : 1, metric == .cosine ? 0 : 1, isNormalised ? 1 : 0]
        out.put(UInt32(rowBytes))
        out.put(UInt32(rowsPerBlock))
        out.put(UInt32(capacity))
        out += keyID.flatMap { Hexadecimal.bytes($0) } ?? [UInt8](repeating: 0, count: 8)
        out.put(UInt16(space.utf8.count))
        out += Array(space.utf8)
        out += [UInt8](repeating: 0, count: SegmentHeader.size - 4 - out.count)
        out.put(CRC32C.checksum(out))
        return out
    }

    /// Reads a page. Throws `file-format` or `file-damaged`; whatever it says fits together afterwards.
    init(_ page: [UInt8], path: String) throws(LikenessError) {
        let fail = { (what: String) in LikenessError(.fileFormat, subject: path, what) }
        guard page.count == SegmentHeader.size else { throw fail("the header is not whole") }
        guard page.starts(with: SegmentHeader.magic) else { throw fail("the file is no segment of vectors") }
        let order = page.number(6, UInt16.self)
        guard page.number(4, UInt16.self) == SegmentHeader.version, order == SegmentHeader.byteOrder else {
            throw fail("version \(page.number(4, UInt16.self)) of segments is not known")
        }
        guard CRC32C.checksum(Array(page[..<(page.count - 4)])) == page.number(page.count - 4, UInt32.self) else {
            throw LikenessError(
                .fileDamaged, subject: path, "the checksum of the header is wrong", remedy: "restore it from a backup")
        }
        number = Int(page.number(8, UInt32.self))
        dimension = Int(page.number(12, UInt32.self))
        guard let element = VectorElement(code: page[16]), page[17...19].allSatisfy({ $0 < 2 }) else {
            throw fail("the kind of numbers is not known")
        }
        self.element = element
        keyID = page[17] == 1 ? Hexadecimal.text(Array(page[32..<40])) : nil
        metric = page[18] == 0 ? .cosine : .euclidean
        isNormalised = page[19] == 1
        rowsPerBlock = Int(page.number(24, UInt32.self))
        capacity = Int(page.number(28, UInt32.self))
        let length = Int(page.number(40, UInt16.self))
        guard (1...SegmentHeader.longestName).contains(length),
            let name = String(validating: page[42..<(42 + length)], as: UTF8.self)
        else { throw fail("the name of the space is broken") }
        space = name
        guard (1...65_536).contains(dimension), (1...SegmentHeader.largestCapacity).contains(capacity),
            (1...capacity).contains(rowsPerBlock), Int(page.number(20, UInt32.self)) == rowBytes
        else { throw fail("the sizes do not fit together") }
    }

    /// Throws `space-mismatch` unless rows of `other` may stand here.
    func require(_ other: EmbeddingSpace, path: String) throws(LikenessError) {
        guard other.id == space, other.dimension == dimension, other.metric == metric, other.normalised == isNormalised
        else {
            throw LikenessError(
                .spaceMismatch, subject: path, "the vectors are of \(space), not of \(other.id)",
                remedy: "embed with the model that made them, or start a new space")
        }
    }
}

extension [UInt8] {
    /// Appends a number, the lowest byte first.
    mutating func put<T: FixedWidthInteger>(_ value: T) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    /// The number at `offset`, the lowest byte first.
    func number<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
        withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }
}
