public import FaceCore
import FaceSpace

/// An owner who knows everybody and answers questions until the album is in order: what corrections are worth.
///
/// Starts from a grouping, asks in one of two orders, and applies each answer at once: yes joins the two groups, no keeps
/// them apart for good, and divides the group where the question was about a bridge inside of one. The owner looks at the
/// faces that a page would show (up to eight a side) and goes by the person that most of them are.
public struct SimulatedOwner: Sendable {
    public enum Order: String, Sendable, Hashable, Codable, CaseIterable {
        /// The largest expected saving first.
        case ranked
        /// The same questions in random order.
        case random
    }

    public struct Options: Sendable, Hashable {
        public var order: Order
        /// Pairwise precision and recall to reach.
        public var target: Double
        public var mostAnswers: Int
        /// Answers between two looks at what is open; the app thinks of new questions in the background.
        public var refresh: Int
        public var seed: UInt64

        public init(
            order: Order = .ranked, target: Double = 0.99, mostAnswers: Int = 5_000, refresh: Int = 20, seed: UInt64 = 1
        ) {
            self.order = order
            self.target = target
            self.mostAnswers = mostAnswers
            self.refresh = max(1, refresh)
            self.seed = seed
        }
    }

    /// Where the album stands after so many answers.
    public struct Step: Sendable, Hashable, Codable {
        public var answers: Int
        public var precision: Double
        public var recall: Double
        public var groups: Int
        /// Answers so far that joined, kept apart and divided.
        public var yes: Int
        public var no: Int
        public var divided: Int
    }

    /// How often an owner said yes to questions between two groups of a predicted probability.
    public struct Reliability: Sendable, Hashable, Codable {
        public var from: Double
        public var to: Double
        public var asked: Int
        public var yes: Int
        public var meanProbability: Double
    }

    public struct Outcome: Sendable, Hashable, Codable {
        public var steps: [Step]
        /// Answers until both figures reached the target; nil when they did not.
        public var answersToTarget: Int?
        public var reliability: [Reliability]
    }

    public let options: Options
    private let vectors: Matrix
    private let truth: [Int]
    private let graph: NeighbourGraph
    private let ranking: QuestionRanking
    private let splits: SplitAssistant
    private let threads: Int

    /// n×d unit rows with the person of each. Throws `calibration-missing`, or `dimension-mismatch`.
    public init(
        vectors: Matrix, truth: [Int], space: EmbeddingSpace, options: Options = Options(),
        threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard truth.count == vectors.rows else {
            throw LikenessError(.dimensionMismatch, "\(truth.count) names for \(vectors.rows) faces")
        }
        self.vectors = vectors
        self.truth = truth
        self.options = options
        self.threads = threads
        ranking = try QuestionRanking(space)
        splits = try SplitAssistant(space)
        graph = try NeighbourGraph.exact(
            of: vectors, space: space, k: min(20, max(1, vectors.rows - 1)), threads: threads)
    }

    /// Asks until the target or the last question. `labels` is the grouping to start from; −1 is a group of one.
    public func run(from labels: [Int]) throws(LikenessError) -> Outcome {
        precondition(labels.count == vectors.rows, "a label for each face")
        var album = OwnerAlbum(labels: labels, truth: truth, vectors: vectors)
        var random = SeededRandom(seed: options.seed)
        var steps = [album.step()]
        var asked: [(probability: Double, yes: Bool)] = []
        while album.answers < options.mostAnswers, !steps[steps.count - 1].reaches(options.target) {
            var open = try questions(&album)
            if open.isEmpty { break }
            if options.order == .random { open.shuffle(using: &random) }
            var touched: Set<Int> = []
            var count = 0
            for question in open where count < options.refresh && album.answers < options.mostAnswers {
                // a group that changed meanwhile is looked at anew first
                guard touched.isDisjoint(with: question.groups) else { continue }
                touched.formUnion(question.groups)
                count += 1
                let isYes = album.answer(question)
                if question.side == nil { asked.append((question.probability, isYes)) }
                let step = album.step()
                if step.reaches(options.target) || count == options.refresh { steps.append(step) }
                if step.reaches(options.target) { break }
            }
            if steps[steps.count - 1].answers != album.answers { steps.append(album.step()) }
        }
        let last = steps[steps.count - 1]
        return Outcome(
            steps: steps, answersToTarget: last.reaches(options.target) ? last.answers : nil,
            reliability: Self.reliability(asked))
    }

    // MARK: questions

    /// All open questions, the best first.
    private func questions(_ album: inout OwnerAlbum) throws(LikenessError) -> [OwnerAlbum.Question] {
        let ids = album.ids
        var place: [Int: Int] = [:]
        for (k, id) in ids.enumerated() { place[id] = k }
        let summaries = ids.map { album.summary($0) }
        let groupOf = Dictionary(
            uniqueKeysWithValues: album.group.enumerated().map { ($0.offset, place[$0.element] ?? 0) })
        let closed = GroupPair.pairs(answered: album.apart, groupOf: groupOf)
        let found = try ranking.candidates(
            summaries, links: links(album.group, place), closed: closed, threads: threads)
        var out = found.map {
            OwnerAlbum.Question(
                groups: [ids[$0.pair.a], ids[$0.pair.b]], side: nil, probability: $0.probability, saving: $0.saving)
        }
        for id in ids {
            // a bridge that surely holds is not worth a glance either
            let least = ranking.options.leastProbability
            if let question = album.bridge(id, splits), 1 - question.probability >= least { out.append(question) }
        }
        return out.sorted { ($1.saving, $0.groups[0], $0.groups.count) < ($0.saving, $1.groups[0], $1.groups.count) }
    }

    /// The most similar faces across each two groups that the neighbour graph knows.
    private func links(_ group: [Int], _ place: [Int: Int]) -> [GroupLink] {
        var best: [GroupPair: Float] = [:]
        for row in 0..<graph.rows {
            graph.withNeighbours(of: row) { others, similarities in
                for (other, s) in zip(others, similarities) where group[Int(other)] != group[row] {
                    guard let a = place[group[row]], let b = place[group[Int(other)]] else { continue }
                    let pair = GroupPair(a, b)
                    best[pair] = max(best[pair] ?? -.infinity, s)
                }
            }
        }
        return best.map { GroupLink($0.key.a, $0.key.b, similarity: $0.value) }
    }

    private static func reliability(_ asked: [(probability: Double, yes: Bool)]) -> [Reliability] {
        (0..<10).compactMap { k in
            let part = asked.filter { min(9, Int($0.probability * 10)) == k }
            guard !part.isEmpty else { return nil }
            return Reliability(
                from: Double(k) / 10, to: Double(k + 1) / 10, asked: part.count, yes: part.filter(\.yes).count,
                meanProbability: part.reduce(0) { $0 + $1.probability } / Double(part.count))
        }
    }
}

extension SimulatedOwner.Step {
    func reaches(_ target: Double) -> Bool { precision >= target && recall >= target }
}
