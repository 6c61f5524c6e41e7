/// One level of a search for communities: a network whose nodes are rows or whole communities of rows.
struct CommunityNetwork {
    let nodes: Int
    let out: Arcs
    /// Arcs by target; `nil` where the network is undirected and `out` holds them.
    let into: Arcs?
    /// What a node weighs in the objective: its flow, its rows, or its strength.
    let mass: [Double]

    /// The component of each node, named by one of its nodes; arcs count in both directions.
    var components: [Int] {
        var sets = DisjointSets(count: nodes)
        for v in 0..<nodes {
            for e in out.offsets[v]..<out.offsets[v + 1] { sets.unite(v, Int(out.targets[e])) }
        }
        return (0..<nodes).map { sets.find($0) }
    }

    /// The network of the communities 0..<count of this one; arcs inside a community are gone.
    func aggregated(_ community: [Int32], count: Int) -> CommunityNetwork {
        let grouped = Members(community, count: count)
        var mass = [Double](repeating: 0, count: count)
        for v in 0..<nodes { mass[Int(community[v])] += self.mass[v] }
        return CommunityNetwork(
            nodes: count, out: Self.summed(out, community, grouped),
            into: into.map { Self.summed($0, community, grouped) }, mass: mass)
    }

    /// The nodes of each community, rising: those of c are `nodes[start[c]..<start[c + 1]]`.
    struct Members {
        var start: [Int]
        var nodes: [Int32]

        init(_ community: [Int32], count: Int) {
            start = [Int](repeating: 0, count: count + 1)
            for c in community { start[Int(c) + 1] += 1 }
            for c in 0..<count { start[c + 1] += start[c] }
            var next = start
            nodes = [Int32](repeating: 0, count: community.count)
            for (v, c) in community.enumerated() {
                nodes[next[Int(c)]] = Int32(v)
                next[Int(c)] += 1
            }
        }
    }

    private static func summed(_ arcs: Arcs, _ community: [Int32], _ grouped: Members) -> Arcs {
        let count = grouped.start.count - 1
        var lengths = [Int](repeating: 0, count: count)
        var targets: [Int32] = []
        var weights: [Float] = []
        var sums = [Double](repeating: 0, count: count)
        var touched: [Int32] = []
        for c in 0..<count {
            for v in grouped.nodes[grouped.start[c]..<grouped.start[c + 1]] {
                for e in arcs.offsets[Int(v)]..<arcs.offsets[Int(v) + 1] {
                    let other = community[Int(arcs.targets[e])]
                    if Int(other) == c { continue }
                    if sums[Int(other)] == 0 { touched.append(other) }
                    sums[Int(other)] += Double(arcs.weights[e])
                }
            }
            lengths[c] = touched.count
            for other in touched {
                targets.append(other)
                weights.append(Float(sums[Int(other)]))
                sums[Int(other)] = 0
            }
            touched.removeAll(keepingCapacity: true)
        }
        let out = Arcs(lengths: lengths)
        targets.withUnsafeBufferPointer {
            out.targets.update(from: $0.baseAddress ?? .init(out.targets), count: $0.count)
        }
        weights.withUnsafeBufferPointer {
            out.weights.update(from: $0.baseAddress ?? .init(out.weights), count: $0.count)
        }
        return out
    }
}
