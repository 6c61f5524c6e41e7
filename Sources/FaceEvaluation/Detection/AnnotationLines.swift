internal import FaceCore
internal import FoundationEssentials

/// The lines of a list of boxes, hostile or not: any line end, blanks at line ends, no last newline needed.
struct AnnotationLines {
    let file: String
    private let lines: [Substring]
    private var position = 0

    init(file: String, text: String) {
        self.file = file
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The next line without blanks around it; nil at the end.
    mutating func next() -> Substring? {
        guard position < lines.count else { return nil }
        position += 1
        let line = lines[position - 1]
        guard let first = line.firstIndex(where: { !$0.isWhitespace }),
            let last = line.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return line[first...last]
    }

    /// A whole number of entries, at most a million: no picture has more, and nothing is reserved for it.
    mutating func count() throws(LikenessError) -> Int {
        guard let line = next() else { throw error("the file ends where a number of faces is due") }
        guard let n = Int(line), n >= 0, n <= 1_000_000 else {
            throw error("“\(line.prefix(40))” is not a number of faces")
        }
        return n
    }

    /// A line of `n` finite numbers; nil at the end of the file.
    mutating func numbers(_ n: Int) throws(LikenessError) -> [Double]? {
        guard let line = next() else { return nil }
        let fields = line.split { $0 == " " || $0 == "\t" }
        let values = fields.compactMap { Double($0) }
        guard fields.count == n, values.count == n, values.allSatisfy({ abs($0) <= 1e6 }) else {
            throw error("“\(line.prefix(60))” is not a line of \(n) numbers")
        }
        return values
    }

    /// A relative path that stays inside the folder of pictures.
    func pictureName(_ line: Substring) throws(LikenessError) -> String {
        let parts = line.split(separator: "/", omittingEmptySubsequences: false)
        let stays = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") }
        guard stays, parts.count >= 1, line.utf8.count <= 1024, Double(line) == nil, !line.contains("\t") else {
            throw error("“\(line.prefix(60))” is not the name of a picture")
        }
        return String(line)
    }

    /// `file-format`, naming the line read last, counted from 1.
    func error(_ message: String) -> LikenessError {
        LikenessError(.fileFormat, subject: "\(file):\(max(1, position))", message)
    }
}

/// The text of a list; throws `file-missing`, `file-unreadable` (not a regular file), `file-format` (not UTF-8, above 256 MB).
func readAnnotationText(_ file: String) throws(LikenessError) -> String {
    guard FileManager.default.fileExists(atPath: file) else {
        throw LikenessError(.fileMissing, subject: file, "there is no such file")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)
    let resolved = try? FileManager.default.attributesOfItem(
        atPath: URL(filePath: file).resolvingSymlinksInPath().path)
    guard (resolved ?? attributes)?[.type] as? FileAttributeType == .typeRegular else {
        throw LikenessError(.fileUnreadable, subject: file, "this is not a regular file")
    }
    let bytes: Data
    do { bytes = try Data(contentsOf: URL(filePath: file), options: .mappedIfSafe) } catch {
        throw LikenessError(.fileUnreadable, subject: file, "the file cannot be read: \(error)")
    }
    guard bytes.count <= 256 << 20, let text = String(validating: bytes, as: UTF8.self) else {
        throw LikenessError(.fileFormat, subject: file, "the file is not UTF-8 text of at most 256 MB")
    }
    return text
}
