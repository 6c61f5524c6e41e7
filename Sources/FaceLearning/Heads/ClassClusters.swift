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

    /// Consecutive classes together, for weights that are still noise: there is nothing to cluster.
    public static func consecutive(_ classes: Int, count k: Int) throws(LikenessError) -> ClassClusters {
        guard k >= 1, k <= classes else {
            throw LikenessError(.usage, subject: "clusters", "\(k) clusters cannot be made of \(classes) classes")
        }
        return try ClassClusters(clusterOfClass: (0..<classes).map { $0 * k / classes })
    }

    /// Spherical k-means over class centres (C×D, rows of any length), at most `cap` classes a cluster.
    ///
    /// Every round assigns classes to their nearest centre with room, the surest first (largest lead over the second
    /// choice), so that a large group of look-alikes is split evenly. With `start` it goes on from those clusters, which
    /// keep their numbers. Throws `usage` for counts that do not fit, `non-finite`. O(rounds·C·K·D).
    public static func balanced(
        _ centres: Matrix, count k: Int, cap: Int? = nil, rounds: Int = 20, start: ClassClusters? = nil,
        seed: UInt64 = 1, threads: Int = availableThreads()
    ) throws(LikenessError) -> ClassClusters {
        let n = centres.rows
        guard k >= 1, k <= n, start?.members.count ?? k == k, start?.clusterOfClass.count ?? n == n else {
            throw LikenessError(.usage, subject: "clusters", "\(k) clusters cannot be made of \(n) classes")
        }
        let room = cap ?? (n + k - 1) / k
        guard room * k >= n else {
            throw LikenessError(.usage, subject: "clusters", "\(k) clusters of \(room) do not hold \(n) classes")
        }
        var rows = centres
        rows.normaliseRows(threads: threads)
        var means: Matrix
        if let start {
            means = Matrix(rows: k, columns: rows.columns)
            renew(&means, rows, start.clusterOfClass)
        } else {
            var random = SeededRandom(seed: seed)
            means = Matrix(spreadStart((0..<n).map { rows.row($0) }, k, &random))
        }
        var assigned = [Int](repeating: -1, count: n)
        for _ in 0..<rounds {
            let next = try assign(rows, means, room: room, threads: threads)
            if next == assigned { break }
            assigned = next
            renew(&means, rows, assigned)
        }
        return try ClassClusters(clusterOfClass: numbered(assigned))
    }

    /// Clusters without a class are left out.
    private static func numbered(_ assigned: [Int]) -> [Int] {
        let number = Dictionary(uniqueKeysWithValues: Set(assigned).sorted().enumerated().map { ($1, $0) })
        return assigned.map { number[$0, default: 0] }
    }

    /// The means of the assigned rows, at length one; that of an empty cluster stays.
    private static func renew(_ means: inout Matrix, _ rows: Matrix, _ assigned: [Int]) {
        let d = rows.columns
        var sums = [Float](repeating: 0, count: means.rows * d)
        for (i, j) in assigned.enumerated() {
            rows.withRow(i) { row in for c in 0..<d { sums[j * d + c] += row[c] } }
        }
        for j in 0..<means.rows {
            let sum = Array(sums[j * d..<(j + 1) * d])
            if sum.contains(where: { $0 != 0 }) { means.setRow(j, unit(sum)) }
        }
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

    /// Nearest means that are looked at first; all of them where those are full.
    private static let candidates = 16

    private static func assign(
        _ rows: Matrix, _ means: Matrix, room: Int, threads: Int
    ) throws(LikenessError) -> [Int] {
        let width = min(candidates, means.rows)
        let nearest = try means.topNeighbours(of: rows, k: width, threads: threads)
        func lead(_ i: Int) -> Float {
            width > 1 ? nearest.similarities[i * width] - nearest.similarities[i * width + 1] : 0
        }
        let leads = (0..<rows.rows).map(lead)
        var free = [Int](repeating: room, count: means.rows)
        var assigned = [Int](repeating: 0, count: rows.rows)
        for i in leads.indices.sorted(by: { (-leads[$0], $0) < (-leads[$1], $1) }) {
            let first = nearest.indices[i * width..<(i + 1) * width].first { free[Int($0)] > 0 }
            let j = first.map(Int.init) ?? nearestFree(rows, i, means, free)
            assigned[i] = j
            free[j] -= 1
        }
        return assigned
    }

    private static func nearestFree(_ rows: Matrix, _ i: Int, _ means: Matrix, _ free: [Int]) -> Int {
        var (best, most) = (0, -Float.infinity)
        for j in free.indices where free[j] > 0 {
            let value = rows.dot(i, means, j)
            if value > most { (best, most) = (j, value) }
        }
        return best
    }

    private static func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    private static func unit(_ a: [Float]) -> [Float] {
        let length = dot(a, a).squareRoot()
        return length > 1e-12 ? a.map { $0 / length } : a
    }
}
