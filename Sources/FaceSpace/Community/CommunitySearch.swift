internal import FaceCore

/// The search for the partition of the largest objective: move nodes, refine, aggregate by the refined parts, and again
/// on the smaller network until no community of more than one node is left.
///
/// A further round starts from single rows in the communities found before: rows move alone again (what Infomap calls
/// fine-tuning) and, through the refinement, in parts of communities (coarse-tuning).
struct CommunitySearch<Objective: CommunityObjective> {
    let network: CommunityNetwork
    let temperature: Double?
    /// The objective of a level with this membership.
    let objective: (CommunityNetwork, [Int32]) -> Objective

    /// One round. `membership` names communities by numbers below the number of nodes; the result by 0, 1, ….
    func round(from membership: [Int32], random: inout SeededRandom) -> [Int32] {
        var level = network
        var membership = membership
        // the node of the level that each row is in
        var place = Array(0..<Int32(network.nodes))
        while true {
            var moving = NodeMoving(level, objective: objective(level, membership), membership: membership)
            _ = moving.run(random: &random)
            let (communities, count) = compact(moving.membership)
            guard count < level.nodes else { return place.map { communities[Int($0)] } }
            var refinement = Refinement(
                level, singles: objective(level, Array(0..<Int32(level.nodes))), parents: communities,
                temperature: temperature)
            var (parts, partCount) = compact(refinement.run(random: &random))
            // parts that are all single nodes would give the same level again
            if partCount == level.nodes { (parts, partCount) = (communities, count) }
            var parents = [Int32](repeating: 0, count: partCount)
            for (v, part) in parts.enumerated() { parents[Int(part)] = communities[v] }
            level = level.aggregated(parts, count: partCount)
            membership = parents
            for row in place.indices { place[row] = parts[Int(place[row])] }
        }
    }

    private func compact(_ labels: [Int32]) -> ([Int32], Int) {
        var names = [Int32](repeating: -1, count: labels.count)
        var count: Int32 = 0
        let out = labels.map { label in
            if names[Int(label)] < 0 {
                names[Int(label)] = count
                count += 1
            }
            return names[Int(label)]
        }
        return (out, Int(count))
    }
}
