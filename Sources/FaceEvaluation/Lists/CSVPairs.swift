public import FaceCore

/// Pairs from a table: `left,right,label`, with an optional header and further columns for cohorts.
///
/// Separator: comma, tab or semicolon, whichever line 1 has. Labels: 1/0, yes/no, true/false, same/different in any
/// case. Fields may be quoted (RFC 4180), without line breaks inside.
public enum CSVPairs {
    /// Throws `file-format` with the line for anything else.
    public static func read(path: String) throws(LikenessError) -> ComparisonList {
        try parse(TextLines(path: path))
    }

    /// As ``read(path:)`` from text; `name` stands in errors.
    public static func parse(_ text: String, name: String = "pairs") throws(LikenessError) -> ComparisonList {
        try parse(TextLines(path: name, text: text))
    }

    private static func parse(_ file: TextLines) throws(LikenessError) -> ComparisonList {
        guard let first = file.lines.first else { throw file.error(0, "the table is empty") }
        guard let separator = [",", "\t", ";"].first(where: { first.contains($0) })?.first else {
            throw file.error(0, "no comma, tab or semicolon separates the fields")
        }
        let head = try fields(file, 0, separator)
        guard head.count >= 3 else { throw file.error(0, "a row has left, right and label, not \(head.count) fields") }
        let hasHeader = label(head[2]) == nil
        var list = ComparisonList(comparisons: [])
        list.columns = hasHeader ? Array(head[3...]) : head.indices.dropFirst(3).map { "column\($0 + 1)" }
        for line in file.lines.indices.dropFirst(hasHeader ? 1 : 0) where !file.lines[line].isEmpty {
            list.comparisons.append(try comparison(file, line, separator, width: head.count))
        }
        guard !list.comparisons.isEmpty else { throw file.error(0, "the table has a header and no rows") }
        return list
    }

    private static func comparison(
        _ file: TextLines, _ line: Int, _ separator: Character, width: Int
    ) throws(LikenessError) -> ComparisonList.Comparison {
        let f = try fields(file, line, separator)
        guard f.count == width else { throw file.error(line, "the row has \(f.count) fields, the first \(width)") }
        guard let same = label(f[2]) else {
            throw file.error(line, "the label is \"\(file.excerpt(f[2][...]))\", not 1/0, yes/no or true/false")
        }
        guard !f[0].isEmpty, !f[1].isEmpty else { throw file.error(line, "a side of the pair has no name") }
        return .init(left: f[0], right: f[1], same: same, attributes: Array(f[3...]))
    }

    private static func label(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "yes", "true", "same": true
        case "0", "no", "false", "different": false
        default: nil
        }
    }

    private static func fields(
        _ file: TextLines, _ line: Int, _ separator: Character
    ) throws(LikenessError) -> [String] {
        guard file.lines[line].contains("\"") else {
            return file.lines[line].split(separator: separator, omittingEmptySubsequences: false).map(trimmed)
        }
        guard let out = quotedFields(file.lines[line], separator) else {
            throw file.error(line, "a quotation mark is not closed, or text follows it")
        }
        return out
    }

    private enum Position { case start, plain, quoted, closed }

    /// Fields of a line with quotation marks, doubled inside; nil when one is not closed or text follows it.
    private static func quotedFields(_ line: Substring, _ separator: Character) -> [String]? {
        var out: [String] = []
        var field = ""
        var position = Position.start
        for c in line {
            switch (position, c) {
            case (.quoted, "\""): position = .closed
            case (.quoted, _): field.append(c)
            case (.closed, "\""):
                field.append(c)
                position = .quoted
            case (_, separator):
                out.append(position == .plain ? trimmed(field[...]) : field)
                (field, position) = ("", .start)
            case (.closed, " "), (.start, " "): continue
            case (.closed, _): return nil
            case (.start, "\""): position = .quoted
            default:
                field.append(c)
                position = .plain
            }
        }
        if position == .quoted { return nil }
        return out + [position == .plain ? trimmed(field[...]) : field]
    }

    private static func trimmed(_ text: Substring) -> String {
        let front = text.drop { $0 == " " || $0 == "\t" }
        guard let last = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(front[...last])
    }
}
