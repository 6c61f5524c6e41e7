import FaceCore

/// The album of a ``SimulatedOwner``: who is together now, what was answered, and how good that is.
struct OwnerAlbum {
    struct Question {
        /// Two groups, or the one that a bridge is in.
        let groups: [Int]
        /// The rows on one side of the bridge.
        let side: [Int]?
        let probability: Double
        let saving: Double
    }

    /// The group of each row.
    private(set) var group: [Int]
    /// Faces that the owner said are two people, one from each side.
    private(set) var apart: [(Int, Int)] = []
    private(set) var answers = 0
    private var yes = 0
    private var no = 0
    private var divided = 0
    private var members: [Int: [Int]]
    private var summaries: [Int: GroupSummary] = [:]
    /// The bridge of each group; nil where it was looked at and confirmed, or there is none.
    private var bridges: [Int: Question?] = [:]
    private var nextID: Int
    private let truth: [Int]
    private let vectors: Matrix
    private let samePairs: Double

    init(labels: [Int], truth: [Int], vectors: Matrix) {
        self.truth = truth
        self.vectors = vectors
        var next = (labels.max() ?? -1) + 1
        group = labels.map { label in
            if label >= 0 { return label }
            next += 1
            return next - 1
        }
        nextID = next
        members = Dictionary(grouping: group.indices) { [group] in group[$0] }
        samePairs = Self.pairs(Dictionary(truth.map { ($0, 1) }, uniquingKeysWith: +).values)
    }

    /// Groups by the number of their lowest row.
    var ids: [Int] { members.sorted { $0.value[0] < $1.value[0] }.map(\.key) }

    mutating func summary(_ id: Int) -> GroupSummary {
        if let known = summaries[id] { return known }
        let made = GroupSummary(faces: vectors.rows(at: members[id] ?? []))
        summaries[id] = made
        return made
    }

    /// The question about the weakest bridge of a group; nil where there is nothing to ask.
    mutating func bridge(_ id: Int, _ splits: SplitAssistant) -> Question? {
        if let known = bridges[id] { return known }
        let rows = members[id] ?? []
        var question: Question?
        if rows.count > 1 {
            let proposal = splits.bySimilarity(vectors.rows(at: rows))
            if let weakest = proposal.bridges.first {
                let side = weakest.left.flatMap { proposal.parts[$0].rows }.map { rows[$0] }
                let faces = min(side.count, rows.count - side.count)
                question = Question(
                    groups: [id], side: side, probability: weakest.probability,
                    saving: QuestionRanking.saving(faces: faces, change: 1 - weakest.probability))
            }
        }
        bridges[id] = .some(question)
        return question
    }

    /// Applies the owner's answer; returns whether it was yes.
    mutating func answer(_ question: Question) -> Bool {
        answers += 1
        if let side = question.side { return answerBridge(question.groups[0], side) }
        let (a, b) = (question.groups[0], question.groups[1])
        let (x, y) = (shown(members[a] ?? []), shown(members[b] ?? []))
        if person(x) == person(y) {
            yes += 1
            replace([a, b], by: [(members[a] ?? []) + (members[b] ?? [])])
            return true
        }
        no += 1
        apart.append((x[0], y[0]))
        return false
    }

    private mutating func answerBridge(_ id: Int, _ side: [Int]) -> Bool {
        let inside = Set(side)
        let rest = (members[id] ?? []).filter { !inside.contains($0) }
        let (x, y) = (shown(side), shown(rest))
        if person(x) == person(y) {
            yes += 1
            bridges[id] = .some(nil)
            return true
        }
        divided += 1
        apart.append((x[0], y[0]))
        replace([id], by: [side, rest])
        return false
    }

    private mutating func replace(_ old: [Int], by new: [[Int]]) {
        for id in old {
            members[id] = nil
            summaries[id] = nil
            bridges[id] = nil
        }
        for rows in new {
            members[nextID] = rows.sorted()
            for row in rows { group[row] = nextID }
            nextID += 1
        }
    }

    /// The faces that a page shows of a group.
    private func shown(_ rows: [Int]) -> [Int] {
        FarthestFirst.choose(vectors.rows(at: rows), count: GroupSummary.exemplarCount).rows.map { rows[$0] }
    }

    /// Who most of these faces are; of several, the one whose face comes first.
    private func person(_ rows: [Int]) -> Int {
        var counts: [Int: Int] = [:]
        for row in rows { counts[truth[row], default: 0] += 1 }
        let most = counts.values.max() ?? 0
        return rows.lazy.map { truth[$0] }.first { counts[$0] == most } ?? -1
    }

    /// Pairwise figures now. O(n).
    func step() -> SimulatedOwner.Step {
        var right = 0.0
        var said = 0.0
        for rows in members.values where rows.count > 1 {
            said += Double(rows.count * (rows.count - 1) / 2)
            right += Self.pairs(Dictionary(rows.map { (truth[$0], 1) }, uniquingKeysWith: +).values)
        }
        return SimulatedOwner.Step(
            answers: answers, precision: said > 0 ? right / said : 1, recall: samePairs > 0 ? right / samePairs : 1,
            groups: members.count, yes: yes, no: no, divided: divided)
    }

    private static func pairs(_ counts: some Sequence<Int>) -> Double {
        counts.reduce(0) { $0 + Double($1 * ($1 - 1) / 2) }
    }
}
