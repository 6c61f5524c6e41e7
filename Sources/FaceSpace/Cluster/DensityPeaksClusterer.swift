public import FaceCore

/// Density peaks (Rodriguez, Laio 2014) on the lists of nearest neighbours.
///
/// The density of a row is the sum of its listed similarities of at least `densityFloor`; its parent is the most similar
/// listed row of higher density, equal densities counting as higher for the lower row. Rows follow their parent when the
/// similarity is at least `threshold`, and groups are the trees: a row has one way up, so that a sparse bridge between two
/// dense groups falls to one of them. O(n·k).
public struct DensityPeaksClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        public var densityFloor: Float
        public var threshold: Float

        public init(neighbours: Int = 80, densityFloor: Float = 0.5, threshold: Float) {
            self.neighbours = neighbours
            self.densityFloor = densityFloor
            self.threshold = threshold
        }
    }

    /// The way up of one row.
    package struct Parent: Sendable, Hashable {
        package let row: Int
        package let similarity: Float
    }

    public let method = "density-peaks"
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(
            k: options.neighbours, reads: min(options.densityFloor, options.threshold), threads: threads)
        let densities = Self.densities(graph, floor: options.densityFloor, threads: threads)
        let labels = Self.trees(Self.parents(graph, densities), threshold: options.threshold)
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "densityFloor": Double(options.densityFloor),
                "threshold": Double(options.threshold),
            ])
    }

    /// ρ of each row.
    package static func densities(_ graph: NeighbourGraph, floor: Float, threads: Int) -> [Double] {
        parallelMap(graph.rows, threads: threads) { row in
            graph.withNeighbours(of: row) { _, similarities in
                similarities.reduce(0.0) { $1 >= floor ? $0 + Double($1) : $0 }
            }
        }
    }

    /// The most similar listed row of higher density, by any density (a network's too); nil for a peak.
    package static func parents(_ graph: NeighbourGraph, _ density: [Double]) -> [Parent?] {
        (0..<graph.rows).map { row in
            graph.withNeighbours(of: row) { list, similarities in
                for (place, other) in list.enumerated() {
                    let other = Int(other)
                    if density[other] > density[row] || (density[other] == density[row] && other < row) {
                        return Parent(row: other, similarity: similarities[place])
                    }
                }
                return nil
            }
        }
    }

    /// The trees of the ways up of at least `threshold`.
    package static func trees(_ parents: [Parent?], threshold: Float) -> [Int] {
        var sets = DisjointSets(count: parents.count)
        for (row, parent) in parents.enumerated() {
            if let parent, parent.similarity >= threshold { sets.unite(row, parent.row) }
        }
        return Grouping.numbered(parents.indices.map { sets.find($0) })
    }
}
