/// The few fields of an EXIF block that likeness uses. Reads hostile bytes: whatever is out of place is absent.
package struct Exif: Sendable, Equatable {
    /// 1…8; 1 when absent or nonsense.
    package private(set) var orientation = 1
    /// `2024-05-01T12:33:10`, with `+02:00` where the camera recorded it; nil when absent or nonsense.
    package private(set) var captureDate: String?

    /// `bytes`: the TIFF structure, with or without the leading "Exif\0\0".
    package init(_ bytes: [UInt8]) {
        let named = bytes.starts(with: Array("Exif\0\0".utf8))
        var tiff = TIFFReader(named ? Array(bytes.dropFirst(6)) : bytes)
        guard let first = tiff.firstDirectory() else { return }
        let root = tiff.directory(at: first)
        if let o = root[0x0112].flatMap({ tiff.integer($0) }), (1...8).contains(o) { orientation = o }
        let detail = root[0x8769].flatMap { tiff.integer($0) }.map { tiff.directory(at: $0) } ?? [:]
        let dates = [detail[0x9003], detail[0x9004], root[0x0132]]
        let offset = detail[0x9011].flatMap { tiff.text($0) }
        captureDate = dates.lazy.compactMap { $0 }.compactMap { tiff.text($0) }.compactMap(Self.date).first
        if let date = captureDate, let zone = offset.flatMap(Self.zone) { captureDate = date + zone }
    }

    /// "2024:05:01 12:33:10" as ISO 8601; nil for the zeros and blanks that cameras without a clock write.
    private static func date(_ text: String) -> String? {
        let n = text.split(whereSeparator: { ": -/T".contains($0) }).map { Int($0) ?? -1 }
        guard n.count >= 6, (1800...9999).contains(n[0]), (1...12).contains(n[1]), (1...31).contains(n[2]),
            (0...23).contains(n[3]), (0...59).contains(n[4]), (0...60).contains(n[5])
        else { return nil }
        func two(_ v: Int) -> String { v < 10 ? "0\(v)" : "\(v)" }
        return "\(n[0])-\(two(n[1]))-\(two(n[2]))T\(two(n[3])):\(two(n[4])):\(two(n[5]))"
    }

    private static func zone(_ text: String) -> String? {
        let u = Array(text.utf8)
        guard u.count == 6, u[0] == 0x2B || u[0] == 0x2D, u[3] == 0x3A,
            [1, 2, 4, 5].allSatisfy({ (0x30...0x39).contains(u[$0]) })
        else { return nil }
        return text
    }
}

/// Directories of a TIFF structure, each offset checked.
private struct TIFFReader {
    struct Entry {
        let type: Int
        let count: Int
        /// Where the four bytes of value or offset stand.
        let at: Int
    }

    private let bytes: [UInt8]
    private var bigEndian = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func firstDirectory() -> Int? {
        guard bytes.count >= 8 else { return nil }
        if bytes.starts(with: [0x4D, 0x4D]) {
            bigEndian = true
        } else if !bytes.starts(with: [0x49, 0x49]) {
            return nil
        }
        guard unsigned(2, 2) == 42 else { return nil }
        return unsigned(4, 4)
    }

    /// Two or four bytes at `at`.
    private func unsigned(_ at: Int, _ size: Int) -> Int? {
        guard at >= 0, at <= bytes.count - size else { return nil }
        let part = bytes[at..<at + size]
        return bigEndian
            ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    func directory(at start: Int) -> [Int: Entry] {
        guard let count = unsigned(start, 2) else { return [:] }
        var entries: [Int: Entry] = [:]
        for i in 0..<min(count, 1000) {
            let at = start + 2 + i * 12
            guard let tag = unsigned(at, 2), let type = unsigned(at + 2, 2), let n = unsigned(at + 4, 4) else { break }
            entries[tag] = entries[tag] ?? Entry(type: type, count: n, at: at + 8)
        }
        return entries
    }

    func integer(_ e: Entry) -> Int? {
        switch e.type {
        case 3: unsigned(e.at, 2)
        case 4: unsigned(e.at, 4)
        default: nil
        }
    }

    func text(_ e: Entry) -> String? {
        guard e.type == 2, e.count > 0, e.count <= 64 else { return nil }
        guard let start = e.count <= 4 ? e.at : unsigned(e.at, 4), start >= 0, start <= bytes.count - e.count else {
            return nil
        }
        return String(decoding: bytes[start..<start + e.count].prefix { $0 != 0 }, as: UTF8.self)
    }
}
