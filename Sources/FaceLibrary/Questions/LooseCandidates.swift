public import FaceCore

/// The people that a face without a person may be.
public struct LooseCandidates: Sendable {
    public struct Candidate: Sendable, Hashable {
        /// The place in the list of people.
        public var person: Int
        /// The highest similarity to one of the person's exemplars.
        public var similarity: Float
        public var probability: Double
    }

    private let odds: SamePersonOdds
    private let exemplars: Matrix
    private let personOf: [Int]
    private let people: Int

    /// For people with these exemplars (m×d unit rows each; ``GroupSummary/exemplars``). Throws `calibration-missing`.
    public init(_ space: EmbeddingSpace, people: [Matrix]) throws(LikenessError) {
        odds = try SamePersonOdds(space)
        self.people = people.count
        personOf = people.enumerated().flatMap { p, rows in [Int](repeating: p, count: rows.rows) }
        var all = Matrix(rows: personOf.count, columns: space.dimension)
        var next = 0
        for rows in people {
            for i in 0..<rows.rows {
                all.setRow(next, rows.row(i))
                next += 1
            }
        }
        exemplars = all
    }

    /// For each face (n×d unit rows) up to `count` people, the most similar first, of at least `floor`; ties by place.
    ///
    /// `refused` holds the people that a face was said not to be, by face. O(n·e·d) for e exemplars.
    public func candidates(
        _ faces: Matrix, count: Int = 3, floor: Float = 0, refused: [Int: Set<Int>] = [:],
        threads: Int = availableThreads()
    ) throws(LikenessError) -> [[Candidate]] {
        guard exemplars.rows > 0, faces.rows > 0 else { return [[Candidate]](repeating: [], count: faces.rows) }
        // enough exemplars for `count` people even when the nearest are all of one, or of refused ones
        let most = GroupSummary.exemplarCount * (count + (refused.values.map(\.count).max() ?? 0))
        let k = min(exemplars.rows, most)
        let (indices, similarities) = try exemplars.topNeighbours(of: faces, k: k, floor: floor, threads: threads)
        return (0..<faces.rows).map { face in
            var out: [Candidate] = []
            for at in (face * k)..<((face + 1) * k) where indices[at] >= 0 && out.count < count {
                let person = personOf[Int(indices[at])]
                if out.contains(where: { $0.person == person }) || refused[face]?.contains(person) == true { continue }
                let evidence = odds.evidence(best: similarities[at], of: GroupSummary.exemplarCount)
                out.append(
                    Candidate(
                        person: person, similarity: similarities[at],
                        probability: odds.probability(evidence: evidence, among: people)))
            }
            return out
        }
    }
}
