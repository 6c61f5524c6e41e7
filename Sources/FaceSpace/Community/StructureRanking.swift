public import FaceCore

/// Neighbour lists ranked by the company that two rows keep beside their similarity: the structure space of Ada-NETS
/// (Wang et al. 2022), without its network. A transform of a graph for any method.
///
/// R(i, k) are the mutual neighbours of i, itself included; R* adds R(j, k/2) of those j in it that share two thirds of
/// theirs with it. κ_ij = (1 − η)·Jaccard(R*_i, R*_j) + η·s_ij.
public struct StructureRanking: Sendable {
    /// Entries of a list, the row itself counted.
    public var neighbours: Int
    /// η: the weight of the similarity.
    public var similarityShare: Float

    public init(neighbours: Int = 80, similarityShare: Float = 0.3) {
        precondition(neighbours > 1, "a list holds its row and another")
        precondition((0...1).contains(similarityShare), "a share lies in 0…1")
        self.neighbours = neighbours
        self.similarityShare = similarityShare
    }

    /// The same entries, ranked by κ, which stands in place of the similarity. O(n·k²) time; memory beside both graphs:
    /// 4 bytes a member of the R*, which are one to two times as many as the entries.
    public func reranked(_ graph: NeighbourGraph, threads: Int = availableThreads()) -> NeighbourGraph {
        let sets = extendedSets(of: graph, threads: threads)
        let (n, width) = (graph.rows, min(neighbours - 1, graph.k))
        let indices = Plain<Int32>(count: n * width, of: -1)
        let values = Plain<Float>(count: n * width, of: -.infinity)
        let blocks = blockRanges(n, threads: threads)
        parallelFor(blocks.count, threads: threads) { b in
            let mark = Plain<Int32>(count: n, of: -1)
            for row in blocks[b] {
                let ranked = kappa(row, graph, sets, mark).sorted { ($1.1, $0.0) < ($0.1, $1.0) }
                for (t, entry) in ranked.enumerated() {
                    indices.base[row * width + t] = entry.0
                    values.base[row * width + t] = entry.1
                }
            }
        }
        return NeighbourGraph(
            rows: n, k: width, floor: -.infinity, space: graph.space, exactness: graph.exactness,
            indices: Array(UnsafeBufferPointer(start: indices.base, count: n * width)),
            similarities: Array(UnsafeBufferPointer(start: values.base, count: n * width)))
    }

    private func kappa(_ row: Int, _ graph: NeighbourGraph, _ sets: [[Int32]], _ mark: Plain<Int32>) -> [(Int32, Float)]
    {
        for member in sets[row] { mark.base[Int(member)] = Int32(row) }
        return graph.withNeighbours(of: row) { list, similarities in
            (0..<min(neighbours - 1, list.count)).map { t in
                let other = sets[Int(list[t])]
                var common = 0
                for member in other where mark.base[Int(member)] == Int32(row) { common += 1 }
                let jaccard = Float(common) / Float(sets[row].count + other.count - common)
                return (list[t], (1 - similarityShare) * jaccard + similarityShare * similarities[t])
            }
        }
    }

    /// R* of every row, rising.
    package func extendedSets(of graph: NeighbourGraph, threads: Int = availableThreads()) -> [[Int32]] {
        let full = mutualSets(of: graph, size: neighbours, threads: threads)
        let half = mutualSets(of: graph, size: neighbours / 2, threads: threads)
        return rows(graph.rows, threads: threads) { row, mark in
            var extended = full[row]
            for member in full[row] { mark[Int(member)] = Int32(row) }
            let core = full[row].map { half[Int($0)] }.filter { set in
                // two thirds in whole numbers: 3·common ≥ 2·size
                3 * set.count { mark[Int($0)] == Int32(row) } >= 2 * set.count
            }
            for set in core {
                for member in set where mark[Int(member)] != Int32(row) {
                    mark[Int(member)] = Int32(row)
                    extended.append(member)
                }
            }
            return extended.sorted()
        }
    }

    /// R(i, size): the rows of the list that have i in theirs, i itself included, rising.
    private func mutualSets(of graph: NeighbourGraph, size: Int, threads: Int) -> [[Int32]] {
        rows(graph.rows, threads: threads) { row, _ in
            graph.withNeighbours(of: row) { list, _ in
                var set = list.prefix(size - 1).filter { other in
                    graph.withNeighbours(of: Int(other)) { theirs, _ in theirs.prefix(size - 1).contains(Int32(row)) }
                }
                set.append(Int32(row))
                return set.sorted()
            }
        }
    }

    private func rows(
        _ count: Int, threads: Int, _ body: @Sendable (Int, UnsafeMutablePointer<Int32>) -> [Int32]
    ) -> [[Int32]] {
        [[Int32]](unsafeUninitializedCapacity: count) { buffer, initialized in
            nonisolated(unsafe) let out = buffer
            let blocks = blockRanges(count, threads: threads)
            parallelFor(blocks.count, threads: threads) { b in
                let mark = Plain<Int32>(count: count, of: -1)
                for row in blocks[b] { out.initializeElement(at: row, to: body(row, mark.base)) }
            }
            initialized = count
        }
    }
}
