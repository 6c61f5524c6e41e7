/// Sets of rows that grow edge by edge, where tags and pins forbid some unions (Kruskal 1956 with exclusions).
struct ConstrainedUnion {
    private var parent: [Int]
    private var tags: [Set<Int>]
    private var pins: [Int64?]
    /// Edges that a constraint refused.
    private(set) var conflicts = 0

    /// One node an entry: its tags and its pin.
    init(tags: [[Int]], pins: [Int64?]) {
        parent = Array(tags.indices)
        self.tags = tags.map(Set.init)
        self.pins = pins
    }

    mutating func find(_ node: Int) -> Int {
        var root = node
        while parent[root] != root {
            parent[root] = parent[parent[root]]
            root = parent[root]
        }
        return root
    }

    /// The pinned group that a node's set holds.
    mutating func pin(_ node: Int) -> Int64? { pins[find(node)] }

    /// Joins two sets unless they share a tag or hold two pinned groups; `wished` passes over shared tags.
    @discardableResult
    mutating func unite(_ a: Int, _ b: Int, wished: Bool = false) -> Bool {
        let (a, b) = (find(a), find(b))
        guard a != b else { return true }
        if let p = pins[a], let q = pins[b], p != q {
            conflicts += 1
            return false
        }
        let (small, large) = tags[a].count < tags[b].count ? (a, b) : (b, a)
        if !wished, tags[small].contains(where: { tags[large].contains($0) }) {
            conflicts += 1
            return false
        }
        let (root, child) = (min(a, b), max(a, b))
        let joined = tags[large].union(tags[small])
        (tags[a], tags[b]) = ([], [])
        tags[root] = joined
        pins[root] = pins[a] ?? pins[b]
        parent[child] = root
        return true
    }
}
