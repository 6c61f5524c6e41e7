/// Sets that grow together, each named by its smallest member: the names do not depend on the order of the unions.
struct DisjointSets {
    private var parent: [Int32]

    init(count: Int) { parent = (0..<Int32(count)).map { $0 } }

    mutating func find(_ i: Int) -> Int {
        var root = i
        while Int(parent[root]) != root { root = Int(parent[root]) }
        var node = i
        while Int(parent[node]) != root {
            let next = Int(parent[node])
            parent[node] = Int32(root)
            node = next
        }
        return root
    }

    mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (find(a), find(b))
        if a != b { parent[max(a, b)] = Int32(min(a, b)) }
    }

    /// Makes these elements sets of their own again; all elements of a set have to be among them.
    mutating func separate(_ elements: [Int]) { for i in elements { parent[i] = Int32(i) } }
}
