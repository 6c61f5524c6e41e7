internal import FaceCore

/// Who may not be together: each row carries tags, and two groups that share one are two people.
///
/// A photo with several faces is a tag, so is each pair that a person called different, and all pinned groups share one.
struct Exclusions {
    /// The tags of each row, rising.
    private(set) var tags: [[Int32]]

    /// `order[k]` is the row of `input` that stands at place k. `sets` holds the pairs that are one person, by place.
    /// Throws `constraint-conflict` when a pair called different was also called the same, directly or through others: which was
    /// said later is not known here (``ResolvedWishes``).
    init(_ input: ClusteringInput, order: [Int], sets: inout DisjointSets) throws(LikenessError) {
        var place = [Int](repeating: 0, count: order.count)
        for (k, row) in order.enumerated() { place[row] = k }
        tags = [[Int32]](repeating: [], count: order.count)
        var next: Int32 = 0
        if !input.photos.isEmpty {
            let byPhoto = Dictionary(grouping: 0..<order.count) { input.photos[order[$0]] }
            for (photo, places) in byPhoto.sorted(by: { $0.key < $1.key }) where photo >= 0 && places.count > 1 {
                for k in places { tags[k].append(next) }
                next += 1
            }
        }
        for pair in input.different {
            let (a, b) = (place[pair.a], place[pair.b])
            guard sets.find(a) != sets.find(b) else {
                throw LikenessError(
                    .constraintConflict, subject: "rows \(pair.a) and \(pair.b)",
                    "two faces are said to be two people and, directly or through others, one person",
                    remedy: "take one of the two wishes back")
            }
            tags[a].append(next)
            tags[b].append(next)
            next += 1
        }
        var pins: [Int: Int] = [:]
        for rows in input.pinned {
            guard let first = rows.first else { continue }
            if let other = pins.updateValue(first, forKey: sets.find(place[first])) {
                throw LikenessError(
                    .constraintConflict, subject: "rows \(other) and \(first)",
                    "two pinned groups are, directly or through others, said to be one person",
                    remedy: "take one of the two wishes back")
            }
            tags[place[first]].append(next)
        }
    }

    /// Whether two rising lists share an entry.
    static func meet(_ a: [Int32], _ b: [Int32]) -> Bool {
        if a.isEmpty || b.isEmpty { return false }
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if a[i] == b[j] { return true }
            if a[i] < b[j] { i += 1 } else { j += 1 }
        }
        return false
    }

    /// The union of two rising lists.
    static func union(_ a: [Int32], _ b: [Int32]) -> [Int32] {
        if a.isEmpty { return b }
        if b.isEmpty { return a }
        var out: [Int32] = []
        out.reserveCapacity(a.count + b.count)
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            let next = i < a.count && (j == b.count || a[i] <= b[j]) ? a[i] : b[j]
            if out.last != next { out.append(next) }
            if i < a.count, a[i] == next { i += 1 } else { j += 1 }
        }
        return out
    }
}
