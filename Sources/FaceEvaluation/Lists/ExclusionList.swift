public import FaceCore

/// Photos (`Name_0001`) and whole people (`Name`) that a protocol leaves out: errata, printed with the figure.
public struct ExclusionList: Sendable, Hashable {
    public let entries: Set<String>

    public init(_ entries: some Sequence<String>) { self.entries = Set(entries) }

    /// Entries separated by blanks or lines; the part of a line from `#` on is a remark.
    public init(path: String) throws(LikenessError) {
        let file = try TextLines(path: path)
        self.init(
            file.lines.flatMap { line in
                line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
            })
    }

    /// Whether an item `Name/Name_0001.jpg`, or its person (the folder), is left out.
    public func contains(_ item: String) -> Bool {
        let parts = item.split(separator: "/")
        guard let file = parts.last else { return false }
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        return entries.contains(String(stem)) || entries.contains(item)
            || parts.count > 1 && entries.contains(String(parts[parts.count - 2]))
    }
}
