/// How many pictures go into one page, so that it opens at once however many faces there are.
struct CropBudget {
    /// Bytes of JPEG in the whole page; base64 makes 4/3 of it.
    static let bytes = 18_000_000
    /// Pictures of one list at most: a person opens without waiting.
    static let perList = 240
    /// People who are shown with a large portrait; the others with the picture of their first face.
    static let portraits = 60

    /// The length to which each list of faces is shown, the same for all lists.
    let limit: Int

    /// The largest limit at which the pictures of all lists fit, at least one a list.
    init(_ lists: [[ReportFace]], reserved: Int) {
        let sizes = lists.map { $0.prefix(Self.perList).map(\.crop.count) }
        func total(_ limit: Int) -> Int { sizes.reduce(reserved) { $0 + $1.prefix(limit).reduce(0, +) } }
        var (low, high) = (1, Self.perList)
        while low < high {
            let middle = (low + high + 1) / 2
            if total(middle) <= Self.bytes { low = middle } else { high = middle - 1 }
        }
        limit = low
    }
}
