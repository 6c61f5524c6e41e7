public import FaceCore

/// Classes divided into clusters of similar ones, none much larger than the others.
public struct ClassClusters: Sendable, Hashable {
    public let clusterOfClass: [Int]
    /// Classes of each cluster, ascending.
    public let members: [[Int]]
    /// Where a class stands among the members of its cluster.
    public let placeOfClass: [Int]

    /// Clusters are numbered from 0; throws `training-input` when one is empty or a number is negative.
    public init(clusterOfClass: [Int]) throws(LikenessError) {
        let count = (clusterOfClass.max() ?? -1) + 1
        guard clusterOfClass.allSatisfy({ $0 >= 0 }), count <= clusterOfClass.count else {
            throw LikenessError(.trainingInput, subject: "clusters", "cluster numbers do not run from 0")
        }
        var members = [[Int]](repeating: [], count: count)
        var places = clusterOfClass
        for (c, cluster) in clusterOfClass.enumerated() {
            places[c] = members[cluster].count
            members[cluster].append(c)
        }
        guard members.allSatisfy({ !$0.isEmpty }) else {
            throw LikenessError(.trainingInput, subject: "clusters", "a cluster has no class")
        }
        self.clusterOfClass = clusterOfClass
        self.members = members
        placeOfClass = places
    }

    /// Spherical k-means over class centres (C×D, rows of any length), at most `cap` classes a cluster.
    ///
    /// Every round assigns classes to their nearest centre with room, the surest first (largest lead over the second
    /// choice), so that a large group of look-alikes is split evenly. O(rounds·C·K·D).
    public static func balanced(
        _ centres: Matrix, count k: Int, cap: Int? = nil, rounds: Int = 20, seed: UInt64 = 1
    ) throws(LikenessError) -> ClassClusters {
        let n = centres.rows
        guard k >= 1, k <= n else {
            throw LikenessError(.usage, subject: "clusters", "\(k) clusters cannot be made of \(n) classes")
        }
        let room = cap ?? (n + k - 1) / k
        guard room * k >= n else {
            throw LikenessError(.usage, subject: "clusters", "\(k) clusters of \(room) do not hold \(n) classes")
        }
        let rows = (0..<n).map { unit(centres.row($0)) }
        var random = SeededRandom(seed: seed)
        var means = spreadStart(rows, k, &random)
        var assigned = [Int](repeating: -1, count: n)
        for _ in 0..<rounds {
            let next = assign(rows, means, room: room)
            if next == assigned { break }
            assigned = next
            for j in 0..<k {
                var sum = [Float](repeating: 0, count: centres.columns)
                for i in 0..<n where assigned[i] == j { for d in sum.indices { sum[d] += rows[i][d] } }
                if sum.contains(where: { $0 != 0 }) { means[j] = unit(sum) }
            }
        }
        let used = Set(assigned).sorted()
        let number = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
        return try ClassClusters(clusterOfClass: assigned.map { number[$0, default: 0] })
    }

    /// k-means++ on the sphere.
    private static func spreadStart(_ rows: [[Float]], _ k: Int, _ random: inout SeededRandom) -> [[Float]] {
        var means = [rows[Int(random.next() % UInt64(rows.count))]]
        var distance = rows.map { max(0, 1 - dot($0, means[0])) }
        while means.count < k {
            let total = distance.reduce(0, +)
            var left = Float(random.unit()) * total
            let pick =
                distance.firstIndex {
                    left -= $0; return left <= 0
                } ?? Int(random.next() % UInt64(rows.count))
            means.append(rows[pick])
            for i in rows.indices { distance[i] = min(distance[i], max(0, 1 - dot(rows[i], rows[pick]))) }
        }
        return means
    }

    private static func assign(_ rows: [[Float]], _ means: [[Float]], room: Int) -> [Int] {
        let scores = rows.map { row in means.map { dot(row, $0) } }
        let order = scores.map { row in row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) } }
        let lead = scores.indices.map { i in
            means.count > 1 ? scores[i][order[i][0]] - scores[i][order[i][1]] : 0
        }
        var free = [Int](repeating: room, count: means.count)
        var assigned = [Int](repeating: 0, count: rows.count)
        for i in rows.indices.sorted(by: { (-lead[$0], $0) < (-lead[$1], $1) }) {
            guard let j = order[i].first(where: { free[$0] > 0 }) else { continue }
            assigned[i] = j
            free[j] -= 1
        }
        return assigned
    }

    private static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    private static func unit(_ a: [Float]) -> [Float] {
        let length = dot(a, a).squareRoot()
        return length > 1e-12 ? a.map { $0 / length } : a
    }
}
