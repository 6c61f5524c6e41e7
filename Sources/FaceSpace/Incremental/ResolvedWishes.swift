/// Wishes in the order in which they were said, as far as they can hold together: the newest wins.
///
/// An older wish that newer ones contradict, directly or through others, is overridden. Of a pin those rows stay that nothing
/// newer keeps apart from the first of them, or has confirmed for another group, if they are two at least.
public struct ResolvedWishes: Sendable, Hashable {
    public enum Wish: Sendable, Hashable {
        case same(Int, Int)
        case different(Int, Int)
        /// These rows are a confirmed group.
        case pin([Int])
    }

    /// What holds, the oldest first, for ``ClusteringInput``.
    public private(set) var same: [ClusteringInput.Pair] = []
    public private(set) var different: [ClusteringInput.Pair] = []
    public private(set) var pinned: [[Int]] = []
    /// Places of wishes that do not hold, or not for all of their rows; rising.
    public private(set) var overridden: [Int] = []

    /// Rows lie in 0..<2³¹. O(wishes · α) but for the sides that may not meet, where the smaller one counts.
    public init(_ wishes: [Wish]) {
        var sides = WishSides()
        for (place, wish) in wishes.enumerated().reversed() where !grant(wish, place, &sides) {
            overridden.append(place)
        }
        same.reverse()
        different.reverse()
        pinned.reverse()
        overridden.reverse()
    }

    /// Grants a wish as far as newer ones allow; whether it holds as a whole.
    private mutating func grant(_ wish: Wish, _ place: Int, _ sides: inout WishSides) -> Bool {
        switch wish {
        case .same(let a, let b):
            if case .refused = sides.join(Int32(a), Int32(b)) { return false }
            same.append(.init(a, b))
            return true
        case .different(let a, let b):
            guard sides.part(Int32(a), Int32(b)) else { return false }
            different.append(.init(a, b))
            return true
        case .pin(let rows):
            let free = rows.filter { sides.name(of: Int32($0)) == nil }
            guard let first = free.first else { return false }
            let kept = free.filter { row in
                if case .refused = sides.join(Int32(first), Int32(row)) { return false }
                return true
            }
            guard kept.count > 1 || rows.count == 1 else { return false }
            sides.name(Int32(first), Int64(place))
            pinned.append(kept)
            return kept.count == rows.count
        }
    }
}
