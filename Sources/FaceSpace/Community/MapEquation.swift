public import FaceCore

/// The two-level map equation of a network: the bits a step of a random walk needs when modules have names of their own
/// and rows have names inside their module (Rosvall, Bergstrom 2008). Fewer bits, better modules.
///
/// In an undirected network a row's flow is its share of all link weight. In a directed one a surfer follows links by
/// weight and, with probability `teleportation`, starts again at the source of a link drawn by weight; those jumps are
/// not encoded (Lambiotte, Rosvall 2012: "unrecorded teleportation to links"). Codelengths equal Infomap's.
public struct MapEquation: Sendable {
    /// Bits a step.
    public struct Codelength: Sendable, Hashable {
        /// For the names of modules, when the walk enters one.
        public let index: Double
        /// For the names of rows and exits inside modules.
        public let modules: Double
        public var total: Double { index + modules }
    }

    private let network: CommunityNetwork
    /// What an arc's weight is multiplied by to be flow.
    private let scale: Double

    /// Finds the flow of a network. O(links) an iteration of at most 200 where it is directed.
    ///
    /// Memory beside the network: 24 bytes a row; 16 bytes a link where it is directed.
    public init(_ network: LinkNetwork, teleportation: Double = 0.15, threads: Int = availableThreads()) {
        precondition(teleportation > 0 && teleportation < 1, "teleportation is a probability")
        if network.isDirected {
            let flow = LinkFlow(network.arcs, teleportation: teleportation, threads: threads)
            self.network = CommunityNetwork(
                nodes: network.nodes, out: flow.out, into: flow.out.transposed(), mass: flow.nodes)
            scale = 1
        } else {
            let strengths = network.arcs.totals()
            let total = strengths.reduce(0, +)
            scale = total > 0 ? 1 / total : 0
            self.network = CommunityNetwork(
                nodes: network.nodes, out: network.arcs, into: nil, mass: strengths.map { [scale] in $0 * scale })
        }
    }

    /// The share of steps that end at each row.
    public var nodeFlow: [Double] { network.mass }

    /// The codelength of a partition; labels of any distinct values.
    public func codelength(of labels: [Int]) -> Codelength {
        precondition(labels.count == network.nodes, "one label a node")
        let module = Grouping.renumbered(labels)
        let count = (module.max() ?? -1) + 1
        var flow = [Double](repeating: 0, count: count)
        var exit = flow
        var enter = flow
        for v in 0..<network.nodes {
            flow[module[v]] += network.mass[v]
            for e in network.out.offsets[v]..<network.out.offsets[v + 1] {
                let other = module[Int(network.out.targets[e])]
                guard other != module[v] else { continue }
                exit[module[v]] += Double(network.out.weights[e]) * scale
                enter[other] += Double(network.out.weights[e]) * scale
            }
        }
        let index = plogp(enter.reduce(0, +)) - enter.reduce(0) { $0 + plogp($1) }
        let names = network.mass.reduce(0) { $0 + plogp($1) }
        let inside = zip(exit, flow).reduce(0) { $0 + plogp($1.0 + $1.1) - plogp($1.0) }
        return Codelength(index: index, modules: inside - names)
    }

    /// The partition of the smallest codelength that `trials` searches from single rows find; the first of equal ones.
    ///
    /// Rounds end when one shortens the description by less than 10⁻⁵ of it. About ten passes over the links each;
    /// memory beside the flow: about 100 bytes a row and, for the first aggregated level, at most as much as the links.
    public func optimised(seed: UInt64 = 1, trials: Int = 1) -> (labels: [Int], codelength: Codelength) {
        // never worse than what links alone say, and no module of parts that no link joins
        var best = network.components
        var bestLength = codelength(of: best)
        for trial in 0..<max(1, trials) {
            var random = SeededRandom(seed: seed &+ UInt64(trial) &* 0x9E37_79B9)
            let (labels, length) = searched(&random)
            if length.total < bestLength.total - 1e-12 { (best, bestLength) = (labels, length) }
        }
        return (Grouping.numbered(best), bestLength)
    }

    private func searched(_ random: inout SeededRandom) -> ([Int], Codelength) {
        let search = CommunitySearch(network: network, temperature: nil) { [scale] level, membership in
            FlowObjective(level, membership: membership, scale: scale)
        }
        var membership = Array(0..<Int32(network.nodes))
        var length = Codelength(index: .infinity, modules: 0)
        var labels: [Int] = []
        while true {
            membership = search.round(from: membership, random: &random)
            let next = membership.map(Int.init)
            let nextLength = codelength(of: next)
            let isEnough = nextLength.total > length.total * (1 - 1e-5)
            if nextLength.total < length.total { (labels, length) = (next, nextLength) }
            if isEnough || length.total == 0 { return (labels, length) }
        }
    }
}
