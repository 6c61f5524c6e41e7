public import FaceCore

/// Numbers 0… for names, in order of first appearance.
public enum LabelNumbers {
    public static func of(_ names: [String]) -> [Int] {
        var number: [String: Int] = [:]
        return names.map { name in
            if let n = number[name] { return n }
            number[name] = number.count
            return number.count - 1
        }
    }

    /// The person of each item `person/photo.jpg`; throws `bad-data` for an item without a folder.
    public static func ofFolders(_ items: [String]) throws(LikenessError) -> [Int] {
        var folders: [String] = []
        for item in items {
            guard let cut = item.lastIndex(of: "/"), cut > item.startIndex else {
                throw LikenessError(
                    .badData, subject: item, "the name has no folder that would name the person",
                    remedy: "give the people as numbers with a file of labels")
            }
            folders.append(String(item[..<cut]))
        }
        return of(folders)
    }
}
