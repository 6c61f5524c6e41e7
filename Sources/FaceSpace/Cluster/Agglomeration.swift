internal import FaceCore

/// Groups that grow by the strongest evidence first, until no two of them have enough.
///
/// Average linkage on a neighbour graph: the links of a group lead to every group that is near enough to matter, and
/// carry the evidence that both are one person. Links between groups that exclude each other do not exist.
struct Agglomeration {
    /// A group and the evidence that it is the same person.
    struct Link {
        var group: Int32
        var evidence: Float
    }

    /// Evidence for a union of two groups of these sizes from their mean similarity, in nats.
    let rule: EvidenceRule
    /// Groups join from this evidence on.
    let stop: Float
    private(set) var sums: GroupSums
    private(set) var tags: [[Int32]]
    private(set) var sets: DisjointSets
    /// By group, rising by the other group; empty for a group that was swallowed.
    private var links: [[Link]]
    private var best: [Link]
    private var stamps: [Int32]
    private var alive: [Bool]
    private var queue = MergeQueue()

    /// Every row a group of its own, without links.
    init(_ vectors: Matrix, tags: [[Int32]], rule: EvidenceRule, stop: Float) {
        self.rule = rule
        self.stop = stop
        self.tags = tags
        sums = GroupSums(vectors)
        sets = DisjointSets(count: vectors.rows)
        links = [[Link]](repeating: [], count: vectors.rows)
        best = [Link](repeating: Link(group: -1, evidence: 0), count: vectors.rows)
        stamps = [Int32](repeating: 0, count: vectors.rows)
        alive = [Bool](repeating: true, count: vectors.rows)
    }

    /// Puts two groups together before any link exists: somebody said that they are one person.
    mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (sets.find(a), sets.find(b))
        if a != b { absorb(max(a, b), into: min(a, b)) }
    }

    /// Links the groups of these rows, which are the ends of an edge of the neighbour graph; `pairs` in any order.
    /// Returns whether a link is new.
    @discardableResult
    mutating func link(_ pairs: some Sequence<(Int, Int)>) -> Bool {
        var isNew = false
        var wanted = [[Int32]](repeating: [], count: links.count)
        for (a, b) in pairs {
            let (a, b) = (sets.find(a), sets.find(b))
            if a != b { wanted[min(a, b)].append(Int32(max(a, b))) }
        }
        for a in wanted.indices where !wanted[a].isEmpty {
            var last: Int32 = -1
            for b in wanted[a].sorted() where b != last {
                last = b
                guard !Exclusions.meet(tags[a], tags[Int(b)]), find(b, in: links[a]) == nil else { continue }
                let evidence = evidence(a, Int(b))
                insert(Link(group: b, evidence: evidence), into: a)
                insert(Link(group: Int32(a), evidence: evidence), into: Int(b))
                isNew = true
            }
        }
        return isNew
    }

    /// Links all groups of these rows to each other where their mean similarity is at least `floor`; O(groups²·d). Beyond
    /// ``fewGroups`` of them each meets its ``nearest`` ones only: those that it is less like join it no sooner, and a
    /// further call finds who moved up. Returns whether a link is new.
    mutating func linkGroups(of rows: [Int], floor: Float, threads: Int) throws(LikenessError) -> Bool {
        let groups = Set(rows.map { sets.find($0) }).sorted()
        var pairs: [(Int, Int)] = []
        guard groups.count > Self.fewGroups else {
            for (i, a) in groups.enumerated() {
                for b in groups[(i + 1)...] where sums.similarity(a, b) >= floor { pairs.append((a, b)) }
            }
            return link(pairs)
        }
        let nearest = try sums.means(groups).topNeighbours(k: Self.nearest, floor: floor, threads: threads)
        for (i, a) in groups.enumerated() {
            for j in nearest.indices[i * Self.nearest..<(i + 1) * Self.nearest] where j >= 0 {
                pairs.append((a, groups[Int(j)]))
            }
        }
        return link(pairs)
    }

    private static let fewGroups = 4096
    private static let nearest = 64

    /// The group of each row, named by one of its rows.
    var roots: [Int] {
        var sets = sets
        return links.indices.map { sets.find($0) }
    }

    /// Joins groups, strongest evidence first, until none is at ``stop``.
    mutating func run() {
        for group in links.indices where alive[group] { chooseBest(group) }
        while let next = queue.pop() {
            let group = Int(next.group)
            guard alive[group], stamps[group] == next.stamp else { continue }
            let other = Int(best[group].group)
            join(min(group, other), max(group, other))
        }
    }

    /// Evidence that two groups are one person.
    func evidence(_ a: Int, _ b: Int) -> Float {
        rule.evidence(similarity: sums.similarity(a, b), sizes: sums.sizes[a], sums.sizes[b])
    }

    private mutating func absorb(_ b: Int, into a: Int) {
        sets.unite(a, b)
        sums.add(b, to: a)
        tags[a] = Exclusions.union(tags[a], tags[b])
        tags[b] = []
        alive[b] = false
    }

    private mutating func join(_ a: Int, _ b: Int) {
        absorb(b, into: a)
        let neighbours = merged(links[a], links[b]).filter { $0 != Int32(a) && $0 != Int32(b) }
        links[a] = []
        links[b] = []
        for k in neighbours {
            let other = Int(k)
            let hadBest = best[other].group == Int32(a) || best[other].group == Int32(b)
            remove(Int32(b), from: other)
            guard !Exclusions.meet(tags[a], tags[other]) else {
                remove(Int32(a), from: other)
                if hadBest { chooseBest(other) }
                continue
            }
            let link = Link(group: Int32(a), evidence: evidence(a, other))
            insert(link, into: other)
            links[a].append(Link(group: k, evidence: link.evidence))
            if hadBest || isBetter(link, than: best[other]) { chooseBest(other) }
        }
        chooseBest(a)
    }

    /// Looks up the strongest link of a group, and queues it when it is strong enough.
    private mutating func chooseBest(_ group: Int) {
        var choice = Link(group: -1, evidence: -1)
        for link in links[group] where isBetter(link, than: choice) { choice = link }
        best[group] = choice
        stamps[group] += 1
        if choice.group >= 0, choice.evidence >= stop {
            queue.push(.init(evidence: choice.evidence, group: Int32(group), stamp: stamps[group]))
        }
    }

    private func isBetter(_ a: Link, than b: Link) -> Bool {
        b.group < 0 || a.evidence > b.evidence || (a.evidence == b.evidence && a.group < b.group)
    }

    private func merged(_ a: [Link], _ b: [Link]) -> [Int32] {
        Exclusions.union(a.map(\.group), b.map(\.group))
    }

    // MARK: sorted lists of links

    private func lowerBound(_ group: Int32, in list: [Link]) -> Int {
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].group < group { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func find(_ group: Int32, in list: [Link]) -> Int? {
        let at = lowerBound(group, in: list)
        return at < list.count && list[at].group == group ? at : nil
    }

    private mutating func insert(_ link: Link, into group: Int) {
        let at = lowerBound(link.group, in: links[group])
        if at < links[group].count, links[group][at].group == link.group {
            links[group][at] = link
        } else {
            links[group].insert(link, at: at)
        }
    }

    private mutating func remove(_ other: Int32, from group: Int) {
        if let at = find(other, in: links[group]) { links[group].remove(at: at) }
    }
}
