public import FaceCore

/// Comparisons drawn from photos in one folder a person, as many genuine as impostor ones.
public enum FolderPairs {
    /// `items` are named `person/photo.jpg`. All genuine comparisons where they are fewer than `count`, else `count` of
    /// them drawn at random without repetition; as many impostor ones, drawn over people first and photos then, so that
    /// a person with many photos does not own them. The same seed draws the same list.
    ///
    /// Throws `bad-data` for an item without a folder, `no-genuine`, `no-impostor`.
    public static func draw(_ items: [String], count: Int = 3000, seed: UInt64) throws(LikenessError) -> ComparisonList
    {
        let people = LabelledRows(try LabelNumbers.ofFolders(items)).members
        let total = people.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }
        guard total > 0 else { throw LikenessError(.noGenuine, "no folder has two photos") }
        guard people.count > 1 else { throw LikenessError(.noImpostor, "there is one folder, of one person") }
        var random = SeededRandom(seed: seed)
        let genuine = drawn(total, count, &random).map { pair($0, people) }
        let impostors = people.reduce(0) { $0 + $1.count * (items.count - $1.count) } / 2
        var seen: Set<[Int32]> = []
        var different: [(Int32, Int32)] = []
        // near the end of all comparisons the draw rarely finds a new one: it stops at half of them
        while different.count < min(genuine.count, max(1, impostors / 2)) {
            let a = Int.random(in: 0..<people.count, using: &random)
            let b = Int.random(in: 0..<people.count - 1, using: &random)
            let (left, right) = (people[a], people[b < a ? b : b + 1])
            let (i, j) = (left.randomElement(using: &random) ?? 0, right.randomElement(using: &random) ?? 0)
            if seen.insert([min(i, j), max(i, j)]).inserted { different.append((i, j)) }
        }
        func named(_ p: (Int32, Int32), _ same: Bool) -> ComparisonList.Comparison {
            .init(left: items[Int(p.0)], right: items[Int(p.1)], same: same)
        }
        return ComparisonList(comparisons: genuine.map { named($0, true) } + different.map { named($0, false) })
    }

    /// `count` of 0..<total, rising; all when there are not more.
    private static func drawn(_ total: Int, _ count: Int, _ random: inout SeededRandom) -> [Int] {
        guard total > count else { return Array(0..<total) }
        var chosen: Set<Int> = []
        // Floyd's sampling without repetition
        for j in total - count..<total {
            let t = Int.random(in: 0...j, using: &random)
            chosen.insert(chosen.contains(t) ? j : t)
        }
        return chosen.sorted()
    }

    /// Genuine comparison number `k`, counted person after person.
    private static func pair(_ k: Int, _ people: [[Int32]]) -> (Int32, Int32) {
        var rest = k
        for rows in people {
            let own = rows.count * (rows.count - 1) / 2
            if rest >= own {
                rest -= own
                continue
            }
            for i in rows.indices {
                let width = rows.count - 1 - i
                if rest < width { return (rows[i], rows[i + 1 + rest]) }
                rest -= width
            }
        }
        preconditionFailure("comparison \(k) is beyond the last")
    }
}
