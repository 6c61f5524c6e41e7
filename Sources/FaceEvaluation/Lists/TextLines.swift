import FaceCore

/// The lines of a small text file, hostile or not: UTF-8, any line end, a byte-order mark ignored, no last newline needed.
struct TextLines {
    let path: String
    let lines: [Substring]

    /// Bytes that a list may have; the largest published ones are a few tens of megabytes.
    static let limit = 1 << 30

    init(path: String) throws(LikenessError) {
        self.init(path: path, text: try Self.decode(path, readBytes(path, limit: Self.limit)))
    }

    init(path: String, text: String) {
        self.path = path
        let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        // by unicode scalar: Swift sees "\r\n" as one character
        var lines = body.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            Substring(line.last == "\r" ? line.dropLast() : line)
        }
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        self.lines = lines
    }

    private static func decode(_ path: String, _ bytes: [UInt8]) throws(LikenessError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw LikenessError(.fileFormat, subject: path, "the file is not UTF-8 text")
        }
        return text
    }

    /// Fields of a line between blanks or tabs.
    func fields(_ line: Int) -> [Substring] { lines[line].split { $0 == " " || $0 == "\t" } }

    /// An error that names the file and the line, counted from 1.
    func error(_ line: Int, _ message: String) -> LikenessError {
        LikenessError(.fileFormat, subject: "\(path):\(line + 1)", message)
    }

    /// A whole number ≥ `least` below a million million, in plain digits.
    func number(_ text: Substring, least: Int = 0, line: Int, _ what: String) throws(LikenessError) -> Int {
        guard text.utf8.count <= 12, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let n = Int(text), n >= least
        else { throw error(line, "\(what) is \"\(excerpt(text))\", not a number from \(least)") }
        return n
    }

    func excerpt(_ text: Substring) -> String { text.count > 40 ? text.prefix(40) + "…" : String(text) }
}

/// All bytes of a file; throws what ``InputFile`` throws, and `file-format` when it is larger than `limit`.
func readBytes(_ path: String, limit: Int) throws(LikenessError) -> [UInt8] {
    let file = try InputFile(path)
    guard file.size <= limit else {
        throw LikenessError(.fileFormat, subject: path, "the file is larger than \(limit) bytes")
    }
    return try file.bytes(at: 0, count: file.size)
}
