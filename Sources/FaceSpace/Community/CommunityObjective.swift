/// What a partition of a network is judged by, as a sum over communities that one node's move changes in two places.
///
/// `out` and `into` are the weights of the node's arcs to and from the other members of a community; equal where the
/// network is undirected.
protocol CommunityObjective {
    /// Takes a node out of a community that holds it.
    mutating func remove(_ node: Int, from community: Int, out: Double, into: Double)
    /// Puts a node that is in no community into one, empty or not.
    mutating func add(_ node: Int, to community: Int, out: Double, into: Double)
    /// What ``add(_:to:out:into:)`` would add to the objective, up to a constant of the node.
    func gain(_ node: Int, _ community: Int, out: Double, into: Double) -> Double
    /// Gains below this are noise of the arithmetic.
    var noise: Double { get }
    /// Whether a set of this mass inside a larger one hangs on the rest of it by enough links for the guarantee of
    /// Leiden; `cut` is the weight between both.
    func isWellConnected(cut: Double, mass: Double, whole: Double) -> Bool
    /// The mass of a node.
    func mass(_ node: Int) -> Double
}
