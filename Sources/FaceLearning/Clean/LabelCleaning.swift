public import FaceCore

/// Finds faces that do not belong to the identity they are filed under, identities that are two people, and people that
/// are filed twice. Proposes; deletes nothing.
///
/// The loop of large cleaned sets: link faces inside each identity, keep the largest piece, compare what is left with its
/// centre and with all others, begin again with the better centres, until less than 1 % of the faces change.
public struct LabelCleaning: Sendable {
    public struct Options: Sendable, Hashable, Codable {
        /// Cosine from which two faces of an identity are linked; from the data unless given, see ``linkThreshold(_:_:seed:)``.
        public var link: Double?
        /// An identity whose largest piece holds less than this share of its faces is dropped.
        public var keepShare = 0.5
        /// A face whose cosine to its centre is below this is no member; half of `link` more than nothing unless given.
        public var drop: Double?
        /// A face is swapped when another centre is nearer by this much.
        public var swapLead = 0.05
        /// Centres nearer than this are one person.
        public var merge = 0.75
        public var rounds = 10
        public var seed: UInt64 = 1

        public init() {}
    }

    public enum Verdict: String, Sendable, Codable, CaseIterable {
        /// Far from the faces of its identity.
        case outlier
        /// Nearer to another identity, which is named.
        case swapped
        /// Its identity has no majority.
        case noMajority = "no-majority"
    }

    /// One face that should be left out.
    public struct Decision: Sendable, Hashable, Codable {
        public var face: Int
        public var identity: Int
        public var verdict: Verdict
        /// Cosine to the centre of its own identity.
        public var cosine: Double
        /// The nearer identity of a swap.
        public var other: Int?
        public var otherCosine: Double?
        /// How near the decision was, 0 and more: the smallest are for a person to look at.
        public var lead: Double
    }

    /// Two identities that look like one person.
    public struct Merge: Sendable, Hashable, Codable {
        public var first: Int
        public var second: Int
        public var cosine: Double
    }

    public private(set) var decisions: [Decision] = []
    public private(set) var merges: [Merge] = []
    /// Identities whose faces scatter much more than others' (mean 1 − cos to the centre above the median by three
    /// deviations): two people in one folder, perhaps.
    public private(set) var mixed: [(identity: Int, scatter: Double)] = []
    public let link: Double
    public let drop: Double
    public private(set) var rounds = 0
    private let vectors: Matrix
    private let members: [[Int]]
    private let options: Options

    /// Unit-length vectors n×d with identities 0… for each. Throws `length-mismatch` or `dimension-mismatch`.
    /// O(Σ n_c² d + rounds·n·C·d).
    public init(_ vectors: Matrix, labels: [Int], options: Options = Options()) throws(LikenessError) {
        guard vectors.rows == labels.count, labels.allSatisfy({ $0 >= 0 }) else {
            throw LikenessError(
                .dimensionMismatch, subject: "labels", "\(labels.count) identities for \(vectors.rows) faces")
        }
        self.vectors = vectors
        self.options = options
        var members = [[Int]](repeating: [], count: (labels.max() ?? -1) + 1)
        for (i, label) in labels.enumerated() { members[label].append(i) }
        self.members = members
        link = options.link ?? Self.linkThreshold(vectors, labels, seed: options.seed)
        drop = options.drop ?? link
        run(labels)
    }

    /// The similarity that about one pair of strangers in a thousand exceeds: 3.09 deviations above the median of up to
    /// 200,000 pairs of different names, the deviation from the quartiles. Pairs of one person under two names, many where
    /// labels are bad, hardly move the quartiles; they would move the 99.9th percentile itself.
    public static func linkThreshold(_ vectors: Matrix, _ labels: [Int], seed: UInt64) -> Double {
        guard vectors.rows > 1 else { return 0.5 }
        var random = SeededRandom(seed: seed)
        var scores: [Float] = []
        for _ in 0..<200_000 {
            let (i, j) = (Int(random.next() % UInt64(vectors.rows)), Int(random.next() % UInt64(vectors.rows)))
            if labels[i] != labels[j] { scores.append(vectors.dot(i, vectors, j)) }
        }
        guard scores.count >= 1000 else { return 0.5 }
        scores.sort()
        func quantile(_ q: Double) -> Double { Double(scores[Int(q * Double(scores.count - 1))]) }
        // 1.349: from the quartiles' distance to the deviation of a normal distribution
        return quantile(0.5) + 3.09 * (quantile(0.75) - quantile(0.25)) / 1.349
    }

    // MARK: The loop

    private mutating func run(_ labels: [Int]) {
        var kept = members.map(largestPiece)
        var centres = kept.map(centre)
        var found: [Int: Decision] = [:]
        while rounds < options.rounds {
            rounds += 1
            found = [:]
            var next = kept
            for c in members.indices where !centres[c].isEmpty {
                for decision in judge(c, centres) { found[decision.face] = decision }
                next[c] = members[c].filter { found[$0] == nil }
            }
            let changed = zip(kept, next).reduce(0) { $0 + Set($1.0).symmetricDifference($1.1).count }
            kept = next
            centres = zip(kept, members).map { faces, all in
                Double(faces.count) < options.keepShare * Double(all.count) ? [] : centre(faces)
            }
            if Double(changed) < 0.01 * Double(max(1, labels.count)) { break }
        }
        for c in members.indices where centres[c].isEmpty {
            for face in members[c] {
                found[face] = Decision(
                    face: face, identity: c, verdict: .noMajority, cosine: 0, other: nil, otherCosine: nil, lead: 0)
            }
        }
        decisions = found.values.sorted { $0.face < $1.face }
        findMerges(centres)
        findMixed(centres)
    }

    /// The largest connected piece of an identity's faces; the lowest face decides a tie. Empty when it is no majority.
    private func largestPiece(_ faces: [Int]) -> [Int] {
        var piece = Array(faces.indices)
        func root(_ i: Int) -> Int {
            var i = i
            while piece[i] != i { i = piece[i] }
            return i
        }
        for i in faces.indices {
            for j in 0..<i where Double(vectors.dot(faces[i], vectors, faces[j])) >= link {
                let (a, b) = (root(i), root(j))
                piece[max(a, b)] = min(a, b)
            }
        }
        let groups = Dictionary(grouping: faces.indices, by: root)
        guard let best = groups.max(by: { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }) else { return [] }
        guard Double(best.value.count) >= options.keepShare * Double(faces.count) else { return [] }
        return best.value.map { faces[$0] }
    }

    private func centre(_ faces: [Int]) -> [Float] {
        guard !faces.isEmpty else { return [] }
        var sum = [Float](repeating: 0, count: vectors.columns)
        for face in faces { vectors.withRow(face) { row in for d in sum.indices { sum[d] += row[d] } } }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 1e-12 ? sum.map { $0 / length } : []
    }

    private func cosine(_ face: Int, _ centre: [Float]) -> Double {
        vectors.withRow(face) { row in
            var sum: Float = 0
            for d in centre.indices { sum += row[d] * centre[d] }
            return Double(sum)
        }
    }

    private func judge(_ c: Int, _ centres: [[Float]]) -> [Decision] {
        var out: [Decision] = []
        for face in members[c] {
            let own = cosine(face, centres[c])
            // A face that is clearly at home is not compared with everybody.
            guard own < 0.5 + drop / 2 else { continue }
            var (other, best) = (nil as Int?, -2.0)
            for o in centres.indices where o != c && !centres[o].isEmpty {
                let value = cosine(face, centres[o])
                if value > best { (other, best) = (o, value) }
            }
            if best > own + options.swapLead, best >= drop {
                out.append(
                    Decision(
                        face: face, identity: c, verdict: .swapped, cosine: own, other: other, otherCosine: best,
                        lead: best - own - options.swapLead))
            } else if own < drop {
                out.append(
                    Decision(
                        face: face, identity: c, verdict: .outlier, cosine: own, other: nil, otherCosine: nil,
                        lead: drop - own))
            }
        }
        return out
    }

    private mutating func findMerges(_ centres: [[Float]]) {
        for a in centres.indices where !centres[a].isEmpty {
            for b in 0..<a where !centres[b].isEmpty {
                let value = zip(centres[a], centres[b]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                if Double(value) >= options.merge { merges.append(Merge(first: b, second: a, cosine: Double(value))) }
            }
        }
        merges.sort { ($1.cosine, $0.first, $0.second) < ($0.cosine, $1.first, $1.second) }
    }

    private mutating func findMixed(_ centres: [[Float]]) {
        let scatter = members.indices.filter { members[$0].count > 2 && !centres[$0].isEmpty }.map { c in
            (identity: c, scatter: members[c].reduce(0) { $0 + 1 - cosine($1, centres[c]) } / Double(members[c].count))
        }
        guard scatter.count > 4 else { return }
        let values = scatter.map(\.scatter).sorted()
        let median = values[values.count / 2]
        let deviations = values.map { abs($0 - median) }.sorted()
        // 1.4826: from the median deviation to the standard deviation of a normal distribution
        let limit = median + 3 * 1.4826 * deviations[deviations.count / 2]
        mixed = scatter.filter { $0.scatter > limit }.sorted { ($1.scatter, $0.identity) < ($0.scatter, $1.identity) }
    }

    /// The decisions that a person should look at first: the nearest ones.
    public func doubtful(_ count: Int = 200) -> [Decision] {
        Array(decisions.sorted { ($0.lead, $0.face) < ($1.lead, $1.face) }.prefix(count))
    }
}
