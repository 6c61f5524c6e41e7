import FaceCore

/// A walk over the lines of a list of boxes: ``TextLines`` with a place, and the numbers that such lists hold.
struct AnnotationLines {
    private let text: TextLines
    private var position = 0

    init(file: String) throws(LikenessError) { text = try TextLines(path: file) }

    init(file: String, text: String) { self.text = TextLines(path: file, text: text) }

    /// The next line without blanks around it; nil at the end.
    mutating func next() -> Substring? {
        guard position < text.lines.count else { return nil }
        position += 1
        let line = text.lines[position - 1]
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
    func error(_ message: String) -> LikenessError { text.error(max(1, position) - 1, message) }
}
