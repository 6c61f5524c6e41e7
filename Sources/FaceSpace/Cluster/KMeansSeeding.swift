package import FaceCore

/// The rows that k-means begins from: k-means++ (Arthur, Vassilvitskii 2007), for many centres k-means‖ (Bahmani et al.
/// 2012). Random numbers are drawn in order of the rows, so that they do not depend on the number of threads.
package struct KMeansSeeding {
    private let rows: Matrix
    private let seed: UInt64
    private let threads: Int

    /// The most centres that k-means++ is asked for.
    package static let mostSequential = 1000
    /// Rounds of k-means‖, and candidates for a centre in each.
    private static let rounds = 5
    private static let oversampling = 2.0

    package init(_ rows: Matrix, seed: UInt64, threads: Int) {
        self.rows = rows
        self.seed = seed
        self.threads = threads
    }

    /// `count` rows, of which there are that many.
    package func centres(_ count: Int) throws(LikenessError) -> [Int] {
        var random = SeededRandom(seed: seed)
        guard count > Self.mostSequential else { return plusPlus(count) { random.unit() } }
        return try parallel(count, &random)
    }

    /// k-means++ with uniforms from outside: the first row is ⌊u·n⌋, each next one the first whose running sum of weighted
    /// squared distances to the nearest chosen row exceeds u times the total. O(n·count·d).
    package func plusPlus(_ count: Int, weights: [Double]? = nil, uniform: () -> Double) -> [Int] {
        let n = rows.rows
        guard count > 0, n > 0 else { return [] }
        var chosen: [Int] = []
        var isChosen = [Bool](repeating: false, count: n)
        var distances = [Double](repeating: .infinity, count: n)
        while chosen.count < min(count, n) {
            let next: Int
            if chosen.isEmpty {
                next = min(n - 1, Int(uniform() * Double(n)))
            } else {
                next = Self.draw(distances, weights, uniform()) ?? isChosen.firstIndex(of: false) ?? 0
            }
            chosen.append(next)
            isChosen[next] = true
            let before = distances
            distances = parallelMap(n, threads: threads, grain: 2048) {
                min(before[$0], Double(rows.squaredDistance($0, rows, next)))
            }
        }
        return chosen
    }

    /// nil where all weights are 0: every row equals a chosen one.
    private static func draw(_ distances: [Double], _ weights: [Double]?, _ u: Double) -> Int? {
        var sums = [Double](repeating: 0, count: distances.count)
        var total = 0.0
        for i in distances.indices {
            total += distances[i] * (weights?[i] ?? 1)
            sums[i] = total
        }
        guard total > 0 else { return nil }
        let goal = u * total
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > goal { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// k-means‖: a few rounds draw rows by their distance to all drawn before; k-means++ picks among them, each weighing
    /// as many rows as it is nearest to.
    private func parallel(_ count: Int, _ random: inout SeededRandom) throws(LikenessError) -> [Int] {
        let n = rows.rows
        var candidates = [min(n - 1, Int(random.unit() * Double(n)))]
        var isCandidate = [Bool](repeating: false, count: n)
        isCandidate[candidates[0]] = true
        var distances = [Double](repeating: .infinity, count: n)
        var fresh = candidates
        for round in 0...Self.rounds {
            let centres = KMeansCentres(rows.rows(at: fresh))
            let nearest = try NearestCentres(rows, centres, threads: threads)
            let now = centres.distances(rows, nearest.labels, threads: threads)
            for i in 0..<n { distances[i] = min(distances[i], now[i]) }
            if round == Self.rounds { break }
            let total = distances.reduce(0, +)
            guard total > 0 else { break }
            fresh = []
            for i in 0..<n {
                let u = random.unit()
                guard !isCandidate[i], u < Self.oversampling * Double(count) * distances[i] / total else { continue }
                isCandidate[i] = true
                fresh.append(i)
            }
            if fresh.isEmpty { break }
            candidates += fresh
        }
        // too few where most rows are equal: any others then
        for i in 0..<n where candidates.count < count && !isCandidate[i] { candidates.append(i) }
        candidates.sort()
        let chosen = rows.rows(at: candidates)
        let nearest = try NearestCentres(rows, KMeansCentres(chosen), threads: threads)
        var weights = [Double](repeating: 0, count: candidates.count)
        for label in nearest.labels { weights[Int(label)] += 1 }
        let picked = KMeansSeeding(chosen, seed: seed, threads: threads)
            .plusPlus(count, weights: weights) { random.unit() }
        return picked.map { candidates[$0] }
    }
}
