internal import FaceCore
import Glibc

/// Splits each community into parts that hang together: the second phase of Leiden (Traag, Waltman, van Eck 2019).
///
/// Every node starts alone; each that is still alone joins a part of its own community, if it and that part are well
/// connected to the rest of the community. With a `temperature` θ the part is drawn with probability ∝ exp(gain/θ),
/// without one it is the best.
struct Refinement<Objective: CommunityObjective> {
    let network: CommunityNetwork
    /// The community of each node.
    let parents: [Int32]
    let temperature: Double?
    private var objective: Objective
    private var membership: [Int32]
    private var sizes: [Int32]
    /// Weight between a part and the rest of its community.
    private var cuts: [Double]
    private var masses: [Double]
    private var whole: [Double]
    private var links: LinkSums

    /// `singles` judges the partition in which every node is alone.
    init(_ network: CommunityNetwork, singles: Objective, parents: [Int32], temperature: Double?) {
        self.network = network
        self.parents = parents
        self.temperature = temperature
        objective = singles
        membership = Array(0..<Int32(network.nodes))
        sizes = [Int32](repeating: 1, count: network.nodes)
        cuts = [Double](repeating: 0, count: network.nodes)
        masses = (0..<network.nodes).map { singles.mass($0) }
        whole = [Double](repeating: 0, count: network.nodes)
        links = LinkSums(communities: network.nodes)
        for v in 0..<network.nodes { whole[Int(parents[v])] += masses[v] }
    }

    /// The part of each node, named by one of its nodes.
    mutating func run(random: inout SeededRandom) -> [Int32] {
        for v in 0..<network.nodes {
            for e in network.out.offsets[v]..<network.out.offsets[v + 1] {
                let u = Int(network.out.targets[e])
                if u != v, parents[u] == parents[v] { cuts[v] += Double(network.out.weights[e]) }
            }
        }
        for v in (0..<network.nodes).shuffled(using: &random) where sizes[Int(membership[v])] == 1 {
            guard isWellConnected(v, whole[Int(parents[v])]) else { continue }
            join(v, random: &random)
        }
        return membership
    }

    private func isWellConnected(_ part: Int, _ whole: Double) -> Bool {
        objective.isWellConnected(cut: cuts[part], mass: masses[part], whole: whole)
    }

    private mutating func join(_ node: Int, random: inout SeededRandom) {
        let old = Int(membership[node])
        links.collect(network, node, membership, within: parents)
        let own = links.sums(of: Int32(old))
        objective.remove(node, from: old, out: own.out, into: own.into)
        let stay = objective.gain(node, old, out: own.out, into: own.into)
        var choices: [(part: Int, gain: Double, sums: (out: Double, into: Double))] = [(old, 0, own)]
        for i in 0..<links.count {
            let part = Int(links.community(i))
            guard part != old, isWellConnected(part, whole[Int(parents[node])]) else { continue }
            let sums = links.sums(at: i)
            let gain = objective.gain(node, part, out: sums.out, into: sums.into) - stay
            if gain >= 0 { choices.append((part, gain, sums)) }
        }
        let choice = choices[pick(choices.map(\.gain), random: &random)]
        objective.add(node, to: choice.part, out: choice.sums.out, into: choice.sums.into)
        guard choice.part != old else { return }
        cuts[choice.part] += cuts[old] - choice.sums.out - choice.sums.into
        masses[choice.part] += masses[old]
        sizes[choice.part] += 1
        sizes[old] = 0
        membership[node] = Int32(choice.part)
    }

    private func pick(_ gains: [Double], random: inout SeededRandom) -> Int {
        var best = 0
        for i in gains.indices where gains[i] > gains[best] + (best == 0 ? objective.noise : 0) { best = i }
        guard let temperature else { return best }
        let weights = gains.map { exp(($0 - gains[best]) / temperature) }
        var left = random.unit() * weights.reduce(0, +)
        for (i, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return i }
        }
        return best
    }
}
