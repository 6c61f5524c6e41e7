public import FaceCore

/// Spectral clustering (Ng, Jordan, Weiss 2001) in each connected part of the neighbour graph.
///
/// Rows of the first m eigenvectors of the normalised Laplacian, scaled to unit length, are grouped by k-means. m is the
/// largest gap among the first 64 eigenvalues of a part, or its share of `clusters`: as many as it has among the smallest
/// eigenvalues of all parts together. Parts of fewer than 8 rows stay whole. O(iterations·(edges + n·iterations)) a part.
public struct SpectralClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The similarity that an edge needs.
        public var floor: Float
        /// Groups of all parts together; `nil`: by the gaps.
        public var clusters: Int?
        public var seed: UInt64

        public init(neighbours: Int = 80, floor: Float, clusters: Int? = nil, seed: UInt64 = 1) {
            self.neighbours = neighbours
            self.floor = floor
            self.clusters = clusters
            self.seed = seed
        }
    }

    /// Eigenvalues that are looked at in a part, and so its most groups.
    public static let mostEigenvalues = 64
    /// Parts of fewer rows are not divided.
    public static let leastRows = 8

    public let method = "spectral"
    public let options: Options

    public init(_ options: Options) { self.options = options }

    /// Throws `component-missing` without OpenBLAS, and `no-convergence` where a part is too large to be divided.
    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let lists = try input.neighbours(k: options.neighbours, reads: options.floor, threads: threads)
        let labels = try partition(
            UnionGraph(lists, floor: max(options.floor, .leastNonzeroMagnitude)), threads: threads)
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: lists, threads: threads),
            method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "floor": Double(options.floor),
                "clusters": Double(options.clusters ?? 0), "seed": Double(options.seed),
            ])
    }

    /// The group of each row of a graph of positive similarities.
    package func partition(_ graph: UnionGraph, threads: Int) throws(LikenessError) -> [Int] {
        let parts = graph.components()
        var pairs: [NormalisedLaplacian.Pairs?] = []
        for part in parts {
            guard part.count >= Self.leastRows else {
                pairs.append(nil)
                continue
            }
            pairs.append(
                try NormalisedLaplacian(graph, members: part).smallest(
                    Self.mostEigenvalues, seed: options.seed, threads: threads))
        }
        let counts = counts(pairs)
        var labels = [Int](repeating: 0, count: graph.rows)
        var first = 0
        for (k, part) in parts.enumerated() {
            let within = try divide(part.count, pairs[k], counts[k], threads: threads)
            for (row, label) in zip(part, within) { labels[row] = first + label }
            first += counts[k]
        }
        return Grouping.numbered(labels)
    }

    /// Groups of each part.
    private func counts(_ pairs: [NormalisedLaplacian.Pairs?]) -> [Int] {
        guard let clusters = options.clusters else {
            return pairs.map { $0.map { Self.gap($0.values) } ?? 1 }
        }
        let all = pairs.enumerated().flatMap { k, pairs in (pairs?.values ?? [0]).dropFirst().map { ($0, k) } }
        // the 0 of each part makes it a group, whatever was asked for
        var counts = [Int](repeating: 1, count: pairs.count)
        for (_, k) in all.sorted(by: { $0 < $1 }).prefix(max(0, clusters - pairs.count)) { counts[k] += 1 }
        return counts
    }

    /// How many eigenvalues stand before the largest gap.
    package static func gap(_ values: [Double]) -> Int {
        let gaps = zip(values.dropFirst(), values).map { $0 - $1 }
        return (gaps.indices.max { (gaps[$0], -$0) < (gaps[$1], -$1) } ?? 0) + 1
    }

    private func divide(
        _ rows: Int, _ pairs: NormalisedLaplacian.Pairs?, _ count: Int, threads: Int
    ) throws(LikenessError) -> [Int] {
        guard let pairs, count > 1 else { return [Int](repeating: 0, count: rows) }
        var embedding = Matrix(rows: rows, columns: count)
        for row in 0..<rows {
            let values = (0..<count).map { pairs.vectors[$0][row] }
            let length = max(values.reduce(0) { $0 + $1 * $1 }.squareRoot(), 1e-12)
            embedding.setRow(row, values.map { Float($0 / length) })
        }
        var best: KMeans.Result?
        for attempt in 0..<10 {
            let seed = options.seed &+ UInt64(attempt)
            let found = try KMeans(.init(clusters: count, isSpherical: false, seed: seed)).run(
                embedding, threads: threads)
            if best.map({ found.objective < $0.objective }) ?? true { best = found }
        }
        return best.map { $0.labels.map { Int($0) } } ?? []
    }
}

extension LikenessError.Code {
    /// An iteration that its bound of work ended.
    public static let noConvergence = Self("no-convergence", exitStatus: 65)
}
