public import FaceCore

/// Chinese whispers (Biemann 2006): labels spread along the edges of the union graph until nobody changes.
///
/// Each row begins with a label of its own; rows are visited in a random order, new in each iteration, and take the label of
/// the largest summed similarity among their neighbours, ties to the lower label. Depends on the order, hence on the seed:
/// give the spread over several seeds with a figure. O(iterations · edges).
public struct ChineseWhispersClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        /// The similarity that an edge needs.
        public var threshold: Float
        public var iterations: Int
        public var seed: UInt64

        public init(neighbours: Int = 80, threshold: Float, iterations: Int = 20, seed: UInt64 = 1) {
            self.neighbours = neighbours
            self.threshold = threshold
            self.iterations = iterations
            self.seed = seed
        }
    }

    public let method = "chinese-whispers"
    public let options: Options

    public init(_ options: Options) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let lists = try input.neighbours(k: options.neighbours, reads: options.threshold, threads: threads)
        let graph = UnionGraph(lists, floor: options.threshold)
        var random = SeededRandom(seed: options.seed)
        var order = Array(0..<input.count)
        var raw = order
        var done = 0
        for _ in 0..<options.iterations {
            order.shuffle(using: &random)
            done += 1
            if !Self.whisper(graph, order, &raw) { break }
        }
        let labels = Grouping.numbered(raw)
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: lists, threads: threads),
            method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "threshold": Double(options.threshold),
                "iterations": Double(done), "seed": Double(options.seed),
            ])
    }

    /// One visit to every row in `order`; says whether a label changed.
    package static func whisper(_ graph: UnionGraph, _ order: [Int], _ labels: inout [Int]) -> Bool {
        var weight = [Double](repeating: 0, count: graph.rows)
        var changed = false
        for row in order where !graph.edges(of: row).isEmpty {
            let edges = graph.edges(of: row)
            for e in edges { weight[labels[Int(graph.neighbours[e])]] += Double(graph.similarities[e]) }
            var best = -1
            for e in edges {
                let label = labels[Int(graph.neighbours[e])]
                if best < 0 || weight[label] > weight[best] || (weight[label] == weight[best] && label < best) {
                    best = label
                }
            }
            for e in edges { weight[labels[Int(graph.neighbours[e])]] = 0 }
            if labels[row] != best {
                labels[row] = best
                changed = true
            }
        }
        return changed
    }
}
