public import FaceCore
import Glibc

/// The mediator of consensus-driven propagation: a perceptron in → h → h → 2 with ReLU and softmax that judges a pair.
///
/// Its input for a pair (i, j) and N members, the paper's (Zhan et al. 2018, §3.3) in this order: *relationship*, N bits,
/// whether either lists the other for each member; *affinity*, N + 1 cosines, base first, 0 where a pair is not listed;
/// *structure*, for base and each member the mean and the variance of the similarities in the lists of i and of j.
/// 6N + 5 numbers. The probability is the mean over both orders of the pair.
public struct CDPMediator: Sendable {
    /// Rows of weights and biases of one layer: out×in, row-major.
    struct Layer: Sendable {
        let weights: [Float]
        let bias: [Float]
        let inputs: Int

        func forward(_ x: [Float], rectified: Bool) -> [Float] {
            bias.indices.map { out in
                var sum = bias[out]
                for k in 0..<inputs { sum += weights[out * inputs + k] * x[k] }
                return rectified ? max(0, sum) : sum
            }
        }
    }

    private let layers: [Layer]
    /// Members of the committee that the weights were made for.
    public let members: Int

    /// Reads `layers.0…2.weight` (out×in) and `.bias` from a safetensors file; the last layer has two outputs, the second
    /// for «one person». Throws as ``FaceCore/Safetensors``, and `file-format` where the shapes do not fit each other.
    public init(_ path: String) throws(LikenessError) {
        let file = try Safetensors(path)
        var layers: [Layer] = []
        for k in 0..<3 {
            let name = "layers.\(k)"
            let (weights, bias) = (try file.floats("\(name).weight"), try file.floats("\(name).bias"))
            let shape = file.entries["\(name).weight"]?.shape ?? []
            let fits = shape.count == 2 && shape[0] == bias.count && shape[1] > 0
            guard fits, layers.last.map({ $0.bias.count == shape[1] }) ?? true else {
                throw LikenessError(
                    .fileFormat, subject: path, "\(name) of shape \(shape) does not follow on what comes before it")
            }
            layers.append(Layer(weights: weights, bias: bias, inputs: shape[1]))
        }
        guard layers[2].bias.count == 2, layers[0].inputs % 6 == 5 else {
            throw LikenessError(
                .fileFormat, subject: path,
                "a mediator takes 6·N + 5 numbers and gives two, not \(layers[0].inputs) and \(layers[2].bias.count)")
        }
        self.layers = layers
        members = (layers[0].inputs - 5) / 6
    }

    /// The probability of each pair. Throws `dimension-mismatch` for a committee of another size.
    func probabilities(
        _ pairs: [(Int, Int)], base: NeighbourGraph, committee: [NeighbourGraph], threads: Int
    ) throws(LikenessError) -> [Double] {
        guard committee.count == members else {
            throw LikenessError(
                .dimensionMismatch, subject: "mediator",
                "the mediator was made for \(members) members, and \(committee.count) are here")
        }
        let graphs = [base] + committee
        let structure = graphs.map { graph in
            parallelMap(graph.rows, threads: threads) { Self.structure(of: $0, in: graph) }
        }
        return parallelMap(pairs.count, threads: threads) { p in
            let (i, j) = pairs[p]
            let affinities = graphs.map { Self.affinity(i, j, $0) }
            let relationship = affinities.dropFirst().map { $0 == nil ? Float(0) : 1 }
            let common = relationship + affinities.map { $0 ?? 0 }
            let ends = structure.map { ($0[i], $0[j]) }
            let orders = [ends.flatMap { $0.0 + $0.1 }, ends.flatMap { $0.1 + $0.0 }]
            return orders.reduce(0.0) { $0 + probability(common + $1) / 2 }
        }
    }

    /// The network's probability of «one person».
    func probability(_ features: [Float]) -> Double {
        let hidden = layers[1].forward(layers[0].forward(features, rectified: true), rectified: true)
        let out = layers[2].forward(hidden, rectified: false)
        return 1 / (1 + exp(Double(out[0] - out[1])))
    }

    /// The similarity of a pair where either lists the other.
    private static func affinity(_ i: Int, _ j: Int, _ graph: NeighbourGraph) -> Float? {
        for (a, b) in [(i, j), (j, i)] {
            let found = graph.withNeighbours(of: a) { list, similarities in
                list.firstIndex(of: Int32(b)).map { similarities[$0] }
            }
            if let found { return found }
        }
        return nil
    }

    /// Mean and variance of the similarities in a list; zeros of an empty one.
    private static func structure(of row: Int, in graph: NeighbourGraph) -> [Float] {
        graph.withNeighbours(of: row) { _, similarities in
            guard !similarities.isEmpty else { return [0, 0] }
            let n = Double(similarities.count)
            let mean = similarities.reduce(0.0) { $0 + Double($1) } / n
            let variance = similarities.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / n
            return [Float(mean), Float(variance)]
        }
    }
}
