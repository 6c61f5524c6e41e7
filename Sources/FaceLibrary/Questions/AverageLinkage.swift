import FaceCore

/// Groups that grow together by the mean similarity of all pairs across them (average linkage), by chains of nearest
/// neighbours (Murtagh 1983).
struct AverageLinkage {
    /// Two clusters become one. Elements are 0..<n, the k-th union makes cluster n + k.
    struct Union {
        let a: Int
        let b: Int
        /// The mean similarity of all pairs across the two.
        let similarity: Float
    }

    /// Unions by falling similarity; n − 1 of them.
    let unions: [Union]
    let count: Int

    /// Of elements that stand for `weights` faces each, with the mean similarities of their faces. O(n²) time and memory.
    /// Ties go to the lower element.
    init(similarities: [Float], weights: [Int]) {
        let n = weights.count
        precondition(similarities.count == n * n, "a square of similarities is needed")
        var s = similarities
        var weight = weights.map(Float.init)
        var active = [Bool](repeating: true, count: n)
        var raw: [(a: Int, b: Int, similarity: Float)] = []
        var chain: [Int] = []
        while raw.count < n - 1 {
            if chain.isEmpty { chain.append(active.firstIndex(of: true) ?? 0) }
            let x = chain[chain.count - 1]
            // the one that came before wins ties, so that every chain ends
            var y = chain.count > 1 ? chain[chain.count - 2] : -1
            var best = y >= 0 ? s[x * n + y] : -.infinity
            for j in 0..<n where active[j] && j != x && s[x * n + j] > best { (y, best) = (j, s[x * n + j]) }
            if chain.count > 1, y == chain[chain.count - 2] {
                chain.removeLast(2)
                let (keep, drop) = (min(x, y), max(x, y))
                raw.append((keep, drop, best))
                let total = weight[keep] + weight[drop]
                for j in 0..<n where active[j] && j != keep && j != drop {
                    let mean = (weight[keep] * s[keep * n + j] + weight[drop] * s[drop * n + j]) / total
                    s[keep * n + j] = mean
                    s[j * n + keep] = mean
                }
                weight[keep] = total
                active[drop] = false
            } else {
                chain.append(y)
            }
        }
        count = n
        unions = Self.ordered(raw, n)
    }

    /// By falling similarity, with the numbers of clusters that go with that order.
    private static func ordered(_ raw: [(a: Int, b: Int, similarity: Float)], _ n: Int) -> [Union] {
        let sorted = raw.sorted { (-$0.similarity, $0.a, $0.b) < (-$1.similarity, $1.a, $1.b) }
        var cluster = Array(0..<n)
        var root = Array(0..<n)
        func find(_ i: Int) -> Int {
            var i = i
            while root[i] != i { i = root[i] }
            return i
        }
        var out: [Union] = []
        for (k, union) in sorted.enumerated() {
            let (a, b) = (find(union.a), find(union.b))
            out.append(
                Union(a: min(cluster[a], cluster[b]), b: max(cluster[a], cluster[b]), similarity: union.similarity))
            root[max(a, b)] = min(a, b)
            cluster[min(a, b)] = n + k
        }
        return out
    }

    /// The elements of each cluster.
    func elements(of cluster: Int) -> [Int] {
        var out: [Int] = []
        var open = [cluster]
        while let c = open.popLast() {
            if c < count { out.append(c) } else { open += [unions[c - count].a, unions[c - count].b] }
        }
        return out.sorted()
    }
}
