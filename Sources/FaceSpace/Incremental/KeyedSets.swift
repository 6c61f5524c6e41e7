/// Disjoint sets of any whole numbers, for the few groups that one operation touches.
struct KeyedSets {
    private var parent: [Int: Int] = [:]

    mutating func add(_ key: Int) {
        if parent[key] == nil { parent[key] = key }
    }

    mutating func find(_ key: Int) -> Int {
        var root = key
        while let next = parent[root], next != root { root = next }
        var node = key
        while let next = parent[node], next != root, node != root {
            parent[node] = root
            node = next
        }
        return root
    }

    mutating func unite(_ a: Int, _ b: Int) {
        add(a)
        add(b)
        let (a, b) = (find(a), find(b))
        if a != b { parent[max(a, b)] = min(a, b) }
    }

    /// The sets, each rising, by their first key.
    var sets: [[Int]] {
        mutating get {
            var byRoot: [Int: [Int]] = [:]
            for key in parent.keys.sorted() { byRoot[find(key), default: []].append(key) }
            return byRoot.values.sorted { $0[0] < $1[0] }
        }
    }
}
