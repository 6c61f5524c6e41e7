public import FaceCore

/// Communities by modularity or by the constant Potts model, found by Leiden (Traag, Waltman, van Eck 2019).
///
/// Undirected networks. Modularity prefers communities of about √(total weight): of no use for thousands of small
/// groups. The Potts model has no such limit: γ is the weight that a pair of rows has to have on average.
public struct Leiden: Sendable {
    public enum Quality: Sendable, Hashable {
        /// Σ (weight inside − γ·n(n − 1)/2).
        case potts(density: Double)
        /// Σ (weight inside/W − resolution·(strength/2W)²).
        case modularity(resolution: Double)
    }

    public let quality: Quality
    private let network: CommunityNetwork
    private let weight: Double

    /// Throws `bad-data` for a directed network.
    public init(_ network: LinkNetwork, quality: Quality) throws(LikenessError) {
        guard !network.isDirected else {
            throw LikenessError(.badData, "communities by density are those of an undirected network")
        }
        self.quality = quality
        let strengths = network.arcs.totals()
        weight = strengths.reduce(0, +) / 2
        let mass: [Double]
        switch quality {
        case .potts: mass = [Double](repeating: 1, count: network.nodes)
        case .modularity: mass = strengths
        }
        self.network = CommunityNetwork(nodes: network.nodes, out: network.arcs, into: nil, mass: mass)
    }

    private var density: Double {
        switch quality {
        case .potts(let density): density
        case .modularity(let resolution): weight > 0 ? resolution / (2 * weight) : 0
        }
    }

    /// The quality of a partition; labels of any distinct values.
    public func quality(of labels: [Int]) -> Double {
        precondition(labels.count == network.nodes, "one label a node")
        let community = Grouping.renumbered(labels)
        var inside = 0.0
        var mass = [Double](repeating: 0, count: (community.max() ?? -1) + 1)
        for v in 0..<network.nodes {
            mass[community[v]] += network.mass[v]
            for e in network.out.offsets[v]..<network.out.offsets[v + 1]
            where community[Int(network.out.targets[e])] == community[v] {
                inside += Double(network.out.weights[e]) / 2
            }
        }
        switch quality {
        case .potts(let density): return inside - density * mass.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
        case .modularity(let resolution):
            guard weight > 0 else { return 0 }
            return inside / weight - resolution * mass.reduce(0) { $0 + $1 * $1 } / (4 * weight * weight)
        }
    }

    /// The best partition of at most `rounds` rounds from single rows; ends when a round changes nothing. About four
    /// passes over the links a round, memory as the network's.
    public func optimised(seed: UInt64 = 1, rounds: Int = 10) -> (labels: [Int], quality: Double) {
        let search = CommunitySearch(network: network, temperature: 0.01) { [density] level, membership in
            DensityObjective(level, membership: membership, density: density)
        }
        var random = SeededRandom(seed: seed)
        var membership = Array(0..<Int32(network.nodes))
        var best = (labels: membership.map(Int.init), quality: quality(of: membership.map(Int.init)))
        for _ in 0..<max(1, rounds) {
            let next = search.round(from: membership, random: &random)
            let labels = next.map(Int.init)
            let value = quality(of: labels)
            let isSame = next == membership
            membership = next
            let gain = value - best.quality
            if gain > 0 { best = (labels, value) }
            if isSame || gain < 1e-9 * abs(value) { break }
        }
        return (Grouping.numbered(best.labels), best.quality)
    }
}
