public import FaceCore

/// Affinity propagation (Frey, Dueck 2007): rows exchange messages until some of them stand for the others.
///
/// Dense: three n×n matrices of floats, hence at most 5,000 rows; O(n²) an iteration. `preference` is the quantile of all
/// similarities that a row has with itself: higher, more groups. Where the exemplars stay the same for `patience`
/// iterations it has converged; otherwise the result of the last one is given and `converged` is 0 among the parameters.
public struct AffinityPropagationClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        /// Quantile of the similarities, 0…1.
        public var preference: Double
        public var damping: Float
        public var iterations: Int
        public var patience: Int

        public init(preference: Double = 0.5, damping: Float = 0.7, iterations: Int = 400, patience: Int = 30) {
            self.preference = preference
            self.damping = damping
            self.iterations = iterations
            self.patience = patience
        }
    }

    /// The most rows that are taken: 300 MB.
    public static let mostRows = 5_000

    public let method = "affinity-propagation"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    /// Throws `too-many-rows` beyond ``mostRows``.
    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let n = input.count
        guard n <= Self.mostRows else {
            throw LikenessError(
                .tooManyRows, subject: method, "\(n) rows are more than the \(Self.mostRows) whose pairs are held",
                remedy: "use a method on the neighbour graph")
        }
        let similarities = try Self.similarities(input.vectors, threads: threads)
        let preference = Self.quantile(similarities, n, options.preference)
        let found = partition(similarities, count: n, preference: preference, threads: threads)
        let graph = try input.neighbours(k: 16, threads: threads)
        return Grouping(
            labels: found.labels,
            confidence: silhouetteConfidence(found.labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: [
                "preference": Double(preference), "damping": Double(options.damping),
                "iterations": Double(found.iterations), "converged": found.converged ? 1 : 0,
            ])
    }

    /// Exemplars, the group of each row, and how it ended.
    package struct Outcome {
        package var exemplars: [Int]
        package var labels: [Int]
        package var iterations: Int
        package var converged: Bool
    }

    /// Groups by n×n similarities, the diagonal not read.
    package func partition(_ similarities: [Float], count n: Int, preference: Float, threads: Int) -> Outcome {
        guard n > 1 else {
            return Outcome(
                exemplars: Array(0..<n), labels: [Int](repeating: 0, count: n), iterations: 0, converged: true)
        }
        if let flat = level(similarities, n, preference) { return flat }
        var state = Messages(similarities, count: n, preference: preference, damping: options.damping)
        var exemplars: [Int] = []
        var (stable, done) = (0, 0)
        while done < options.iterations, stable < options.patience {
            state.exchange(threads: threads)
            done += 1
            let now = state.exemplars()
            stable = now == exemplars && !now.isEmpty ? stable + 1 : 0
            exemplars = now
        }
        let refined = refine(exemplars, similarities, n)
        return Outcome(
            exemplars: refined, labels: Grouping.numbered(assign(refined, similarities, n)), iterations: done,
            converged: stable >= options.patience)
    }

    /// Messages cannot tell equal rows apart: where all similarities are equal, each is on its own or all are one.
    private func level(_ similarities: [Float], _ n: Int, _ preference: Float) -> Outcome? {
        let first = similarities[1]
        for i in 0..<n { for j in 0..<n where i != j && similarities[i * n + j] != first { return nil } }
        let isOne = preference < first
        return Outcome(
            exemplars: isOne ? [0] : Array(0..<n), labels: isOne ? [Int](repeating: 0, count: n) : Array(0..<n),
            iterations: 0, converged: true)
    }

    /// The most similar exemplar of each row; −1 without exemplars.
    private func assign(_ exemplars: [Int], _ similarities: [Float], _ n: Int) -> [Int] {
        guard !exemplars.isEmpty else { return [Int](repeating: -1, count: n) }
        var labels = (0..<n).map { row in
            exemplars.indices.max {
                (similarities[row * n + exemplars[$0]], -$0) < (similarities[row * n + exemplars[$1]], -$1)
            }!
        }
        for (label, row) in exemplars.enumerated() { labels[row] = label }
        return labels
    }

    /// In each group the member with the largest sum of similarities from all of them, as scikit-learn does.
    private func refine(_ exemplars: [Int], _ similarities: [Float], _ n: Int) -> [Int] {
        let labels = assign(exemplars, similarities, n)
        return exemplars.indices.map { label in
            let members = labels.indices.filter { labels[$0] == label }
            let sums = members.map { to in
                members.reduce(0.0) { $0 + ($1 == to ? 0 : Double(similarities[$1 * n + to])) }
            }
            return members[sums.indices.max { (sums[$0], -$0) < (sums[$1], -$1) }!]
        }.sorted()
    }

    private static func similarities(_ vectors: Matrix, threads: Int) throws(LikenessError) -> [Float] {
        let n = vectors.rows
        guard n > 0 else { return [] }
        let tile = try SimilarityTile(vectors, vectors, threads: threads)
        return [Float](unsafeUninitializedCapacity: n * n) { buffer, initialised in
            nonisolated(unsafe) let base = buffer.baseAddress!
            let block = 4 * SimilarityTile.panel
            parallelFor((n + block - 1) / block, threads: threads) { t in
                tile.products(t * block..<min(n, (t + 1) * block), 0..<n, into: base + t * block * n)
            }
            initialised = n * n
        }
    }

    /// The quantile of all similarities of two rows.
    private static func quantile(_ similarities: [Float], _ n: Int, _ q: Double) -> Float {
        var values: [Float] = []
        values.reserveCapacity(n * max(0, n - 1) / 2)
        for i in 0..<n { values.append(contentsOf: similarities[i * n..<i * n + i]) }
        guard !values.isEmpty else { return 0 }
        if q == 0.5 { return median(values) }
        values.sort()
        return values[Int((q * Double(values.count - 1)).rounded())]
    }
}

/// Responsibilities and availabilities.
private struct Messages {
    private let n: Int
    private let damping: Float
    private var similarities: [Float]
    private var responsibilities: [Float]
    private var availabilities: [Float]

    init(_ similarities: [Float], count n: Int, preference: Float, damping: Float) {
        self.n = n
        self.damping = damping
        self.similarities = similarities
        for i in 0..<n { self.similarities[i * n + i] = preference }
        responsibilities = [Float](repeating: 0, count: n * n)
        availabilities = responsibilities
    }

    func exemplars() -> [Int] {
        (0..<n).filter { responsibilities[$0 * n + $0] + availabilities[$0 * n + $0] > 0 }
    }

    mutating func exchange(threads: Int) {
        let (n, damping) = (n, damping)
        similarities.withUnsafeBufferPointer { s in
            responsibilities.withUnsafeMutableBufferPointer { r in
                availabilities.withUnsafeMutableBufferPointer { a in
                    nonisolated(unsafe) let (s, r, a) = (s.baseAddress!, r.baseAddress!, a.baseAddress!)
                    parallelFor(n, threads: threads, grain: 16) { i in
                        respond(n, damping, s + i * n, a + i * n, r + i * n)
                    }
                    let sums = columnSums(n, r, threads: threads)
                    parallelFor(n, threads: threads, grain: 16) { i in
                        offer(i, n, damping, r + i * n, sums, a + i * n)
                    }
                }
            }
        }
    }
}

/// r(i, k) ← s(i, k) − max over k′ ≠ k of a(i, k′) + s(i, k′), damped.
private func respond(
    _ n: Int, _ damping: Float, _ s: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ r: UnsafeMutablePointer<Float>
) {
    var (first, second, place) = (-Float.infinity, -Float.infinity, 0)
    for k in 0..<n {
        let value = a[k] + s[k]
        if value > first {
            (second, first, place) = (first, value, k)
        } else if value > second {
            second = value
        }
    }
    for k in 0..<n { r[k] = damping * r[k] + (1 - damping) * (s[k] - (k == place ? second : first)) }
}

/// Σᵢ max(0, r(i, k)), on the diagonal r itself; columns in parts, rows in order.
private func columnSums(_ n: Int, _ r: UnsafePointer<Float>, threads: Int) -> [Double] {
    let part = 256
    nonisolated(unsafe) let r = r
    let parts = parallelMap((n + part - 1) / part, threads: threads, grain: 1) { p in
        let columns = p * part..<min(n, (p + 1) * part)
        var sums = [Double](repeating: 0, count: columns.count)
        for i in 0..<n {
            for k in columns {
                let value = r[i * n + k]
                sums[k - columns.lowerBound] += Double(i == k ? value : max(0, value))
            }
        }
        return sums
    }
    return parts.flatMap { $0 }
}

/// a(i, k) ← min(0, the sum without i's own part), a(k, k) without the minimum, damped.
private func offer(
    _ i: Int, _ n: Int, _ damping: Float, _ r: UnsafePointer<Float>, _ sums: [Double], _ a: UnsafeMutablePointer<Float>
) {
    for k in 0..<n {
        let value = Float(sums[k] - Double(k == i ? r[k] : max(0, r[k])))
        a[k] = damping * a[k] + (1 - damping) * (k == i ? value : min(0, value))
    }
}
