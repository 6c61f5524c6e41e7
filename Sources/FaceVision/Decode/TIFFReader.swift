/// Directories of a TIFF structure (TIFF 6.0, and EXIF, which borrows it), each offset checked.
struct TIFFReader {
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

    /// Numbers of two or four bytes each; nil when they are of another kind or not all there.
    func integers(_ e: Entry) -> [Int]? {
        guard e.type == 3 || e.type == 4, e.count > 0, e.count <= bytes.count / 2 else { return nil }
        let size = e.type == 3 ? 2 : 4
        guard let start = e.count * size <= 4 ? e.at : unsigned(e.at, 4), start <= bytes.count - e.count * size else {
            return nil
        }
        return (0..<e.count).compactMap { unsigned(start + $0 * size, size) }
    }

    func integer(_ e: Entry) -> Int? {
        switch e.type {
        case 3: unsigned(e.at, 2)
        case 4: unsigned(e.at, 4)
        default: nil
        }
    }

    /// Unsigned fractions (type 5); nil when they are of another kind, not all there, or divided by zero.
    func fractions(_ e: Entry) -> [Double]? {
        guard e.type == 5, (1...16).contains(e.count), let start = unsigned(e.at, 4) else { return nil }
        let values = (0..<e.count).compactMap { i -> Double? in
            guard let n = unsigned(start + 8 * i, 4), let d = unsigned(start + 8 * i + 4, 4), d > 0 else { return nil }
            return Double(n) / Double(d)
        }
        return values.count == e.count ? values : nil
    }

    /// The first byte of an entry of bytes (type 1).
    func byte(_ e: Entry) -> Int? { e.type == 1 && e.count == 1 ? unsigned(e.at, 1) : nil }

    func text(_ e: Entry) -> String? {
        guard e.type == 2, e.count > 0, e.count <= 64 else { return nil }
        guard let start = e.count <= 4 ? e.at : unsigned(e.at, 4), start >= 0, start <= bytes.count - e.count else {
            return nil
        }
        return String(decoding: bytes[start..<start + e.count].prefix { $0 != 0 }, as: UTF8.self)
    }
}
