internal import FaceCore

/// Joins groups that are one person seen in several ways: their centres point the same way, however spread each is.
///
/// Profiles and frontals of a person whose photos differ much come out as two groups, less like each other on average
/// than two look-alikes whose photos hardly vary. The cosine of the centres takes the spread out: the mean similarity of
/// all pairs across two groups over the geometric mean of the mean similarities inside them, rows with themselves left
/// out, so that the size of a group does not matter; what all vectors have in common is taken off first. In rounds, every pair of groups that are each other's best.
///
/// Groups are compared where their faces are in each other's lists, and where both are so large that their lists are full
/// of their own: two halves of a person with a thousand photos do not know of each other by lists of 80.
struct SetMerging {
    /// Cosine of two centres from which they are one person; 0.65–0.7 is the range of the published set-wise merging.
    var centreCosine: Float = 0.66
    /// The similarity that all vectors have in common (``StrangerSimilarity/shared``).
    var shared: Float = 0
    /// List entries between two groups, of both directions together, below which they are not compared.
    var fewestLinks = 6
    /// Smaller groups have no centre to speak of.
    var smallest = 4

    /// Labels 0, 1, … with groups joined. O(entries), O(large groups² · d), and O(pairs of linked groups · d) a round.
    func merged(
        _ labels: [Int], _ vectors: Matrix, _ graph: NeighbourGraph, floor: Float, threads: Int
    ) throws(LikenessError) -> [Int] {
        let count = (labels.max() ?? -1) + 1
        var sums = GroupSums(count: count, columns: vectors.columns)
        for (row, label) in labels.enumerated() where label >= 0 { sums.add(row: row, of: vectors, to: label) }
        var links = linked(labels, graph, sums, floor: floor)
        try link(ofAtLeast: graph.k, sums, &links, threads: threads)
        var sets = DisjointSets(count: count)
        var inside = (0..<count).map { sums.insideSimilarity($0) - shared }
        while true {
            let best = (0..<count).map { bestPartner(of: $0, links[$0], sums, inside) }
            let pairs = (0..<count).filter { best[$0] > $0 && best[best[$0]] == $0 }.map { ($0, best[$0]) }
            if pairs.isEmpty { return labels.map { $0 < 0 ? -1 : sets.find($0) } }
            for (a, b) in pairs {
                sets.unite(a, b)
                sums.add(b, to: a)
                inside[a] = sums.insideSimilarity(a) - shared
                let moved = links[b]
                links[b] = [:]
                links[a][b] = nil
                for (other, number) in moved where other != a {
                    links[other][b] = nil
                    links[a][other, default: 0] += number
                    links[other][a, default: 0] += number
                }
            }
        }
    }

    private func linked(
        _ labels: [Int], _ graph: NeighbourGraph, _ sums: GroupSums, floor: Float
    ) -> [[Int: Int]] {
        var links = [[Int: Int]](repeating: [:], count: sums.sizes.count)
        for (row, own) in labels.enumerated() where own >= 0 && sums.sizes[own] >= smallest {
            graph.withNeighbours(of: row) { indices, similarities in
                for (j, s) in zip(indices, similarities) {
                    guard s >= floor else { break }
                    let other = labels[Int(j)]
                    guard other >= 0, other != own, sums.sizes[other] >= smallest else { continue }
                    links[own][other, default: 0] += 1
                    links[other][own, default: 0] += 1
                }
            }
        }
        return links
    }

    /// Lets groups of at least `size` faces be compared with those of the nearest centres.
    private func link(
        ofAtLeast size: Int, _ sums: GroupSums, _ links: inout [[Int: Int]], threads: Int
    ) throws(LikenessError) {
        let large = sums.sizes.indices.filter { sums.sizes[$0] >= max(size, smallest) && sums.insideSimilarity($0) > 0 }
        guard large.count > 1 else { return }
        let centres = sums.means(large).scalingRows(by: large.map { 1 / sums.insideSimilarity($0).squareRoot() })
        let k = min(Self.nearestCentres, large.count - 1)
        let near = try centres.topNeighbours(k: k, floor: centreCosine, threads: threads)
        for (place, j) in near.indices.enumerated() where j >= 0 {
            let (a, b) = (large[place / k], large[Int(j)])
            links[a][b] = max(fewestLinks, links[a][b] ?? 0)
            links[b][a] = max(fewestLinks, links[b][a] ?? 0)
        }
    }

    private static let nearestCentres = 16

    /// The group whose centre is nearest, the lower of equal ones; −1 where none is near enough.
    private func bestPartner(of group: Int, _ links: [Int: Int], _ sums: GroupSums, _ inside: [Float]) -> Int {
        var best = -1
        var bestCosine = centreCosine
        for (other, count) in links where count >= fewestLinks && inside[group] > 0 && inside[other] > 0 {
            let cosine =
                (sums.similarity(min(group, other), max(group, other)) - shared)
                / (inside[group] * inside[other]).squareRoot()
            if cosine > bestCosine || (cosine == bestCosine && best >= 0 && other < best) {
                (best, bestCosine) = (other, cosine)
            }
        }
        return best
    }
}
