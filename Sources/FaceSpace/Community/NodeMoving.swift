internal import FaceCore

/// Moves single nodes to the neighbouring community of the largest gain until none gains: the core of Louvain, in the
/// queue-driven form of Leiden, where only the neighbours of a node that moved are looked at again.
struct NodeMoving<Objective: CommunityObjective> {
    let network: CommunityNetwork
    var objective: Objective
    private(set) var membership: [Int32]
    private var sizes: [Int32]
    /// Communities without a member, any order.
    private var vacant: [Int32]
    private var links: LinkSums

    /// `membership` names communities by numbers below the number of nodes.
    init(_ network: CommunityNetwork, objective: Objective, membership: [Int32]) {
        self.network = network
        self.objective = objective
        self.membership = membership
        sizes = [Int32](repeating: 0, count: network.nodes)
        for c in membership { sizes[Int(c)] += 1 }
        vacant = (0..<Int32(network.nodes)).reversed().filter { [sizes] in sizes[Int($0)] == 0 }
        links = LinkSums(communities: network.nodes)
    }

    /// Returns whether a node moved. Equal gains: the community met first in the node's list.
    mutating func run(random: inout SeededRandom) -> Bool {
        var queue = NodeQueue(count: network.nodes, random: &random)
        var moved = false
        while let node = queue.next() {
            let old = Int(membership[node])
            links.collect(network, node, membership)
            guard let new = improvement(node, old) else { continue }
            moved = true
            for e in network.out.offsets[node]..<network.out.offsets[node + 1] {
                let other = Int(network.out.targets[e])
                if membership[other] != Int32(new) { queue.add(other) }
            }
            guard let into = network.into else { continue }
            for e in into.offsets[node]..<into.offsets[node + 1] {
                let other = Int(into.targets[e])
                if membership[other] != Int32(new) { queue.add(other) }
            }
        }
        return moved
    }

    /// Moves a node to its best community; `nil` when it stays.
    private mutating func improvement(_ node: Int, _ old: Int) -> Int? {
        // the common case of a settled node costs no arithmetic
        if links.count == 1, Int(links.community(0)) == old { return nil }
        let own = links.sums(of: Int32(old))
        objective.remove(node, from: old, out: own.out, into: own.into)
        let stay = objective.gain(node, old, out: own.out, into: own.into)
        var (best, bestGain, bestSums) = (old, stay + objective.noise, own)
        for i in 0..<links.count {
            let c = Int(links.community(i))
            if c == old { continue }
            let sums = links.sums(at: i)
            let gain = objective.gain(node, c, out: sums.out, into: sums.into)
            if gain > bestGain { (best, bestGain, bestSums) = (c, gain, sums) }
        }
        if sizes[old] > 1, let empty = vacant.last {
            let gain = objective.gain(node, Int(empty), out: 0, into: 0)
            if gain > bestGain { (best, bestGain, bestSums) = (Int(empty), gain, (0, 0)) }
        }
        objective.add(node, to: best, out: bestSums.out, into: bestSums.into)
        guard best != old else { return nil }
        if sizes[best] == 0 { vacant.removeLast() }
        sizes[best] += 1
        sizes[old] -= 1
        if sizes[old] == 0 { vacant.append(Int32(old)) }
        membership[node] = Int32(best)
        return best
    }
}

/// The weights from one node to each community it touches.
struct LinkSums {
    private var slot: [Int32]
    private var communities: [Int32]
    private var outs: [Double]
    private var intos: [Double]
    private(set) var count = 0

    init(communities count: Int) {
        slot = [Int32](repeating: -1, count: count)
        communities = []
        outs = []
        intos = []
    }

    func community(_ i: Int) -> Int32 { communities[i] }

    func sums(at i: Int) -> (out: Double, into: Double) { (outs[i], intos[i]) }

    func sums(of community: Int32) -> (out: Double, into: Double) {
        let i = slot[Int(community)]
        return i < 0 ? (0, 0) : (outs[Int(i)], intos[Int(i)])
    }

    /// Sums the arcs of a node by community; those to the node itself and, with `within`, those to nodes of another
    /// parent are left out.
    mutating func collect(
        _ network: CommunityNetwork, _ node: Int, _ membership: [Int32], within parents: [Int32]? = nil
    ) {
        for i in 0..<count { slot[Int(communities[i])] = -1 }
        count = 0
        add(network.out, node, membership, parents, isOut: true)
        if let into = network.into {
            add(into, node, membership, parents, isOut: false)
        } else {
            for i in 0..<count { intos[i] = outs[i] }
        }
    }

    private mutating func add(_ arcs: Arcs, _ node: Int, _ membership: [Int32], _ parents: [Int32]?, isOut: Bool) {
        for e in arcs.offsets[node]..<arcs.offsets[node + 1] {
            let other = Int(arcs.targets[e])
            if other == node { continue }
            if let parents, parents[other] != parents[node] { continue }
            let c = membership[other]
            var i = Int(slot[Int(c)])
            if i < 0 {
                i = count
                slot[Int(c)] = Int32(i)
                if i == communities.count {
                    communities.append(c)
                    outs.append(0)
                    intos.append(0)
                } else {
                    communities[i] = c
                    outs[i] = 0
                    intos[i] = 0
                }
                count += 1
            }
            if isOut { outs[i] += Double(arcs.weights[e]) } else { intos[i] += Double(arcs.weights[e]) }
        }
    }
}

/// Nodes waiting to be looked at, each at most once; all of them in random order at first.
struct NodeQueue {
    private var ring: [Int32]
    private var waits: [Bool]
    private var head = 0
    private var length: Int

    init(count: Int, random: inout SeededRandom) {
        ring = (0..<Int32(count)).shuffled(using: &random)
        waits = [Bool](repeating: true, count: count)
        length = count
    }

    mutating func add(_ node: Int) {
        guard !waits[node] else { return }
        waits[node] = true
        var at = head + length
        if at >= ring.count { at -= ring.count }
        ring[at] = Int32(node)
        length += 1
    }

    mutating func next() -> Int? {
        guard length > 0 else { return nil }
        let node = Int(ring[head])
        head = head + 1 == ring.count ? 0 : head + 1
        length -= 1
        waits[node] = false
        return node
    }
}
