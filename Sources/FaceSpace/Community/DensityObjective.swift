/// Σ over communities of (weight inside − γ·pairs of mass inside): the constant Potts model where the mass of a node is
/// its number of rows, modularity where it is its strength and γ is resolution/2W (Traag, Waltman, van Eck 2019).
struct DensityObjective: CommunityObjective {
    private let density: Double
    private let masses: [Double]
    private var inside: [Double]
    let noise = 1e-10

    init(_ network: CommunityNetwork, membership: [Int32], density: Double) {
        self.density = density
        masses = network.mass
        inside = [Double](repeating: 0, count: network.nodes)
        for (v, c) in membership.enumerated() { inside[Int(c)] += masses[v] }
    }

    mutating func remove(_ node: Int, from community: Int, out: Double, into: Double) {
        inside[community] -= masses[node]
    }

    mutating func add(_ node: Int, to community: Int, out: Double, into: Double) { inside[community] += masses[node] }

    func gain(_ node: Int, _ community: Int, out: Double, into: Double) -> Double {
        out - density * masses[node] * inside[community]
    }

    func isWellConnected(cut: Double, mass: Double, whole: Double) -> Bool {
        cut >= density * mass * (whole - mass) - 1e-12
    }

    func mass(_ node: Int) -> Double { masses[node] }
}
