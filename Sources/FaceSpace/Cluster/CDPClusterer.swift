public import FaceCore

/// Consensus-driven propagation (CDP; Zhan, Liu, Yan, Lin, Loy, ECCV 2018): pairs that a committee of models agrees on,
/// joined by propagation with a largest size.
///
/// A pair (i, j) of the base lists counts when its similarity exceeds `threshold` and j is in the list of i for at least
/// `accept` members of the committee; with a ``CDPMediator`` instead, when the network gives it at least `probability`.
/// Without a committee the similarity alone decides. Identities larger than `maxSize` are always cut. Linear in the edges.
public struct CDPClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        public var neighbours: Int
        public var threshold: Float
        public var maxSize: Int
        public var step: Double
        /// Members of the committee that have to list a pair; `nil`: all.
        public var accept: Int?
        /// The probability that a mediator has to give a pair.
        public var probability: Double

        public init(
            neighbours: Int = 15, threshold: Float, maxSize: Int = 600, step: Double = 0.05, accept: Int? = nil,
            probability: Double = 0.98
        ) {
            self.neighbours = neighbours
            self.threshold = threshold
            self.maxSize = maxSize
            self.step = step
            self.accept = accept
            self.probability = probability
        }
    }

    public static let name = "cdp"
    public var method: String { Self.name }
    public let options: Options
    /// The lists of the same rows under other models.
    public let committee: [NeighbourGraph]
    public let mediator: CDPMediator?

    public init(_ options: Options, committee: [NeighbourGraph] = [], mediator: CDPMediator? = nil) {
        self.options = options
        self.committee = committee
        self.mediator = mediator
    }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let base = try input.neighbours(k: options.neighbours, reads: options.threshold, threads: threads)
        let edges = try edges(base, threads: threads)
        let propagation = CDPPropagation(maxSize: options.maxSize, step: options.step)
        let labels = propagation.labels(edges, rows: input.count)
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: base, threads: threads),
            method: method,
            parameters: [
                "neighbours": Double(options.neighbours), "threshold": Double(options.threshold),
                "maxSize": Double(options.maxSize), "step": options.step, "committee": Double(committee.count),
                "accept": Double(options.accept ?? committee.count), "mediator": mediator == nil ? 0 : 1,
            ])
    }

    /// The pairs that count, each once, a < b, rising. Throws `dimension-mismatch` for a committee of other rows.
    package func edges(_ base: NeighbourGraph, threads: Int) throws(LikenessError) -> [CDPPropagation.Edge] {
        for member in committee where member.rows != base.rows {
            throw LikenessError(
                .dimensionMismatch, subject: "committee",
                "a member has \(member.rows) rows, the base has \(base.rows)")
        }
        let lists = committee.map { $0.cut(k: options.neighbours) }
        guard let mediator else { return votes(base, lists) }
        let pairs = Self.merged(base) { _, _, similarity in similarity > options.threshold ? 0 : nil }
        let scores = try mediator.probabilities(
            pairs.map { (Int($0.a), Int($0.b)) }, base: base, committee: lists, threads: threads)
        return zip(pairs, scores).filter { $0.1 >= options.probability }
            .map { CDPPropagation.Edge(Int($0.a), Int($0.b), $1) }
    }

    private func votes(_ base: NeighbourGraph, _ lists: [NeighbourGraph]) -> [CDPPropagation.Edge] {
        let accept = options.accept ?? lists.count
        return Self.merged(base) { i, j, similarity in
            guard similarity > options.threshold else { return nil }
            let votes = lists.count { $0.withNeighbours(of: i) { list, _ in list.contains(Int32(j)) } }
            return votes >= accept ? Double(similarity) : nil
        }
    }

    /// The entries that `score` keeps, each pair once.
    private static func merged(
        _ graph: NeighbourGraph, _ score: (Int, Int, Float) -> Double?
    ) -> [CDPPropagation.Edge] {
        var edges: [CDPPropagation.Edge] = []
        for i in 0..<graph.rows {
            graph.withNeighbours(of: i) { list, similarities in
                for (place, j) in list.enumerated() {
                    guard let score = score(i, Int(j), similarities[place]) else { continue }
                    edges.append(.init(min(i, Int(j)), max(i, Int(j)), score))
                }
            }
        }
        edges.sort { ($0.a, $0.b) < ($1.a, $1.b) }
        var last: CDPPropagation.Edge?
        return edges.filter { edge in
            defer { last = edge }
            return last.map { ($0.a, $0.b) != (edge.a, edge.b) } ?? true
        }
    }
}
