public import FaceCore

/// Which items make up each batch of an epoch: a pure function of (seed, epoch), so a resumed run sees the same ones.
public struct BatchSampler: Sendable, Hashable {
    public enum Order: Sendable, Hashable {
        /// One permutation of all items.
        case shuffled
        /// Identities without replacement in a batch, `images` of each, with replacement where it has fewer. An identity is
        /// drawn with the weight n^`power` (0: all alike, ½, 1: by its pictures).
        case identities(count: Int, images: Int, power: Double = 0)
        /// Items drawn with replacement, weight 1/n^`beta` of their class (0: as they come, 1: all classes alike).
        case balanced(beta: Double)
        /// A fixed share of every batch for each domain, in the order of the domains' names; shares sum to 1.
        case mixture([String: Double])
    }

    public let order: Order
    /// Items of one process in one batch.
    public let batch: Int
    public let seed: UInt64
    private let labels: [Int]
    private let byClass: [[Int]]
    private let domains: [String?]

    /// Labels of all items. Throws `training-input` when a batch cannot be filled.
    public init(
        labels: [Int], order: Order, batch: Int, seed: UInt64, domains: [String?] = []
    ) throws(LikenessError) {
        var byClass = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
        for (i, label) in labels.enumerated() { byClass[label].append(i) }
        let present = byClass.count { !$0.isEmpty }
        switch order {
        case .identities(let count, let images, _):
            guard count >= 1, images >= 1, count * images == batch, count <= present else {
                throw LikenessError(
                    .trainingInput, subject: "batch",
                    "\(count) identities × \(images) pictures are no batch of \(batch) out of \(present) identities")
            }
        case .mixture(let shares):
            guard domains.count == labels.count, abs(shares.values.reduce(0, +) - 1) < 1e-6,
                shares.keys.allSatisfy({ name in domains.contains(name) })
            else {
                throw LikenessError(.trainingInput, subject: "mixture", "shares must sum to 1 over domains of the data")
            }
        case .shuffled, .balanced: break
        }
        guard batch >= 1, !labels.isEmpty else {
            throw LikenessError(.trainingInput, subject: "batch", "\(batch) of \(labels.count) items")
        }
        (self.labels, self.order, self.batch, self.seed) = (labels, order, batch, seed)
        (self.byClass, self.domains) = (byClass, domains)
    }

    /// Whole batches in an epoch of `processes` processes; what is left over is dropped.
    public func steps(processes: Int = 1) -> Int { max(1, labels.count / (batch * processes)) }

    /// The batches of one process. Process r of R takes positions r, r+R, … of the epoch's order (P×K groups are not
    /// split: it takes every R-th batch). All processes together see what one process with R times the batch would.
    public func epoch(_ epoch: Int, rank: Int = 0, processes: Int = 1) -> [[Int]] {
        var random = SeededRandom(seed: seed ^ UInt64(epoch) &* 0x9E37_79B9_7F4A_7C15)
        _ = random.next()
        let steps = steps(processes: processes)
        switch order {
        case .shuffled:
            var all = Array(labels.indices)
            all.shuffle(using: &random)
            return sliced(all, steps, rank, processes)
        case .balanced(let beta):
            return sliced(balanced(beta, steps * batch * processes, &random), steps, rank, processes)
        case .identities(let count, let images, let power):
            var out: [[Int]] = []
            for n in 0..<steps * processes {
                let one = groups(count, images, power, &random)
                if n % processes == rank { out.append(one) }
            }
            return out
        case .mixture(let shares): return mixed(shares, steps, rank, processes, &random)
        }
    }

    private func sliced(_ all: [Int], _ steps: Int, _ rank: Int, _ processes: Int) -> [[Int]] {
        (0..<steps).map { step in
            // Fewer items than a batch: the order is gone through again.
            (0..<batch).map { all[(step * batch * processes + $0 * processes + rank) % all.count] }
        }
    }

    private func balanced(_ beta: Double, _ n: Int, _ random: inout SeededRandom) -> [Int] {
        let weights = labels.map { power(Double(byClass[$0].count), -beta) }
        let table = cumulative(weights)
        return (0..<n).map { _ in pick(table, &random) }
    }

    private func groups(_ count: Int, _ images: Int, _ exponent: Double, _ random: inout SeededRandom) -> [Int] {
        // Weighted draws without replacement: the largest of u^(1/w) (Efraimidis and Spirakis 2006).
        let keys = byClass.indices.filter { !byClass[$0].isEmpty }.map { c in
            (key: power(random.unit(), 1 / power(Double(byClass[c].count), exponent)), label: c)
        }
        let chosen = keys.sorted { ($0.key, $1.label) > ($1.key, $0.label) }.prefix(count).map(\.label)
        return chosen.flatMap { c in
            var pool = byClass[c]
            if pool.count < images { return (0..<images).map { _ in pool[Int(random.next() % UInt64(pool.count))] } }
            pool.shuffle(using: &random)
            return Array(pool.prefix(images))
        }
    }

    private func mixed(
        _ shares: [String: Double], _ steps: Int, _ rank: Int, _ processes: Int, _ random: inout SeededRandom
    ) -> [[Int]] {
        let names = shares.keys.sorted()
        var left = batch
        var counts = names.map { Int((shares[$0, default: 0] * Double(batch)).rounded(.down)) }
        left -= counts.reduce(0, +)
        for i in 0..<left { counts[i % counts.count] += 1 }
        var out = [[Int]](repeating: [], count: steps)
        for (name, n) in zip(names, counts) {
            var all = labels.indices.filter { domains[$0] == name }
            all.shuffle(using: &random)
            for step in 0..<steps {
                out[step] += (0..<n).map { all[(step * n * processes + $0 * processes + rank) % all.count] }
            }
        }
        return out
    }

    private func power(_ x: Double, _ y: Double) -> Double { y == 0 ? 1 : realPower(x, y) }

    private func cumulative(_ weights: [Double]) -> [Double] {
        var sum = 0.0
        return weights.map {
            sum += $0
            return sum
        }
    }

    private func pick(_ table: [Double], _ random: inout SeededRandom) -> Int {
        let x = random.unit() * (table.last ?? 0)
        var (low, high) = (0, table.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if table[middle] <= x { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
