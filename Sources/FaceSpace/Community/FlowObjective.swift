import Glibc

/// The two-level map equation, negative: bits that a walk's description is shorter (Rosvall, Bergstrom 2008).
///
/// L = h(Σ enter) − Σ h(enter) − Σ h(exit) + Σ h(exit + flow) − Σ h(node flow), h(x) = x·log₂ x; the last sum does not
/// depend on the partition. Enter and exit flow of a module are equal in an undirected network.
struct FlowObjective: CommunityObjective {
    private struct Module {
        var flow = 0.0
        var exit = 0.0
        var enter = 0.0
        /// −h(enter) − h(exit) + h(exit + flow)
        var term = 0.0
    }

    private let flows: [Double]
    private let exits: [Double]
    private let enters: [Double]
    /// What an arc's weight is multiplied by to be flow.
    private let scale: Double
    private let isSymmetric: Bool
    private var modules: [Module]
    private var entering = 0.0
    let noise = 1e-10

    init(_ network: CommunityNetwork, membership: [Int32], scale: Double) {
        self.scale = scale
        flows = network.mass
        exits = network.out.totals().map { $0 * scale }
        isSymmetric = network.into == nil
        enters = network.into?.totals().map { $0 * scale } ?? exits
        modules = [Module](repeating: Module(), count: network.nodes)
        for (v, c) in membership.enumerated() { modules[Int(c)].flow += flows[v] }
        addCuts(network.out, membership) { from, to, flow in
            modules[from].exit += flow
            modules[to].enter += flow
        }
        for c in modules.indices {
            modules[c].term = term(modules[c])
            entering += modules[c].enter
        }
    }

    private func addCuts(_ arcs: Arcs, _ membership: [Int32], _ body: (Int, Int, Double) -> Void) {
        for v in 0..<arcs.rows {
            let from = membership[v]
            for e in arcs.offsets[v]..<arcs.offsets[v + 1] {
                let to = membership[Int(arcs.targets[e])]
                if to != from { body(Int(from), Int(to), Double(arcs.weights[e]) * scale) }
            }
        }
    }

    private func term(_ module: Module) -> Double {
        let exit = isSymmetric ? -2 * plogp(module.exit) : -plogp(module.exit) - plogp(module.enter)
        return exit + plogp(module.exit + module.flow)
    }

    private func joined(_ node: Int, _ module: Module, out: Double, into: Double) -> Module {
        var next = module
        let (out, into) = (out * scale, into * scale)
        next.flow += flows[node]
        // sums of differences of equal numbers come out a little below 0
        next.exit = max(0, next.exit + exits[node] - out - into)
        next.enter = isSymmetric ? next.exit : max(0, next.enter + enters[node] - into - out)
        next.term = term(next)
        return next
    }

    mutating func remove(_ node: Int, from community: Int, out: Double, into: Double) {
        var module = modules[community]
        entering -= module.enter
        let (out, into) = (out * scale, into * scale)
        module.flow = max(0, module.flow - flows[node])
        module.exit = max(0, module.exit - exits[node] + out + into)
        module.enter = isSymmetric ? module.exit : max(0, module.enter - enters[node] + into + out)
        module.term = term(module)
        entering += module.enter
        modules[community] = module
    }

    mutating func add(_ node: Int, to community: Int, out: Double, into: Double) {
        let module = joined(node, modules[community], out: out, into: into)
        entering += module.enter - modules[community].enter
        modules[community] = module
    }

    func gain(_ node: Int, _ community: Int, out: Double, into: Double) -> Double {
        let old = modules[community]
        let new = joined(node, old, out: out, into: into)
        return old.term - new.term - plogp(entering - old.enter + new.enter)
    }

    func isWellConnected(cut: Double, mass: Double, whole: Double) -> Bool { true }

    func mass(_ node: Int) -> Double { flows[node] }
}

/// x·log₂ x, 0 at 0.
func plogp(_ x: Double) -> Double { x > 0 ? x * log2(x) : 0 }
