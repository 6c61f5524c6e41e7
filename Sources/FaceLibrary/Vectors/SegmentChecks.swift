import FaceCore

/// The side file of a segment: a checksum for each block of rows, and a bit for each erased row.
///
/// A header of 64 bytes (magic "LKVC", version, number, rows of a block, capacity, CRC-32C of the segment's header, its
/// own CRC-32C), 16 bytes a block, then the bits. A block's record has two halves of (rows covered, CRC-32C): the
/// present one, and one that is being changed to, so that a crash between two writes never looks like damage.
struct SegmentChecks: Sendable {
    struct Sum: Sendable, Hashable {
        /// Rows of the block that the checksum covers, from its first one; 0: none.
        var rows = 0
        var crc: UInt32 = 0
    }

    struct Record: Sendable, Hashable {
        var present = Sum()
        var coming = Sum()
    }

    private static let magic = Array("LKVC".utf8)
    private static let headerSize = 64
    private static let recordSize = 16

    let file: WritableFile
    private(set) var records: [Record]
    private(set) var erased: ErasedRows
    private let blocks: Int

    static func size(_ header: SegmentHeader) -> Int {
        headerSize + header.blockCount * recordSize + (header.capacity + 7) / 8
    }

    /// The bytes of the side file of a segment with these checksums and erased rows.
    static func image(_ header: SegmentHeader, records: [Record] = [], erased: [Int] = []) -> [UInt8] {
        var out = lead(header)
        for block in 0..<header.blockCount { out += bytes(block < records.count ? records[block] : Record()) }
        var bits = [UInt8](repeating: 0, count: size(header) - out.count)
        for row in erased { bits[row / 8] |= 1 << (row % 8) }
        return out + bits
    }

    private static func lead(_ header: SegmentHeader) -> [UInt8] {
        var out = magic
        out.put(UInt16(1))
        out.put(UInt16(0x1234))
        out.put(UInt32(header.number))
        out.put(UInt32(header.rowsPerBlock))
        out.put(UInt32(header.capacity))
        out.put(CRC32C.checksum(header.bytes))
        out += [UInt8](repeating: 0, count: headerSize - 4 - out.count)
        out.put(CRC32C.checksum(out))
        return out
    }

    /// Reads a side file; throws `file-format`, `file-damaged` or `file-truncated` unless it is that of `header`.
    init(_ path: String, of header: SegmentHeader, writes: Bool) throws(LikenessError) {
        file = try WritableFile(path, writes: writes)
        blocks = header.blockCount
        let size = try file.size()
        guard size == SegmentChecks.size(header) else {
            throw LikenessError(
                size < SegmentChecks.size(header) ? .fileTruncated : .fileFormat, subject: path,
                "the file has \(size) bytes instead of \(SegmentChecks.size(header))",
                remedy: "restore it from a backup")
        }
        let bytes = try file.read(at: 0, count: size)
        guard bytes.starts(with: SegmentChecks.lead(header)) else {
            throw LikenessError(
                .fileDamaged, subject: path, "these are not the checksums of this segment",
                remedy: "restore it from a backup")
        }
        var records: [Record] = []
        for block in 0..<blocks {
            let at = SegmentChecks.headerSize + block * SegmentChecks.recordSize
            let record = Record(
                present: Sum(rows: Int(bytes.number(at, UInt32.self)), crc: bytes.number(at + 4, UInt32.self)),
                coming: Sum(rows: Int(bytes.number(at + 8, UInt32.self)), crc: bytes.number(at + 12, UInt32.self)))
            let room = header.rows(ofBlock: block).count
            guard record.present.rows <= room, record.coming.rows <= room else {
                throw LikenessError(
                    .fileDamaged, subject: path, "block \(block) claims more rows than it holds",
                    remedy: "restore it from a backup")
            }
            records.append(record)
        }
        self.records = records
        let start = SegmentChecks.headerSize + blocks * SegmentChecks.recordSize
        erased = ErasedRows(bits: Array(bytes[start...]), capacity: header.capacity)
    }

    /// Writes changed records and waits for the disk.
    mutating func set(_ changed: [(block: Int, record: Record)]) throws(LikenessError) {
        // memory first: what could not be written is then written by the next attempt
        for (block, record) in changed { records[block] = record }
        for (block, record) in changed {
            let at = SegmentChecks.headerSize + block * SegmentChecks.recordSize
            try file.write(SegmentChecks.bytes(record), at: at)
        }
        try file.sync()
    }

    /// Sets the bits of erased rows and waits for the disk.
    mutating func erase(_ rows: [Int]) throws(LikenessError) {
        for row in rows { erased.insert(row) }
        try writeBits(rows)
    }

    /// Clears the bits of all rows from this one on, whose room is used again.
    mutating func forgetErased(from first: Int) throws(LikenessError) {
        let rows = erased.remove(from: first)
        if rows.isEmpty { return }
        try writeBits(rows)
    }

    private func writeBits(_ rows: [Int]) throws(LikenessError) {
        let start = SegmentChecks.headerSize + blocks * SegmentChecks.recordSize
        for byte in Set(rows.map { $0 / 8 }) { try file.write([erased.byte(byte)], at: start + byte) }
        try file.sync()
    }

    private static func bytes(_ record: Record) -> [UInt8] {
        var out: [UInt8] = []
        for sum in [record.present, record.coming] {
            out.put(UInt32(sum.rows))
            out.put(sum.crc)
        }
        return out
    }
}

/// Which rows of a segment were erased: one bit each.
struct ErasedRows: Sendable, Hashable {
    private var bits: [UInt8]
    private(set) var count: Int

    init(capacity: Int) {
        bits = [UInt8](repeating: 0, count: (capacity + 7) / 8)
        count = 0
    }

    /// Bits beyond the capacity are ignored.
    init(bits: [UInt8], capacity: Int) {
        self.bits = bits
        if capacity % 8 != 0, let last = bits.indices.last { self.bits[last] &= 0xFF >> (8 - capacity % 8) }
        count = self.bits.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    func contains(_ row: Int) -> Bool { bits[row / 8] >> (row % 8) & 1 == 1 }

    mutating func insert(_ row: Int) {
        if contains(row) { return }
        bits[row / 8] |= 1 << (row % 8)
        count += 1
    }

    /// Clears all bits from `first` on; returns which were set.
    mutating func remove(from first: Int) -> [Int] {
        guard count > 0 else { return [] }
        let rows = (first..<max(first, bits.count * 8)).filter(contains)
        for row in rows { bits[row / 8] &= ~(1 << (row % 8)) }
        count -= rows.count
        return rows
    }

    /// The erased rows below `end`, rising.
    func rows(below end: Int) -> [Int] { count == 0 ? [] : (0..<end).filter(contains) }

    func byte(_ index: Int) -> UInt8 { bits[index] }
}
