internal import FaceCore
import Glibc

/// The groups that grew, completed: poor faces join them, and each face is told how sure its place is.
struct Assembly {
    private let faces: ArrangedFaces
    private let rule: EvidenceRule
    /// By place; −1 is nobody.
    private(set) var labels: [Int]
    /// Of the founders alone: what a poor face looks like says little about the others.
    private var sums: GroupSums
    private var tags: [[Int32]]

    /// `roots` names the group of each founder by any number.
    init(_ faces: ArrangedFaces, roots: [Int], rule: EvidenceRule) {
        self.faces = faces
        self.rule = rule
        labels = Grouping.numbered(roots.indices.map { faces.isFounder[$0] ? roots[$0] : -1 })
        let count = (labels.max() ?? -1) + 1
        sums = GroupSums(count: count, columns: faces.vectors.columns)
        tags = [[Int32]](repeating: [], count: count)
        for place in faces.founders {
            sums.add(row: place, of: faces.vectors, to: labels[place])
            tags[labels[place]] = Exclusions.union(tags[labels[place]], faces.tags[place])
        }
    }

    /// Poor faces join the group that they fit best, the surest first, where the evidence is enough and nothing excludes
    /// it. Groups do not change by it, so that the order of the poor faces does not matter.
    mutating func attachPoorFaces(_ lists: NeighbourLists, stop: Float) {
        var wishes: [(evidence: Float, place: Int, group: Int)] = []
        for (place, groups) in candidates(lists) {
            for group in groups {
                if let e = evidence(place, in: group), e >= stop { wishes.append((e, place, group)) }
            }
        }
        wishes.sort { ($1.evidence, $0.place, $0.group) < ($0.evidence, $1.place, $1.group) }
        for wish in wishes where labels[wish.place] < 0 {
            guard !Exclusions.meet(tags[wish.group], faces.tags[wish.place]) else { continue }
            labels[wish.place] = wish.group
            tags[wish.group] = Exclusions.union(tags[wish.group], faces.tags[wish.place])
        }
    }

    /// For each poor face the groups on either end of its edges, rising.
    private func candidates(_ lists: NeighbourLists) -> [(Int, [Int])] {
        var groups: [Int: Set<Int>] = [:]
        for place in labels.indices {
            for other in lists.neighbours(of: place) where faces.isFounder[place] != faces.isFounder[other] {
                let poor = faces.isFounder[place] ? other : place
                groups[poor, default: []].insert(labels[poor == place ? other : place])
            }
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }

    /// The probability that each face is where it should be.
    ///
    /// Three stories compete: its own group, weight exp(e) for the evidence e of its likeness to the others in it; the
    /// best other group that nothing excludes, weight exp(e′); and nobody here. Each of G groups had a chance to look
    /// alike, and a true face seldom lies this deep among strangers: nobody weighs 10·G. The 10 was chosen by the
    /// reliability of the result on albums of CelebA and LFW (docs/grouping.md). What a person said is certain.
    func confidence(_ lists: NeighbourLists) -> [Float] {
        let nobody = log(10 * Float(max(1, sums.sizes.count)))
        return labels.indices.map { place in
            if faces.isUnited[place] { return 1 }
            let own = labels[place] >= 0 ? evidence(place, in: labels[place]) : nil
            let rival = rivals(of: place, lists).compactMap { evidence(place, in: $0) }.max() ?? 0
            let wrong = own == nil ? [rival] : [rival, nobody]
            return 1 / (1 + wrong.reduce(0) { $0 + exp($1 - (own ?? nobody)) })
        }
    }

    /// Groups that a face might belong to instead, by its neighbours.
    private func rivals(of place: Int, _ lists: NeighbourLists) -> Set<Int> {
        var groups = Set(lists.neighbours(of: place).map { labels[$0] })
        groups.remove(-1)
        groups.remove(labels[place])
        return groups.filter { !Exclusions.meet(tags[$0], faces.tags[place]) }
    }

    /// Evidence that a face is the person of a group, itself left out; nil when nobody else is there.
    private func evidence(_ place: Int, in group: Int) -> Float? {
        let isMember = faces.isFounder[place] && labels[place] == group
        guard let s = sums.similarity(row: place, of: faces.vectors, to: group, isMember: isMember) else { return nil }
        return rule.evidence(similarity: s, sizes: 1, sums.sizes[group] - (isMember ? 1 : 0))
    }
}
