/// DBSCAN that follows its rows: insertions and deletions touch the neighbourhood that they change (Ester, Kriegel, Sander,
/// Wimmer & Xu, VLDB 1998).
///
/// After every operation the groups are those of DBSCAN over the live rows: cores have at least `minimumPoints` founders in
/// reach, themselves included; cores in reach of each other are one group; any other row belongs to its nearest core in
/// reach (ties: the lower row), or to nobody. Rows that may not found are never cores and count for nobody.
///
/// An entry may stand for several equal rows: it counts as often as its weight, and among entries that are equally near the
/// one with the lowest row is the nearest. Entries are numbered as they come and called rows here.
package struct DensityCore: Sendable {
    package typealias Neighbour = GrowingVectors.Neighbour

    package let minimumPoints: Int
    /// The rows in reach of each live row, itself left out.
    package private(set) var lists: [[Neighbour]] = []
    package private(set) var isLive: [Bool] = []
    /// Equal rows that each entry stands for, and the lowest of them.
    private(set) var weight: [Int32] = []
    private(set) var lowest: [Int32] = []
    package private(set) var mayFound: [Bool] = []
    package private(set) var isCore: [Bool] = []
    /// Founders in reach, itself included.
    private var founders: [Int32] = []
    /// The nearest core of a row that is none; −1: there is none in reach.
    private var anchor: [Int32] = []
    /// The group of each row, −1 for nobody.
    package private(set) var group: [Int32] = []
    package private(set) var members: [Int32: GroupMembers] = [:]
    package private(set) var nextGroup: Int32 = 0
    /// Rows whose state was read or written since the count was taken last: the work beside the search.
    package private(set) var touched = 0

    /// The rows of a group and how many of them are cores.
    package struct GroupMembers: Sendable {
        package var rows: [Int32] = []
        package var cores = 0
    }

    /// Place of each row in the members of its group.
    private var place: [Int32] = []

    package init(minimumPoints: Int) { self.minimumPoints = minimumPoints }

    package mutating func takeTouched() -> Int {
        defer { touched = 0 }
        return touched
    }

    // MARK: Insertion

    /// Appends rows with the rows in reach of each (all of them, the new ones included; itself may be among them).
    /// `equals` are old rows of which more came: how many. `weight` and `lowest` are of the new ones; left out, each stands
    /// for itself. Returns the groups that changed, those that ended included, and rows that belong to nobody now or did
    /// before.
    package mutating func insert(
        _ found: [[Neighbour]], mayFound flags: [Bool], weight more: [Int32] = [], lowest own: [Int32] = [],
        equals: [Int: Int32] = [:]
    ) -> Change {
        let first = lists.count
        var candidates = Set(first..<(first + found.count))
        for (row, count) in equals { add(count, to: row, &candidates) }
        append(found, flags, more, own)
        for row in first..<lists.count {
            for n in lists[row] {
                let other = Int(n.row)
                touched += 1
                if other < first {
                    lists[other].append(Neighbour(row: Int32(row), closeness: n.closeness))
                    if mayFound[other] { founders[row] += weight[other] }
                }
                if mayFound[row] {
                    founders[other] += weight[row]
                    if other < first { candidates.insert(other) }
                }
            }
        }
        var change = Change()
        change.rows.formUnion(first..<lists.count)
        let risen = candidates.sorted().filter { mayFound[$0] && !isCore[$0] && Int(founders[$0]) >= minimumPoints }
        for row in risen { isCore[row] = true }
        connect(risen, &change)
        redecide(after: risen, new: first..<lists.count, &change)
        return change
    }

    /// Counts more (or, negative, fewer) equals of a row that stays.
    private mutating func add(_ count: Int32, to row: Int, _ concerned: inout Set<Int>) {
        weight[row] += count
        guard mayFound[row] else { return }
        founders[row] += count
        concerned.insert(row)
        touched += lists[row].count
        for n in lists[row] {
            founders[Int(n.row)] += count
            concerned.insert(Int(n.row))
        }
    }

    /// What an operation changed.
    package struct Change: Sendable {
        /// Groups whose rows changed; some may have ended.
        package var groups: Set<Int32> = []
        /// Rows that came, went, or moved.
        package var rows: Set<Int> = []
        /// Of an approximate search: new rows with the rows that are like them, in reach or nearly.
        var near: [(row: Int32, others: [Neighbour])] = []
    }

    private mutating func append(_ found: [[Neighbour]], _ flags: [Bool], _ more: [Int32], _ own: [Int32]) {
        precondition(found.count == flags.count, "one list and one flag a row")
        for (k, list) in found.enumerated() {
            let row = Int32(lists.count)
            lists.append(list.filter { $0.row != row && isKnownLive($0.row, first: row - Int32(k)) })
            isLive.append(true)
            weight.append(more.isEmpty ? 1 : more[k])
            lowest.append(own.isEmpty ? row : own[k])
            mayFound.append(flags[k])
            isCore.append(false)
            founders.append(flags[k] ? weight[Int(row)] : 0)
            anchor.append(-1)
            group.append(-1)
            place.append(-1)
        }
    }

    private func isKnownLive(_ row: Int32, first: Int32) -> Bool { row >= first || isLive[Int(row)] }

    /// Joins new cores with the groups and new cores in their reach.
    private mutating func connect(_ risen: [Int], _ change: inout Change) {
        var union = KeyedSets()
        func key(_ row: Int) -> Int { group[row] >= 0 && anchor[row] < 0 ? Int(group[row]) : -2 - row }
        for row in risen {
            leave(row, &change)
            anchor[row] = -1
        }
        for row in risen {
            union.add(key(row))
            for n in lists[row] where isCore[Int(n.row)] {
                touched += 1
                union.unite(key(row), key(Int(n.row)))
            }
        }
        for set in union.sets {
            let old = set.filter { $0 >= 0 }.map(Int32.init)
            let fresh = set.filter { $0 < 0 }.map { -2 - $0 }.sorted()
            let survivor = largest(of: old) ?? newGroup()
            change.groups.insert(survivor)
            for other in old where other != survivor { absorb(other, into: survivor, &change) }
            for row in fresh { enter(row, survivor, isCore: true, &change) }
        }
    }

    /// The group with the most rows, the oldest of equal ones.
    private func largest(of groups: [Int32]) -> Int32? {
        groups.min {
            let (a, b) = (members[$0]?.rows.count ?? 0, members[$1]?.rows.count ?? 0)
            return a != b ? a > b : $0 < $1
        }
    }

    private mutating func newGroup() -> Int32 {
        defer { nextGroup += 1 }
        members[nextGroup] = GroupMembers()
        return nextGroup
    }

    private mutating func absorb(_ other: Int32, into survivor: Int32, _ change: inout Change) {
        guard let moved = members.removeValue(forKey: other) else { return }
        change.groups.insert(other)
        for row in moved.rows {
            touched += 1
            group[Int(row)] = survivor
            place[Int(row)] = Int32(members[survivor]?.rows.count ?? 0)
            members[survivor]?.rows.append(row)
            change.rows.insert(Int(row))
        }
        members[survivor]?.cores += moved.cores
    }

    private mutating func enter(_ row: Int, _ target: Int32, isCore core: Bool, _ change: inout Change) {
        group[row] = target
        place[row] = Int32(members[target]?.rows.count ?? 0)
        members[target]?.rows.append(Int32(row))
        if core { members[target]?.cores += 1 }
        change.groups.insert(target)
        change.rows.insert(row)
    }

    /// Takes a row out of its group; the last one to leave ends it.
    private mutating func leave(_ row: Int, wasCore: Bool = false, _ change: inout Change) {
        let old = group[row]
        change.rows.insert(row)
        guard old >= 0, var rows = members[old]?.rows else { return }
        let hole = Int(place[row])
        members[old]?.rows = []
        let last = rows.removeLast()
        if Int(last) != row {
            rows[hole] = last
            place[Int(last)] = Int32(hole)
        }
        members[old]?.rows = rows
        if wasCore { members[old]?.cores -= 1 }
        if rows.isEmpty { members[old] = nil }
        group[row] = -1
        change.groups.insert(old)
    }

    /// Rows that are no cores look for the nearest one: the new rows, and those beside new cores.
    private mutating func redecide(after risen: [Int], new: Range<Int>, _ change: inout Change) {
        var border = Set(new.filter { !isCore[$0] })
        for row in risen { for n in lists[row] where !isCore[Int(n.row)] { border.insert(Int(n.row)) } }
        for row in border.sorted() { settle(row, &change) }
    }

    /// Gives a row that is no core to its nearest core.
    private mutating func settle(_ row: Int, _ change: inout Change) {
        var best: Neighbour?
        for n in lists[row] where isCore[Int(n.row)] {
            touched += 1
            if let b = best, (n.closeness, lowest[Int(b.row)]) <= (b.closeness, lowest[Int(n.row)]) { continue }
            best = n
        }
        let target = best.map { group[Int($0.row)] } ?? -1
        anchor[row] = best?.row ?? -1
        guard target != group[row] else { return }
        leave(row, &change)
        if target >= 0 { enter(row, target, isCore: false, &change) }
    }

    // MARK: Deletion

    /// Deletes live rows. `equals` are rows that stay, of which fewer are left: how many went, and the lowest that stayed.
    package mutating func remove(_ rows: [Int], equals: [Int: (gone: Int32, lowest: Int32)] = [:]) -> Change {
        var change = Change()
        change.rows.formUnion(rows)
        var border: Set<Int> = []
        var shrunk: Set<Int> = []
        for (row, left) in equals {
            add(-left.gone, to: row, &shrunk)
            guard left.lowest != lowest[row] else { continue }
            lowest[row] = left.lowest
            // of equally near cores another one may be the nearest now
            if isCore[row] { border.formUnion(lists[row].map { Int($0.row) }.filter { !isCore[$0] }) }
        }
        let (fallen, neighbours) = unlink(rows, &shrunk)
        var seeds: [Int32: Set<Int>] = [:]
        for row in fallen {
            let old = group[row]
            isCore[row] = false
            leave(row, wasCore: true, &change)
            seeds[old, default: []].formUnion(neighbours[row] ?? lists[row].map { Int($0.row) })
        }
        for (old, near) in seeds.sorted(by: { $0.key < $1.key }) {
            let cores = near.filter { isCore[$0] && group[$0] == old }.sorted()
            touched += near.count
            if cores.count > 1 { split(old, from: cores, &change) }
            border.formUnion(near.filter { isLive[$0] && !isCore[$0] })
        }
        border = border.union(fallen).filter { isLive[$0] && !isCore[$0] }
        for row in rows where group[row] >= 0 { leave(row, &change) }
        for row in border.sorted() { settle(row, &change) }
        for row in rows { anchor[row] = -1 }
        return change
    }

    /// Takes rows out of all lists. Returns the rows that are cores no more, and the former neighbours of deleted ones.
    private mutating func unlink(_ rows: [Int], _ shrunk: inout Set<Int>) -> (fallen: [Int], neighbours: [Int: [Int]]) {
        var neighbours: [Int: [Int]] = [:]
        for row in rows { isLive[row] = false }
        for row in rows {
            neighbours[row] = lists[row].map { Int($0.row) }
            for n in lists[row] where isLive[Int(n.row)] {
                let other = Int(n.row)
                touched += lists[other].count
                lists[other].removeAll { $0.row == Int32(row) }
                if mayFound[row] {
                    founders[other] -= weight[row]
                    shrunk.insert(other)
                }
            }
            lists[row] = []
            (founders[row], weight[row]) = (0, 0)
        }
        let fallen =
            rows.filter { isCore[$0] }
            + shrunk.filter { isLive[$0] && isCore[$0] && Int(founders[$0]) < minimumPoints }
        return (fallen.sorted(), neighbours)
    }

    /// Finds whether the cores of a group still hang together; the parts that do not become groups of their own.
    private mutating func split(_ old: Int32, from seeds: [Int], _ change: inout Change) {
        var search = SplitSearch(seeds: seeds, cores: members[old]?.cores ?? 0)
        let parts = search.run { row in
            lists[row].compactMap { isCore[Int($0.row)] ? Int($0.row) : nil }
        }
        touched += search.visited
        for part in parts.sorted(by: { $0[0] < $1[0] }) {
            let fresh = newGroup()
            for row in part {
                leave(row, wasCore: true, &change)
                enter(row, fresh, isCore: true, &change)
                for n in lists[row] where anchor[Int(n.row)] == Int32(row) && !isCore[Int(n.row)] {
                    leave(Int(n.row), &change)
                    enter(Int(n.row), fresh, isCore: false, &change)
                }
            }
        }
    }
}

extension DensityCore {
    /// As saved: lists, flags, weights and groups; all else follows. Returns nil for parts that contradict each other.
    init?(
        minimumPoints: Int, lists: [[Neighbour]], weight: [Int32], lowest: [Int32], mayFound: [Bool], group: [Int32],
        nextGroup: Int32
    ) {
        let n = lists.count
        guard weight.count == n, lowest.count == n, mayFound.count == n, group.count == n,
            group.allSatisfy({ $0 >= -1 && $0 < nextGroup })
        else { return nil }
        self.init(minimumPoints: minimumPoints)
        (self.lists, self.weight, self.lowest) = (lists, weight, lowest)
        (self.mayFound, self.group, self.nextGroup) = (mayFound, group, nextGroup)
        isLive = weight.map { $0 > 0 }
        founders = lists.indices.map { i in
            lists[i].reduce(0) { $0 + (mayFound[Int($1.row)] ? weight[Int($1.row)] : 0) }
                + (mayFound[i] ? weight[i] : 0)
        }
        isCore = lists.indices.map { isLive[$0] && mayFound[$0] && Int(founders[$0]) >= minimumPoints }
        anchor = [Int32](repeating: -1, count: n)
        place = anchor
        for row in 0..<n {
            if isLive[row], !isCore[row] {
                let best = lists[row].filter { isCore[Int($0.row)] }.max {
                    ($0.closeness, lowest[Int($1.row)]) < ($1.closeness, lowest[Int($0.row)])
                }
                anchor[row] = best?.row ?? -1
            }
            guard group[row] >= 0 else { continue }
            place[row] = Int32(members[group[row], default: GroupMembers()].rows.count)
            members[group[row], default: GroupMembers()].rows.append(Int32(row))
            if isCore[row] { members[group[row], default: GroupMembers()].cores += 1 }
        }
    }
}
