public import FaceCore

/// Which row of a matrix belongs to which item name.
///
/// A name is looked up as it is; if that fails, by its last path component without suffix, when only one item has it:
/// lists write `Name/Name_0001.jpg`, `Name_0001.jpg` and `Name_0001` for the same photo.
public struct ItemIndex: Sendable {
    public let names: [String]
    private let exact: [String: Int]
    /// Row of a short name; −1 when several items have it.
    private let short: [Substring: Int]

    /// Throws `bad-data` when a name occurs twice.
    public init(names: [String]) throws(LikenessError) {
        self.names = names
        var exact = [String: Int](minimumCapacity: names.count)
        var short = [Substring: Int](minimumCapacity: names.count)
        for (row, name) in names.enumerated() {
            if let before = exact.updateValue(row, forKey: name) {
                throw LikenessError(.badData, subject: name, "the name stands for row \(before) and for row \(row)")
            }
            let stem = Self.stem(name)
            short[stem] = short[stem] == nil ? row : -1
        }
        self.exact = exact
        self.short = short
    }

    /// One name a line; blank lines at the end are ignored.
    public init(path: String) throws(LikenessError) {
        try self.init(names: TextLines(path: path).lines.map(String.init))
    }

    /// The row of an item; throws `item-missing`, or `bad-data` when its short name stands for several.
    public func row(_ name: String) throws(LikenessError) -> Int {
        if let row = exact[name] { return row }
        guard let row = short[Self.stem(name)] else {
            throw LikenessError(.itemMissing, subject: name, "no row has this name")
        }
        guard row >= 0 else { throw LikenessError(.badData, subject: name, "several rows have this name") }
        return row
    }

    private static func stem(_ name: String) -> Substring {
        let last = name.utf8.lastIndex(of: UInt8(ascii: "/")).map { name[name.index(after: $0)...] } ?? name[...]
        guard let dot = last.utf8.lastIndex(of: UInt8(ascii: ".")), dot > last.startIndex else { return last }
        return last[..<dot]
    }
}

extension LikenessError.Code {
    /// An item of a list has no row: counted and listed, the run goes on.
    public static let itemMissing = Self("item-missing", exitStatus: 66)
}
