public import FaceCore

/// Hierarchical agglomerative clustering of all pairs by single, complete or average linkage.
///
/// The nearest-neighbour chain (Benzécri 1982, Juan 1982) finds the unions of any linkage that is reducible; sorted by
/// height they are SciPy's table. Distance 1 − s. O(n²·d) time for the distances and O(n²) for the chain; 2·n² bytes, hence
/// at most 20,000 rows.
public struct AgglomerativeClusterer: Clusterer {
    public enum Linkage: String, Sendable, Hashable, CaseIterable {
        case single
        case complete
        case average
    }

    /// The most rows that are taken: 0.8 GB of distances.
    public static let mostRows = 20_000

    public var method: String { "hac-\(linkage.rawValue)" }
    public let linkage: Linkage
    /// The lowest similarity of two groups that join.
    public let threshold: Float

    public init(_ linkage: Linkage, threshold: Float) {
        self.linkage = linkage
        self.threshold = threshold
    }

    /// Throws `too-many-rows` beyond ``mostRows``.
    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let labels = try dendrogram(input.vectors, threads: threads).labels(cut: 1 - Double(threshold))
        let graph = try input.neighbours(k: 16, threads: threads)
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method, parameters: ["threshold": Double(threshold)])
    }

    /// All unions.
    package func dendrogram(_ vectors: Matrix, threads: Int) throws(LikenessError) -> Dendrogram {
        let n = vectors.rows
        guard n <= Self.mostRows else {
            throw LikenessError(
                .tooManyRows, subject: method, "\(n) rows are more than the \(Self.mostRows) whose pairs are held",
                remedy: "use hac-sparse, which works on the neighbour graph")
        }
        guard n > 1 else { return Dendrogram(rows: n, unions: []) }
        let distances = try DistanceTriangle(vectors, threads: threads)
        return Dendrogram(rows: n, unions: unions(distances))
    }

    private func unions(_ distances: DistanceTriangle) -> [(a: Int, b: Int, height: Double)] {
        var unions: [(a: Int, b: Int, height: Double)] = []
        // groups that are left, named by one of their rows
        var left = Array(0..<distances.rows)
        var sizes = [Int](repeating: 1, count: distances.rows)
        var chain: [Int] = []
        while left.count > 1 {
            if chain.isEmpty { chain.append(left[0]) }
            let tip = chain[chain.count - 1]
            let before = chain.count > 1 ? chain[chain.count - 2] : nil
            let next = nearest(tip, before: before, left, distances)
            guard next == before else {
                chain.append(next)
                continue
            }
            chain.removeLast(2)
            let (kept, gone) = (min(tip, next), max(tip, next))
            unions.append((kept, gone, Double(distances[kept, gone])))
            left.removeAll { $0 == gone }
            for other in left where other != kept {
                distances[kept, other] = joined(
                    distances[kept, other], distances[gone, other], sizes[kept], sizes[gone])
            }
            sizes[kept] += sizes[gone]
        }
        return unions
    }

    /// The nearest group to `tip`; among equals the one before it in the chain, else the lowest.
    private func nearest(_ tip: Int, before: Int?, _ left: [Int], _ distances: DistanceTriangle) -> Int {
        var best = before ?? -1
        var least = before.map { distances[tip, $0] } ?? .infinity
        for other in left where other != tip {
            let distance = distances[tip, other]
            if distance < least || best < 0 { (best, least) = (other, distance) }
        }
        return best
    }

    /// The distance of a union to another group (Lance, Williams 1967).
    private func joined(_ a: Float, _ b: Float, _ sizeA: Int, _ sizeB: Int) -> Float {
        switch linkage {
        case .single: min(a, b)
        case .complete: max(a, b)
        case .average:
            Float((Double(sizeA) * Double(a) + Double(sizeB) * Double(b)) / Double(sizeA + sizeB))
        }
    }
}

extension LikenessError.Code {
    /// More rows than a method that looks at all pairs can take.
    public static let tooManyRows = Self("too-many-rows", exitStatus: 65)
}
