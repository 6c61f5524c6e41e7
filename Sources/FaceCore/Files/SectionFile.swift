/// One file of named arrays behind a JSON header: neighbour graphs and indexes.
///
/// Magic (4 bytes), version and byte-order mark (2 each), length and CRC-32C of the header (4 each), the header, then the
/// sections at multiples of 64 bytes, each with its type, place, length and CRC-32C in the header. Little-endian.
package struct SectionFile: Sendable {
    package struct Section: @unchecked Sendable {
        package var type: String
        package var bytes: UnsafeRawBufferPointer
    }

    /// What the header says beside the sections.
    package let header: StrictJSON
    private let sections: [String: Section]
    package let file: MappedFile

    private static let version: UInt16 = 1
    private static let byteOrder: UInt16 = 0x1234
    private static let leadSize = 16
    private static let longestHeader = 1 << 20

    /// Maps a file and checks all of it: sizes, places, checksums.
    /// Throws `file-missing`, `file-unreadable`, `file-truncated`, `file-format` or `file-damaged`.
    package init(_ path: String, magic: String) throws(LikenessError) {
        let input = try InputFile(path)
        let lead = try input.bytes(at: 0, count: min(input.size, SectionFile.leadSize))
        guard lead.prefix(4).elementsEqual(magic.utf8.prefix(lead.count)) else {
            throw LikenessError(.fileFormat, subject: path, "the file does not begin with \(magic)")
        }
        guard lead.count == SectionFile.leadSize else { throw SectionFile.truncated(path) }
        func number(_ at: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(lead[at + $1]) << (8 * $1) } }
        guard number(4, 2) == SectionFile.version, number(6, 2) == SectionFile.byteOrder else {
            throw LikenessError(.fileFormat, subject: path, "version \(number(4, 2)) of the format is not known")
        }
        let length = number(8, 4)
        guard length <= SectionFile.longestHeader else {
            throw LikenessError(.fileFormat, subject: path, "a header of \(length) bytes is not believed")
        }
        guard length <= input.size - SectionFile.leadSize else { throw SectionFile.truncated(path) }
        let text = try input.bytes(at: SectionFile.leadSize, count: length)
        guard CRC32C.checksum(text) == UInt32(number(12, 4)) else { throw SectionFile.damaged(path, "header") }
        do throws(StrictJSON.Fault) { header = try StrictJSON(text) } catch {
            throw LikenessError(.fileFormat, subject: path, "the header is broken: \(error)")
        }
        file = try input.map()
        sections = try SectionFile.readSections(header, file, from: SectionFile.leadSize + length)
    }

    private static func readSections(
        _ header: StrictJSON, _ file: MappedFile, from start: Int
    ) throws(LikenessError) -> [String: Section] {
        guard case .array(let list) = header["sections"] else {
            throw LikenessError(.fileFormat, subject: file.path, "the header lists no sections")
        }
        var sections: [String: Section] = [:]
        var end = start
        for item in list {
            guard let name = item["name"]?.string, let type = item["type"]?.string,
                let offset = item["offset"]?.integer,
                let length = item["length"]?.integer, let sum = item["crc32c"]?.integer, sections[name] == nil,
                offset % 64 == 0, offset >= end, offset - end < 64, length >= 0
            else { throw LikenessError(.fileFormat, subject: file.path, "a section is described wrongly") }
            guard offset <= file.bytes.count, length <= file.bytes.count - offset else { throw truncated(file.path) }
            guard file.bytes[end..<offset].allSatisfy({ $0 == 0 }) else { throw damaged(file.path, "padding") }
            let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + length])
            guard CRC32C.checksum(bytes) == UInt32(truncatingIfNeeded: sum) else { throw damaged(file.path, name) }
            sections[name] = Section(type: type, bytes: bytes)
            end = offset + length
        }
        guard end == file.bytes.count else {
            throw LikenessError(.fileFormat, subject: file.path, "\(file.bytes.count - end) bytes belong to no section")
        }
        return sections
    }

    /// The values of a section. Throws `file-format` unless it is there, of this type, and of `count` values.
    package func values<T: BitwiseCopyable>(
        _ name: String, _ type: String, count: Int, as: T.Type
    ) throws(LikenessError) -> UnsafeBufferPointer<T> {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<T>.stride)
        guard let section = sections[name], section.type == type, count >= 0, !overflow, section.bytes.count == bytes
        else {
            throw LikenessError(.fileFormat, subject: file.path, "the section '\(name)' is not \(count) of \(type)")
        }
        return section.bytes.bindMemory(to: T.self)
    }

    private static func truncated(_ path: String) -> LikenessError {
        LikenessError(.fileTruncated, subject: path, "the file ends too early")
    }

    private static func damaged(_ path: String, _ what: String) -> LikenessError {
        LikenessError(.fileDamaged, subject: path, "the checksum of '\(what)' is wrong", remedy: "make the file again")
    }

    /// An array to be written.
    package struct Content {
        var name: String
        var type: String
        var bytes: UnsafeRawBufferPointer

        package init(_ name: String, _ type: String, _ bytes: UnsafeRawBufferPointer) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }
    }

    /// Writes a file; `header` must not hold the key `sections`. Throws as ``AtomicFile``.
    package static func write(
        _ contents: [Content], header: [StrictJSON.Member], magic: String, to path: String, force: Bool
    ) throws(LikenessError) {
        func text(_ start: Int) -> (bytes: [UInt8], end: Int) {
            var (list, offset) = ([StrictJSON](), start)
            for c in contents {
                offset = (offset + 63) / 64 * 64
                list.append(
                    .object([
                        .init(key: "name", value: .string(c.name)), .init(key: "type", value: .string(c.type)),
                        .init(key: "offset", value: .integer(offset)),
                        .init(key: "length", value: .integer(c.bytes.count)),
                        .init(key: "crc32c", value: .integer(Int(CRC32C.checksum(c.bytes)))),
                    ]))
                offset += c.bytes.count
            }
            let json = StrictJSON.object(header + [.init(key: "sections", value: .array(list))])
            return (Array(json.text.utf8), offset)
        }
        // room for offsets of any size: the first section begins at a multiple of 64 behind the longest header
        let room = (leadSize + text(0).bytes.count + 20 * contents.count + 63) / 64 * 64
        var json = text(room).bytes
        json += [UInt8](repeating: 0x20, count: room - leadSize - json.count)
        let file = try AtomicFile(path, force: force)
        try file.write(magic)
        try file.write(values: [version, byteOrder])
        try file.write(values: [UInt32(json.count), CRC32C.checksum(json)])
        try file.write(json)
        for c in contents {
            try file.pad(to: 64)
            try file.write(c.bytes)
        }
        try file.commit()
    }
}

extension LikenessError.Code {
    /// A checksum inside a file does not fit its bytes.
    public static let fileDamaged = Self("file-damaged", exitStatus: 65)
}
