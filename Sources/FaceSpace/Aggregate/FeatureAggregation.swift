public import FaceCore

/// Moves every vector towards its neighbours, so that the photos of one person come closer together:
/// x ← unit(α·x + (1 − α) Σ w·neighbour), w ∝ max(0, similarity) over the nearest ones, in several layers.
///
/// People with fewer photos than `neighbours` are mixed with strangers, whose similarities are not small; `floor` keeps
/// everything below it out before the weights are made. The form without a floor is the published one.
public struct FeatureAggregation: Sendable, Hashable {
    /// What happens to the lists after a layer.
    public enum Relisting: Sendable, Hashable {
        /// The exact neighbours of the new vectors are searched.
        case exact
        /// The old entries get the similarities of the new vectors and are sorted again: a hundredth of the work, and
        /// no row meets a new one.
        case rescored
    }

    /// α: the share of the row itself.
    public var ownShare: Float
    /// Neighbours that are mixed in.
    public var neighbours: Int
    public var layers: Int
    /// Weights up to this become 0, without scaling up the others.
    public var smallestWeight: Float
    /// Neighbours below this similarity are left out before the weights are made.
    public var floor: Float
    public var relisting: Relisting

    public init(
        ownShare: Float = 0.5, neighbours: Int = 32, layers: Int = 2, smallestWeight: Float = 0,
        floor: Float = -.infinity, relisting: Relisting = .rescored
    ) {
        precondition((0...1).contains(ownShare), "a share lies in 0…1")
        precondition(neighbours > 0 && layers >= 0, "layers mix neighbours in")
        self.ownShare = ownShare
        self.neighbours = neighbours
        self.layers = layers
        self.smallestWeight = smallestWeight
        self.floor = floor
        self.relisting = relisting
    }

    /// The vectors after all layers, and their lists (as many entries as in `graph`).
    ///
    /// O(n·neighbours·d) a layer, and O(n·k·d) for re-scored or O(n²·d) for exact lists. Memory: two more matrices and
    /// one more graph. Throws as ``NeighbourGraph/exact(of:space:k:floor:threads:progress:cancellation:)``.
    public func aggregated(
        _ vectors: Matrix, graph: NeighbourGraph, space: EmbeddingSpace, threads: Int = availableThreads()
    ) throws(LikenessError) -> (vectors: Matrix, graph: NeighbourGraph) {
        var (vectors, graph) = (vectors, graph)
        for _ in 0..<layers {
            vectors = layer(vectors, graph: graph, threads: threads)
            vectors.normaliseRows(threads: threads)
            switch relisting {
            case .exact:
                graph = try NeighbourGraph.exact(of: vectors, space: space, k: graph.k, threads: threads)
            case .rescored:
                graph = graph.rescored(vectors, threads: threads)
            }
        }
        return (vectors, graph)
    }

    /// One layer, before the rows are scaled to unit length.
    package func layer(_ vectors: Matrix, graph: NeighbourGraph, threads: Int = availableThreads()) -> Matrix {
        precondition(graph.rows == vectors.rows, "a graph of the same rows")
        var mixed = Matrix(rows: vectors.rows, columns: vectors.columns)
        let (from, to, columns) = (vectors.stride, mixed.stride, vectors.columns)
        mixed.withUnsafeMutableRows { out in
            nonisolated(unsafe) let out = out
            vectors.withUnsafeRows { base in
                nonisolated(unsafe) let base = base
                parallelFor(vectors.rows, threads: threads, grain: 64) { row in
                    let weights = weights(of: row, graph)
                    let target = out + row * to
                    mix(base + row * from, by: ownShare, into: target, columns)
                    graph.withNeighbours(of: row) { list, _ in
                        for (t, weight) in weights.enumerated() where weight > 0 {
                            mix(base + Int(list[t]) * from, by: (1 - ownShare) * weight, into: target, columns)
                        }
                    }
                }
            }
        }
        return mixed
    }

    /// The weights of the first entries of a list.
    package func weights(of row: Int, _ graph: NeighbourGraph) -> [Float] {
        graph.withNeighbours(of: row) { _, similarities in
            var weights = similarities.prefix(neighbours).map { $0 >= floor ? max(0, $0) : 0 }
            let sum = weights.reduce(0, +)
            guard sum > 0 else { return [] }
            for t in weights.indices {
                weights[t] /= sum
                if weights[t] <= smallestWeight { weights[t] = 0 }
            }
            return weights
        }
    }
}

private func mix(_ x: UnsafePointer<Float>, by weight: Float, into out: UnsafeMutablePointer<Float>, _ count: Int) {
    for c in 0..<count { out[c] += weight * x[c] }
}

extension NeighbourGraph {
    /// The same entries with the similarities that `vectors` have, in their order. O(entries·d).
    package func rescored(_ vectors: Matrix, threads: Int = availableThreads()) -> NeighbourGraph {
        precondition(rows == vectors.rows, "a graph of the same rows")
        let neighbours = Plain<Int32>(count: entries, of: 0)
        let similarities = Plain<Float>(count: entries, of: 0)
        parallelFor(rows, threads: threads, grain: 64) { row in
            let start = Int(storage.offsets[row])
            var list = withNeighbours(of: row) { indices, _ in
                indices.map { (index: $0, similarity: vectors.dot(row, vectors, Int($0))) }
            }
            list.sort { ($1.similarity, $0.index) < ($0.similarity, $1.index) }
            for (t, entry) in list.enumerated() {
                neighbours.base[start + t] = entry.index
                similarities.base[start + t] = entry.similarity
            }
        }
        return NeighbourGraph(
            rows: rows, k: k, floor: -.infinity, space: space, exactness: exactness,
            storage: Storage(
                offsets: Array(storage.offsets),
                neighbours: Array(UnsafeBufferPointer(start: neighbours.base, count: entries)),
                similarities: Array(UnsafeBufferPointer(start: similarities.base, count: entries))))
    }

    /// The connected components of the entries of at least `threshold`: single linkage on the graph. One number a row,
    /// that of the smallest row of its component.
    package func components(threshold: Float) -> [Int] {
        var sets = DisjointSets(count: rows)
        for row in 0..<rows {
            withNeighbours(of: row) { indices, similarities in
                for (j, s) in zip(indices, similarities) {
                    guard s >= threshold else { break }
                    sets.unite(row, Int(j))
                }
            }
        }
        return (0..<rows).map { sets.find($0) }
    }
}
