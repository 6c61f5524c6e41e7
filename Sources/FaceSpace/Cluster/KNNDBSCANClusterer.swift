public import FaceCore

/// DBSCAN on the lists of nearest neighbours, cut at one threshold or at a threshold of each row's own.
///
/// A row whose best neighbours are near (a compact person) asks for more than one whose neighbours are far (a child, many
/// ages). τᵢ = clamp(τ₀ + λ·(mᵢ − median m), lowest, highest) with mᵢ the mean of its `scaleNeighbours` best similarities;
/// Kᵢ = the listed neighbours of at least τᵢ; a row is core when |Kᵢ| + 1 ≥ `minPoints`; core rows i, j are linked when
/// one (or, with `mutual`, each) is in the other's K and sᵢⱼ ≥ max(τᵢ, τⱼ). Any other row joins its most similar core row of
/// Kᵢ, or is nobody's. λ = 0 gives DBSCAN with one threshold. O(n·k).
public struct KNNDBSCANClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// τ₀.
        public var threshold: Float
        /// λ; 0: one threshold for all rows.
        public var adaptation: Float
        public var lowest: Float
        public var highest: Float
        public var scaleNeighbours: Int
        public var minPoints: Int
        /// A link needs both rows to list each other.
        public var mutual: Bool

        /// `lowest` and `highest` are 0.1 around the threshold unless given.
        public init(
            neighbours: Int = 80, threshold: Float, adaptation: Float = 0.5, lowest: Float? = nil,
            highest: Float? = nil, scaleNeighbours: Int = 8, minPoints: Int = 2, mutual: Bool = false
        ) {
            self.neighbours = neighbours
            self.threshold = threshold
            self.adaptation = adaptation
            self.lowest = lowest ?? threshold - 0.1
            self.highest = highest ?? threshold + 0.1
            self.scaleNeighbours = scaleNeighbours
            self.minPoints = minPoints
            self.mutual = mutual
        }
    }

    public let method: String
    public let options: Options

    public init(_ options: Options) {
        method = options.adaptation == 0 ? "knn-dbscan" : "knn-dbscan-adaptive"
        self.options = options
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(
            k: options.neighbours, reads: options.adaptation == 0 ? options.threshold : -.infinity, threads: threads)
        let labels = partition(graph).labels
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "threshold": Double(options.threshold),
                "adaptation": Double(options.adaptation), "lowest": Double(options.lowest),
                "highest": Double(options.highest), "scaleNeighbours": Double(options.scaleNeighbours),
                "minPoints": Double(options.minPoints), "mutual": options.mutual ? 1 : 0,
            ])
    }

    /// What the rows of a graph come to.
    package struct Partition {
        package var labels: [Int]
        /// mᵢ.
        package var scale: [Float]
        /// τᵢ.
        package var thresholds: [Float]
        package var isCore: [Bool]
    }

    package func partition(_ graph: NeighbourGraph) -> Partition {
        let scale = (0..<graph.rows).map { scaleOf($0, graph) }
        let middle = median(scale.compactMap { $0 })
        // a row without neighbours has no scale, and no use for a threshold
        let thresholds = scale.map {
            min(
                max(options.threshold + options.adaptation * (($0 ?? middle) - middle), options.lowest), options.highest
            )
        }
        let near = (0..<graph.rows).map { row in
            graph.withNeighbours(of: row) { _, similarities in
                similarities.prefix { $0 >= thresholds[row] }.count
            }
        }
        let isCore = near.map { $0 + 1 >= options.minPoints }
        var sets = DisjointSets(count: graph.rows)
        for row in 0..<graph.rows where isCore[row] {
            graph.withNeighbours(of: row) { list, similarities in
                for place in 0..<near[row] where isCore[Int(list[place])] {
                    let other = Int(list[place])
                    guard similarities[place] >= thresholds[other] else { continue }
                    if !options.mutual || lists(other, row, graph, first: near[other]) { sets.unite(row, other) }
                }
            }
        }
        let labels = (0..<graph.rows).map { row in
            if isCore[row] { return sets.find(row) }
            return graph.withNeighbours(of: row) { list, _ in
                list.prefix(near[row]).first { isCore[Int($0)] }.map { sets.find(Int($0)) } ?? -1
            }
        }
        return Partition(
            labels: Grouping.numbered(labels), scale: scale.map { $0 ?? middle }, thresholds: thresholds,
            isCore: isCore)
    }

    private func scaleOf(_ row: Int, _ graph: NeighbourGraph) -> Float? {
        graph.withNeighbours(of: row) { _, similarities in
            let best = similarities.prefix(options.scaleNeighbours)
            return best.isEmpty ? nil : Float(best.reduce(0.0) { $0 + Double($1) } / Double(best.count))
        }
    }

    /// Whether the first `first` neighbours of a row hold another.
    private func lists(_ row: Int, _ other: Int, _ graph: NeighbourGraph, first: Int) -> Bool {
        graph.withNeighbours(of: row) { list, _ in list.prefix(first).contains(Int32(other)) }
    }
}
