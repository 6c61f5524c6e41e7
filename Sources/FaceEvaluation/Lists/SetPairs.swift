public import FaceCore

/// Comparisons of sets of photos (clips, albums): the split file of YouTube Faces (Wolf, Hassner & Maoz 2011).
///
/// A line is `fold, name1/clip, name2/clip, same(0/1), …`; further fields are ignored, and so is a first line of words.
/// The sides of the comparisons are sets: folders of the items of an index.
public enum SetPairs {
    /// Throws `file-format` with the line for anything else.
    public static func read(path: String) throws(LikenessError) -> ComparisonList { try parse(TextLines(path: path)) }

    /// As ``read(path:)`` from text; `name` stands in errors.
    public static func parse(_ text: String, name: String = "splits") throws(LikenessError) -> ComparisonList {
        try parse(TextLines(path: name, text: text))
    }

    private static func parse(_ file: TextLines) throws(LikenessError) -> ComparisonList {
        guard !file.lines.isEmpty else { throw file.error(0, "the list is empty") }
        var list = ComparisonList(comparisons: [])
        var fold: Int?
        for line in file.lines.indices where !file.lines[line].isEmpty {
            let f = file.lines[line].split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
            if line == 0, f.count >= 4, Int(f[0]) == nil { continue }
            guard f.count >= 4 else {
                throw file.error(line, "a line is \"fold, set, set, 0/1\", not \(f.count) fields")
            }
            let number = try file.number(f[0], least: 1, line: line, "the fold")
            guard f[3] == "0" || f[3] == "1" else {
                throw file.error(line, "the label is \"\(file.excerpt(f[3]))\", not 0 or 1")
            }
            guard !f[1].isEmpty, !f[2].isEmpty else { throw file.error(line, "a side of the comparison has no name") }
            if number != fold {
                guard number > fold ?? 0 else { throw file.error(line, "fold \(number) comes after fold \(fold ?? 0)") }
                fold = number
                list.folds.append(list.comparisons.count..<list.comparisons.count)
            }
            list.comparisons.append(.init(left: String(f[1]), right: String(f[2]), same: f[3] == "1"))
            let last = list.folds.count - 1
            list.folds[last] = list.folds[last].lowerBound..<list.comparisons.count
        }
        guard !list.comparisons.isEmpty else { throw file.error(0, "the list has no comparison") }
        if list.folds.count == 1 { list.folds = [] }
        return list
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let front = text.drop { $0 == " " || $0 == "\t" }
        guard let last = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return front[...last]
    }
}
