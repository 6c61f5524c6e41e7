public import FaceCore

/// Finds and orders the questions "is this the same person?" between groups: the largest expected saving first.
///
/// A pure function of the summaries: deterministic, ties by the places of the groups. Nothing is merged here.
public struct QuestionRanking: Sendable {
    public struct Options: Sendable, Hashable {
        /// Nearest groups of each group that are looked at.
        public var neighbours: Int
        /// Pairs of a lower probability are not worth a person's glance.
        public var leastProbability: Double

        public init(neighbours: Int = 12, leastProbability: Double = 0.01) {
            self.neighbours = neighbours
            self.leastProbability = leastProbability
        }
    }

    public let odds: SamePersonOdds
    public let options: Options

    /// Throws `calibration-missing`.
    public init(_ space: EmbeddingSpace, _ options: Options = Options()) throws(LikenessError) {
        odds = try SamePersonOdds(space)
        self.options = options
    }

    /// The questions that are open between these groups, the best first.
    ///
    /// `links` are the most similar faces across two groups, as a neighbour graph of faces gives them: they find people
    /// who look different now and then. `closed` holds the pairs that need no question: answered (see
    /// ``GroupPair/pairs(answered:groupOf:)``), of one person already, or of faces in one photo. O(g²·d) for g groups.
    public func candidates(
        _ groups: [GroupSummary], links: [GroupLink] = [], closed: Set<GroupPair> = [],
        threads: Int = availableThreads()
    ) throws(LikenessError) -> [QuestionCandidate] {
        var best: [GroupPair: Float] = [:]
        for pair in try nearest(groups, threads: threads) { best[pair] = -.infinity }
        for link in links where link.a != link.b {
            let pair = GroupPair(link.a, link.b)
            best[pair] = max(best[pair] ?? -.infinity, link.similarity)
        }
        let pairs = best.keys.filter { !closed.contains($0) }
        var out: [QuestionCandidate] = []
        for pair in pairs {
            let candidate = candidate(pair, groups, link: best[pair].flatMap { $0.isFinite ? $0 : nil })
            if candidate.probability >= options.leastProbability { out.append(candidate) }
        }
        return out.sorted()
    }

    /// The question about one pair of groups, whatever its worth. `link` is the best similarity of any two faces.
    public func candidate(_ pair: GroupPair, _ groups: [GroupSummary], link: Float? = nil) -> QuestionCandidate {
        let (a, b) = (groups[pair.a], groups[pair.b])
        let similarity = zip(a.mean, b.mean).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        var evidence = odds.evidence(similarity: similarity, sizes: a.size, b.size)
        let (alike, count) = bestExemplars(a.exemplars, b.exemplars)
        evidence = max(evidence, odds.evidence(best: alike, of: count))
        if let link { evidence = max(evidence, odds.evidence(best: link, of: a.size * b.size)) }
        let probability = odds.probability(evidence: evidence, among: groups.count)
        let faces = min(a.size, b.size)
        return QuestionCandidate(
            pair: pair, similarity: similarity, probability: probability, faces: faces,
            saving: QuestionRanking.saving(faces: faces, change: probability),
            reason: reason(a, b))
    }

    /// Faces that find their place by an answer, times the probability that the answer changes anything.
    ///
    /// Uncertainty in bits instead of the probability asks about two large groups that hardly resemble each other before
    /// a pair that is almost sure, and the sure one saves more: docs/questions.md has the measurements.
    public static func saving(faces: Int, change p: Double) -> Double { Double(faces) * p }

    // MARK: children and siblings

    /// Below this age faces change within a year, and brothers and sisters look alike to every embedder.
    public static let childAge = 15.0

    /// Whether two groups may be joined by an answer only, never by a program: a child is among them.
    ///
    /// Of two groups from the same years, high similarity is what siblings have; of groups years apart, what a growing
    /// child has. No similarity decides that, so a person is asked. Where no birth date is known this says false.
    public static func mustBeAsked(_ a: GroupSummary, _ b: GroupSummary) -> Bool {
        [a.ages, b.ages].contains { ($0?.lowerBound ?? .infinity) < childAge }
    }

    private func reason(_ a: GroupSummary, _ b: GroupSummary) -> QuestionCandidate.Reason {
        if Self.mustBeAsked(a, b) { return .sibling }
        return a.size == 1 || b.size == 1 ? .loose : .samePerson
    }

    // MARK: candidates

    private func nearest(_ groups: [GroupSummary], threads: Int) throws(LikenessError) -> [GroupPair] {
        guard groups.count > 1 else { return [] }
        let means = Matrix(groups.map(\.mean))
        let k = min(options.neighbours, groups.count - 1)
        let floor = odds.floor(probability: options.leastProbability, among: groups.count)
        let (indices, _) = try means.topNeighbours(k: k, floor: floor, threads: threads)
        var out: Set<GroupPair> = []
        for (at, other) in indices.enumerated() where other >= 0 { out.insert(GroupPair(at / k, Int(other))) }
        return Array(out)
    }

    private func bestExemplars(_ a: Matrix, _ b: Matrix) -> (similarity: Float, pairs: Int) {
        var best = -Float.infinity
        for i in 0..<a.rows {
            for j in 0..<b.rows { best = max(best, a.dot(i, b, j)) }
        }
        return (best, a.rows * b.rows)
    }
}

/// The most similar faces across two groups.
public struct GroupLink: Sendable, Hashable {
    public var a: Int
    public var b: Int
    public var similarity: Float

    public init(_ a: Int, _ b: Int, similarity: Float) {
        self.a = a
        self.b = b
        self.similarity = similarity
    }
}

/// A question about two groups, with what it is worth.
public struct QuestionCandidate: Sendable, Hashable, Comparable {
    public enum Reason: String, Sendable, Hashable, Codable {
        case samePerson = "same-person"
        /// A child is among them; see ``QuestionRanking/mustBeAsked(_:_:)``.
        case sibling
        /// One of the two is a single face.
        case loose
    }

    public let pair: GroupPair
    /// The mean of all pairs across the two groups.
    public let similarity: Float
    public let probability: Double
    /// Faces of the smaller group: they find their person with a yes.
    public let faces: Int
    /// See ``QuestionRanking/saving(faces:change:)``.
    public let saving: Double
    public let reason: Reason

    /// The better question first.
    public static func < (x: QuestionCandidate, y: QuestionCandidate) -> Bool {
        (y.saving, y.probability, x.pair.a, x.pair.b) < (x.saving, x.probability, y.pair.a, y.pair.b)
    }
}
