/// Keeps the links whose ends know the same people: STAR-FC's pruning (Shen et al. 2021).
public enum NodeIntimacy {
    /// max(c/|N_a|, c/|N_b|) of each link, c the number of common neighbours. O(Σ degrees over links).
    public static func scores(nodes: Int, links: [(Int, Int)]) -> [Float] {
        var neighbours = [Set<Int>](repeating: [], count: nodes)
        for (a, b) in links {
            neighbours[a].insert(b)
            neighbours[b].insert(a)
        }
        return links.map { a, b in
            let (small, large) = neighbours[a].count < neighbours[b].count ? (a, b) : (b, a)
            let common = neighbours[small].count { neighbours[large].contains($0) }
            return Float(common) / Float(neighbours[small].count)
        }
    }
}
