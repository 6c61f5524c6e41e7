public import FaceCore

/// Which row of a matrix belongs to which item name.
///
/// A name is looked up as it is; then by its last folder and its file name without suffix; then, where the name asked
/// for or the row's has no folder, by the file name alone: lists write `Name/Name_0001.jpg`, `Name_0001.jpg` and
/// `Name_0001` for the same photo. Two different folders never meet.
public struct ItemIndex: Sendable {
    public let names: [String]
    private let exact: [String: Int]
    /// Row of a shortened name; −1 when several items have it.
    private let withFolder: [Substring: Int]
    private let stems: [Substring: Int]

    /// Throws `bad-data` when a name occurs twice.
    public init(names: [String]) throws(LikenessError) {
        self.names = names
        var exact = [String: Int](minimumCapacity: names.count)
        var (withFolder, stems): ([Substring: Int], [Substring: Int]) = ([:], [:])
        for (row, name) in names.enumerated() {
            if let before = exact.updateValue(row, forKey: name) {
                throw LikenessError(.badData, subject: name, "the name stands for row \(before) and for row \(row)")
            }
            let (folder, stem) = Self.parts(name)
            if let folder { withFolder[folder] = withFolder[folder] == nil ? row : -1 }
            stems[stem] = stems[stem] == nil ? row : -1
        }
        (self.exact, self.withFolder, self.stems) = (exact, withFolder, stems)
    }

    /// One name a line; blank lines at the end are ignored. A `.jsonl` file is one of faces, as `embed --index` writes it:
    /// the name of a row is its photo.
    public init(path: String) throws(LikenessError) {
        try self.init(
            names: path.hasSuffix(".jsonl")
                ? JSONLinesReader<Face>.readAll(path).map(\.source) : TextLines(path: path).lines.map(String.init))
    }

    /// The row of an item; throws `item-missing`, or `bad-data` when its short name stands for several.
    public func row(_ name: String) throws(LikenessError) -> Int {
        if let row = exact[name] { return row }
        let (folder, stem) = Self.parts(name)
        let row =
            folder.flatMap { withFolder[$0] }
            ?? stems[stem].flatMap { row in
                // a row of another folder is another item
                folder == nil || row >= 0 && Self.parts(names[row]).folder == nil ? row : nil
            }
        guard let row else { throw LikenessError(.itemMissing, subject: name, "no row has this name") }
        guard row >= 0 else { throw LikenessError(.badData, subject: name, "several rows have this name") }
        return row
    }

    /// `last folder/file` and `file` of a path, without suffix; no folder for a bare file name.
    private static func parts(_ name: String) -> (folder: Substring?, stem: Substring) {
        let slash = name.utf8.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { name.utf8.index(after: $0) } ?? name.startIndex
        var end = name.endIndex
        if let dot = name[start...].utf8.lastIndex(of: UInt8(ascii: ".")), dot > start { end = dot }
        guard let slash else { return (nil, name[start..<end]) }
        let before = name[..<slash].utf8.lastIndex(of: UInt8(ascii: "/"))
        return (name[(before.map { name.utf8.index(after: $0) } ?? name.startIndex)..<end], name[start..<end])
    }
}

extension LikenessError.Code {
    /// An item of a list has no row: counted and listed, the run goes on.
    public static let itemMissing = Self("item-missing", exitStatus: 66)
}
