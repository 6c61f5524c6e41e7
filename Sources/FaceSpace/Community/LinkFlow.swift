internal import FaceCore

/// The flow along the links of a directed network, by power iteration with teleportation to links.
struct LinkFlow {
    /// The links, weighted by their share of all steps along links.
    let out: Arcs
    /// The share of steps that end at each node.
    let nodes: [Double]

    /// Changes of the visit rates below this end the iteration; Infomap's own limit.
    private static let accuracy = 1e-12
    private static let iterations = 200

    init(_ arcs: Arcs, teleportation: Double, threads: Int) {
        let n = arcs.rows
        let strengths = arcs.totals()
        let total = strengths.reduce(0, +)
        let into = arcs.transposed()
        // by the share of each link in its source's weight, so that a step is one product an arc
        for e in 0..<into.count { into.weights[e] = Float(Double(into.weights[e]) / strengths[Int(into.targets[e])]) }
        let jumps = strengths.map { total > 0 ? $0 / total : 0 }
        var visits = [Double](repeating: 1 / Double(max(1, n)), count: n)
        for _ in 0..<Self.iterations {
            let dangling = (0..<n).reduce(0.0) { strengths[$1] == 0 ? $0 + visits[$1] : $0 }
            let share = teleportation + (1 - teleportation) * dangling
            var next = Self.step(into, visits, threads: threads)
            for v in 0..<n { next[v] = (1 - teleportation) * next[v] + share * jumps[v] }
            let sum = next.reduce(0, +)
            if sum > 0 { for v in 0..<n { next[v] /= sum } }
            let change = zip(visits, next).reduce(0) { $0 + abs($1.0 - $1.1) }
            visits = next
            if change < Self.accuracy { break }
        }
        out = Arcs(lengths: (0..<n).map { arcs.offsets[$0 + 1] - arcs.offsets[$0] })
        let moving = (0..<n).reduce(0.0) { strengths[$1] > 0 ? $0 + visits[$1] : $0 }
        var nodes = [Double](repeating: 0, count: n)
        for v in 0..<n where strengths[v] > 0 {
            let rate = visits[v] / strengths[v] / moving
            for e in arcs.offsets[v]..<arcs.offsets[v + 1] {
                out.targets[e] = arcs.targets[e]
                out.weights[e] = Float(Double(arcs.weights[e]) * rate)
                nodes[Int(arcs.targets[e])] += Double(arcs.weights[e]) * rate
            }
        }
        self.nodes = nodes
    }

    private static func step(_ into: Arcs, _ visits: [Double], threads: Int) -> [Double] {
        [Double](unsafeUninitializedCapacity: visits.count) { buffer, count in
            nonisolated(unsafe) let next = buffer
            parallelFor(visits.count, threads: threads, grain: 4096) { v in
                var sum = 0.0
                for e in into.offsets[v]..<into.offsets[v + 1] {
                    sum += visits[Int(into.targets[e])] * Double(into.weights[e])
                }
                next[v] = sum
            }
            count = visits.count
        }
    }
}
