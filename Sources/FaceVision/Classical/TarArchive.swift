public import FaceCore

/// The regular files inside an uncompressed ustar archive, read where they lie.
public struct TarArchive: Sendable {
    public struct Member: Sendable, Hashable {
        public let name: String
        /// Where the bytes lie in the archive.
        public let range: Range<Int>
    }

    /// In the order of the archive; folders, links and extended headers are passed over.
    public let members: [Member]
    private let file: InputFile

    /// Reads the headers. Throws as ``InputFile``, `file-format` for a header with a wrong checksum, `file-truncated`.
    public init(_ path: String) throws(LikenessError) {
        file = try InputFile(path)
        var members: [Member] = []
        var at = 0
        while at + 512 <= file.size {
            let header = try file.bytes(at: at, count: 512)
            if header.allSatisfy({ $0 == 0 }) { break }
            let size = Self.octal(header[124..<136])
            guard let size, let sum = Self.octal(header[148..<156]), sum == Self.checksum(header) else {
                throw LikenessError(
                    .fileFormat, subject: path, "byte \(at) is not the header of a tar archive's member")
            }
            at += 512
            guard size <= file.size - at else {
                throw LikenessError(.fileTruncated, subject: path, "the archive ends inside a member")
            }
            let kind = header[156]
            if kind == 0 || kind == UInt8(ascii: "0") {
                members.append(Member(name: Self.name(header), range: at..<at + size))
            }
            at += (size + 511) / 512 * 512
        }
        guard at >= file.size || at + 512 <= file.size else {
            throw LikenessError(.fileTruncated, subject: path, "the archive ends inside a header")
        }
        guard !members.isEmpty else {
            throw LikenessError(.fileFormat, subject: path, "this is no tar archive, or one without files")
        }
        self.members = members
    }

    public func bytes(_ member: Member) throws(LikenessError) -> [UInt8] {
        try file.bytes(at: member.range.lowerBound, count: member.range.count)
    }

    private static func name(_ header: [UInt8]) -> String {
        func text(_ range: Range<Int>) -> String { String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self) }
        let prefix = header[257..<262].elementsEqual("ustar".utf8) ? text(345..<500) : ""
        return prefix.isEmpty ? text(0..<100) : "\(prefix)/\(text(0..<100))"
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        guard !digits.isEmpty, digits.count <= 12 else { return nil }
        return Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Sum of the header's bytes, its own field counted as blanks.
    private static func checksum(_ header: [UInt8]) -> Int {
        header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    }
}
