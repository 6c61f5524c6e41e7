public import FaceCore
import Glibc

/// The directed links of FC-ES: from each row to its nearest ones, until the first that shares too few neighbours
/// (Liu 2024, "Face clustering via early stopping and edge recall", arXiv 2408.13431).
///
/// The list of a row begins with the row itself and has k entries in all. A step from i to l of its list has the
/// probability P_il ∝ exp(−(2 − 2s)/σ), s cut to 0…1. The probability of an edge is the walk that both ends share,
/// ½ Σ (P_il + P_jl) over the rows l in both lists; links are made in the order of the list while it is at least θ.
public struct EarlyStopLinks: Sendable, Hashable {
    /// Entries of a list, the row itself counted.
    public var neighbours: Int
    /// σ of the step probabilities.
    public var width: Float
    /// θ: the smallest edge probability of a link.
    public var threshold: Float

    public init(neighbours: Int = 80, width: Float = 0.5, threshold: Float = 0.22) {
        precondition(neighbours > 0 && width > 0, "a list holds its row, and a width is positive")
        self.neighbours = neighbours
        self.width = width
        self.threshold = threshold
    }

    /// The links of a graph, weighted by edge probability. O(n·k) memory; O(n·k·m) time for m links a row.
    public func network(of graph: NeighbourGraph, threads: Int = availableThreads()) -> LinkNetwork {
        let n = graph.rows
        let steps = StepProbabilities(graph, neighbours: neighbours, width: width, threads: threads)
        let width = neighbours - 1
        let lengths = Plain<Int>(count: n, of: 0)
        let weights = Plain<Float>(count: n * max(1, width), of: 0)
        let blocks = blockRanges(n, threads: threads)
        parallelFor(blocks.count, threads: threads) { b in
            var shared = SharedWalk(rows: n)
            for row in blocks[b] {
                let out = weights.base + row * width
                lengths.base[row] = shared.links(of: row, steps, graph, threshold: threshold, into: out)
            }
        }
        let arcs = Arcs(lengths: UnsafeBufferPointer(start: lengths.base, count: n))
        for row in 0..<n {
            let start = arcs.offsets[row]
            graph.withNeighbours(of: row) { indices, _ in
                for t in 0..<lengths.base[row] {
                    arcs.targets[start + t] = indices[t]
                    arcs.weights[start + t] = weights.base[row * width + t]
                }
            }
        }
        return LinkNetwork(nodes: n, isDirected: true, arcs: arcs)
    }

    /// Edge probabilities of all entries of the lists, the row itself first.
    package func edgeProbabilities(of graph: NeighbourGraph) -> [[Float]] {
        let steps = StepProbabilities(graph, neighbours: neighbours, width: width, threads: 1)
        var shared = SharedWalk(rows: graph.rows)
        return (0..<graph.rows).map { shared.probabilities(of: $0, steps, graph) }
    }

    /// Step probabilities of all entries of the lists, the row itself first.
    package func transitions(of graph: NeighbourGraph) -> [[Float]] {
        let steps = StepProbabilities(graph, neighbours: neighbours, width: width, threads: 1)
        return (0..<graph.rows).map { row in (0...steps.length(row, graph)).map { steps.base(row)[$0] } }
    }
}

/// Memory of one value type that several threads fill, each its own part.
final class Plain<T: BitwiseCopyable>: @unchecked Sendable {
    let base: UnsafeMutablePointer<T>
    let count: Int

    init(count: Int, of value: T) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: value, count: count)
    }

    deinit { base.deallocate() }
}

/// 0..<count in runs, a few for each thread and none shorter than 256.
func blockRanges(_ count: Int, threads: Int) -> [Range<Int>] {
    let size = max(256, count / max(1, threads * 8))
    return stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
}

/// P_il for every row and every entry of its list, the row itself at place 0.
struct StepProbabilities: Sendable {
    let neighbours: Int
    private let values: Plain<Float>

    init(_ graph: NeighbourGraph, neighbours: Int, width: Float, threads: Int) {
        self.neighbours = neighbours
        let values = Plain<Float>(count: graph.rows * neighbours, of: 0)
        parallelFor(graph.rows, threads: threads, grain: 1024) { row in
            let out = values.base + row * neighbours
            graph.withNeighbours(of: row) { _, similarities in
                let count = min(neighbours - 1, similarities.count)
                out[0] = 1
                var sum: Float = 1
                for t in 0..<count {
                    out[t + 1] = exp(-(2 - 2 * min(1, max(0, similarities[t]))) / width)
                    sum += out[t + 1]
                }
                for t in 0...count { out[t] /= sum }
            }
        }
        self.values = values
    }

    func base(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(values.base + row * neighbours) }

    /// Neighbours in the list of a row, without the row itself.
    func length(_ row: Int, _ graph: NeighbourGraph) -> Int { min(neighbours - 1, graph.degree(row)) }
}

/// The edge probabilities of one row after another: its steps spread over all rows, which the lists of its neighbours
/// then pick from.
private struct SharedWalk {
    private let spread: Plain<Float>

    init(rows: Int) { spread = Plain(count: rows, of: 0) }

    mutating func links(
        of row: Int, _ steps: StepProbabilities, _ graph: NeighbourGraph, threshold: Float,
        into out: UnsafeMutablePointer<Float>
    ) -> Int {
        let count = steps.length(row, graph)
        return withSpread(row, steps, graph, count) { indices in
            for t in 0..<count {
                let probability = shared(Int(indices[t]), steps, graph)
                guard probability >= threshold else { return t }
                out[t] = probability
            }
            return count
        }
    }

    mutating func probabilities(of row: Int, _ steps: StepProbabilities, _ graph: NeighbourGraph) -> [Float] {
        let count = steps.length(row, graph)
        return withSpread(row, steps, graph, count) { indices in
            [shared(row, steps, graph)] + (0..<count).map { shared(Int(indices[$0]), steps, graph) }
        }
    }

    private func withSpread<R>(
        _ row: Int, _ steps: StepProbabilities, _ graph: NeighbourGraph, _ count: Int,
        _ body: (UnsafeBufferPointer<Int32>) -> R
    ) -> R {
        let own = steps.base(row)
        return graph.withNeighbours(of: row) { indices, _ in
            spread.base[row] = own[0]
            for t in 0..<count { spread.base[Int(indices[t])] = own[t + 1] }
            defer {
                spread.base[row] = 0
                for t in 0..<count { spread.base[Int(indices[t])] = 0 }
            }
            return body(indices)
        }
    }

    /// ½ Σ (P_il + P_jl) over the common l; every P is above 0.
    private func shared(_ other: Int, _ steps: StepProbabilities, _ graph: NeighbourGraph) -> Float {
        let theirs = steps.base(other)
        return graph.withNeighbours(of: other) { indices, _ in
            var sum: Float = 0
            if spread.base[other] > 0 { sum = spread.base[other] + theirs[0] }
            for t in 0..<min(steps.neighbours - 1, indices.count) {
                let own = spread.base[Int(indices[t])]
                if own > 0 { sum += own + theirs[t + 1] }
            }
            return sum / 2
        }
    }
}
