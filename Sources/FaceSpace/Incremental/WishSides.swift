/// Rows that wishes have joined so far, the sides, and which sides may not meet. A step costs what the smaller side has.
struct WishSides {
    private var parent: [Int32: Int32] = [:]
    /// The sides that each may not meet, both ways, by their roots.
    private var apart: [Int32: Set<Int32>] = [:]
    /// The pinned group of each side.
    private var names: [Int32: Int64] = [:]

    enum Outcome { case joined, together, refused }

    private mutating func find(_ row: Int32) -> Int32 {
        var root = row
        while let next = parent[root] { root = next }
        var node = row
        while let next = parent[node], next != root {
            parent[node] = root
            node = next
        }
        return root
    }

    /// Makes one side of two unless they must be apart or hold two pinned groups.
    mutating func join(_ a: Int32, _ b: Int32) -> Outcome {
        let (x, y) = (find(a), find(b))
        guard x != y else { return .together }
        if apart[x]?.contains(y) == true { return .refused }
        if let p = names[x], let q = names[y], p != q { return .refused }
        let (root, child) = (apart[x]?.count ?? 0) >= (apart[y]?.count ?? 0) ? (x, y) : (y, x)
        parent[child] = root
        for other in apart.removeValue(forKey: child) ?? [] {
            apart[other]?.remove(child)
            apart[other]?.insert(root)
            apart[root, default: []].insert(other)
        }
        if let name = names.removeValue(forKey: child) { names[root] = name }
        return .joined
    }

    /// Keeps two sides apart; false where they are one.
    mutating func part(_ a: Int32, _ b: Int32) -> Bool {
        let (x, y) = (find(a), find(b))
        guard x != y else { return false }
        apart[x, default: []].insert(y)
        apart[y, default: []].insert(x)
        return true
    }

    /// The pinned group of a row's side.
    mutating func name(of row: Int32) -> Int64? { names[find(row)] }

    /// Says that a side is a pinned group.
    mutating func name(_ row: Int32, _ group: Int64) {
        let root = find(row)
        if names[root] == nil { names[root] = group }
    }
}
