public import FaceCore
import Glibc

/// Finds groups that are too large or too spread to be one person, cuts them into pure pieces and puts together again
/// the pieces that belong to each other.
///
/// Division asks how similar single rows are (components of the lists inside the group at a rising similarity),
/// re-organisation how similar sets are (the mean of all pairs), which one bridging row cannot change. Groups that are
/// not suspected stay as they are.
public struct HugeGroupDivision: Sendable, Hashable {
    /// Groups of at least this many rows are suspected.
    public var hugeSize: Int
    /// Groups of at least 8 rows whose variance lies above this quantile of groups of like size (within a factor of two;
    /// of all groups of at least 8 rows where these are fewer than 100) are suspected, where it also exceeds ``excess``
    /// times their median.
    public var varianceQuantile: Double
    public var excess: Float
    /// The similarity from which single rows hold together at first.
    public var start: Float
    /// What it rises by until the variance of the pieces is normal.
    public var step: Float
    /// Mean similarity of all pairs from which two pieces are one person.
    public var setSimilarity: Float
    /// Two pieces with fewer links between them than this are never joined.
    public var fewestLinks: Int

    public init(
        hugeSize: Int = 1000, varianceQuantile: Double = 0.99, excess: Float = 1.15, start: Float = 0.55,
        step: Float = 0.03, setSimilarity: Float = 0.42, fewestLinks: Int = 3
    ) {
        precondition(hugeSize > 1 && step > 0 && fewestLinks > 0, "sizes and steps are positive")
        self.hugeSize = hugeSize
        self.varianceQuantile = varianceQuantile
        self.excess = excess
        self.start = start
        self.step = step
        self.setSimilarity = setSimilarity
        self.fewestLinks = fewestLinks
    }

    /// The suspected groups, rising, and the variance that is normal for each of them.
    public func suspects(_ labels: [Int], _ vectors: Matrix) -> [(
        group: Int, size: Int, variance: Float, normal: Float
    )] {
        let groups = GroupSpread(labels, vectors)
        return groups.sizes.indices.compactMap { group in
            guard groups.sizes[group] >= 8 else { return nil }
            let peers = groups.variances(likeSize: groups.sizes[group])
            let normal = peers[peers.count / 2]
            let quantile = peers[min(peers.count - 1, Int(Double(peers.count) * varianceQuantile))]
            // where mixtures are many the quantile is one of theirs, and where peers are few it says nothing
            let bound = peers.count < 100 ? normal * excess : min(max(quantile, normal * excess), normal * excess * 1.3)
            let isSpread = groups.variances[group] > bound
            guard groups.sizes[group] >= hugeSize || isSpread else { return nil }
            return (group, groups.sizes[group], groups.variances[group], normal)
        }
    }

    /// New labels: those of suspected groups replaced by pieces, all numbered by first row; −1 stays. O(entries of the
    /// lists of suspected rows) a step, O(pieces²·d) a group.
    public func divided(_ labels: [Int], _ vectors: Matrix, _ graph: NeighbourGraph) -> [Int] {
        var out = labels
        var next = (labels.max() ?? -1) + 1
        let found = suspects(labels, vectors)
        guard !found.isEmpty else { return Grouping.numbered(labels) }
        var members: [Int: [Int]] = [:]
        let isSuspect = Set(found.map(\.group))
        for (row, label) in labels.enumerated() where isSuspect.contains(label) {
            members[label, default: []].append(row)
        }
        for suspect in found {
            let rows = members[suspect.group] ?? []
            let parts = reorganised(pieces(rows, vectors, graph, normal: suspect.normal), rows, vectors, graph)
            for (row, part) in zip(rows, parts) { out[row] = next + part }
            next += rows.count
        }
        return Grouping.numbered(out)
    }

    /// The grouping of a method with its suspected groups divided, and each face's confidence in what it is in now. Pairs
    /// that somebody called the same are not kept together.
    public func divided(
        _ grouping: Grouping, _ input: ClusteringInput, threads: Int
    ) throws(LikenessError) -> Grouping {
        let graph = try input.neighbours(k: 80, threads: threads)
        let labels = divided(grouping.labels, input.vectors, graph)
        guard labels != grouping.labels else { return grouping }
        return Grouping(
            labels: labels,
            confidence: silhouetteConfidence(labels, vectors: input.vectors, graph: graph, threads: threads),
            method: grouping.method,
            parameters: grouping.parameters.merging(
                ["divideSize": Double(hugeSize), "divideSimilarity": Double(setSimilarity)]) { $1 })
    }

    /// The piece of each row, named by a place among `rows`: components at a similarity that rises for the pieces that
    /// are still too spread.
    private func pieces(_ rows: [Int], _ vectors: Matrix, _ graph: NeighbourGraph, normal: Float) -> [Int] {
        var place: [Int: Int] = [:]
        for (t, row) in rows.enumerated() { place[row] = t }
        var piece = [Int](repeating: 0, count: rows.count)
        var open: [[Int]] = [Array(rows.indices)]
        var similarity = start
        while !open.isEmpty, similarity < 1 {
            var sets = DisjointSets(count: rows.count)
            for part in open {
                let inside = Set(part)
                for t in part {
                    graph.withNeighbours(of: rows[t]) { indices, similarities in
                        for (j, s) in zip(indices, similarities) {
                            guard s >= similarity else { break }
                            if let other = place[Int(j)], inside.contains(other) { sets.unite(t, other) }
                        }
                    }
                }
            }
            var parts: [Int: [Int]] = [:]
            for t in open.joined() { parts[sets.find(t), default: []].append(t) }
            open = []
            for (root, part) in parts.sorted(by: { $0.key < $1.key }) {
                for t in part { piece[t] = root }
                let spread = GroupSpread(
                    [Int](repeating: 0, count: part.count), vectors.rows(at: part.map { rows[$0] }))
                if part.count >= 8, spread.variances[0] > normal * excess { open.append(part) }
            }
            similarity += step
        }
        return piece
    }

    /// Joins pieces, the most similar pair of sets first, while the mean similarity of all pairs is enough and enough
    /// links run between them.
    private func reorganised(_ piece: [Int], _ rows: [Int], _ vectors: Matrix, _ graph: NeighbourGraph) -> [Int] {
        let names = Array(Set(piece)).sorted()
        guard names.count > 1 else { return piece }
        var number: [Int: Int] = [:]
        for (k, name) in names.enumerated() { number[name] = k }
        let part = piece.map { number[$0] ?? 0 }
        var sums = GroupSums(count: names.count, columns: vectors.columns)
        for (t, row) in rows.enumerated() { sums.add(row: row, of: vectors, to: part[t]) }
        var links = crossLinks(part, rows, graph)
        var sets = DisjointSets(count: names.count)
        while let best = bestPair(links, sums) {
            sets.unite(best.0, best.1)
            sums.add(best.1, to: best.0)
            for (other, count) in links.removeValue(forKey: best.1) ?? [:] {
                links[other]?[best.1] = nil
                guard other != best.0 else { continue }
                links[best.0, default: [:]][other, default: 0] += count
                links[other, default: [:]][best.0, default: 0] += count
            }
        }
        return part.map { names[sets.find($0)] }
    }

    /// How many list entries run between two pieces.
    private func crossLinks(_ part: [Int], _ rows: [Int], _ graph: NeighbourGraph) -> [Int: [Int: Int]] {
        var place: [Int: Int] = [:]
        for (t, row) in rows.enumerated() { place[row] = t }
        var links: [Int: [Int: Int]] = [:]
        for (t, row) in rows.enumerated() {
            graph.withNeighbours(of: row) { indices, _ in
                for j in indices {
                    guard let other = place[Int(j)], part[other] != part[t] else { continue }
                    links[part[t], default: [:]][part[other], default: 0] += 1
                    links[part[other], default: [:]][part[t], default: 0] += 1
                }
            }
        }
        return links
    }

    private func bestPair(_ links: [Int: [Int: Int]], _ sums: GroupSums) -> (Int, Int)? {
        var best: (a: Int, b: Int, similarity: Float)?
        for (a, others) in links.sorted(by: { $0.key < $1.key }) {
            for (b, count) in others.sorted(by: { $0.key < $1.key }) where a < b && count >= fewestLinks {
                let similarity = sums.similarity(a, b)
                if similarity >= setSimilarity, similarity > best?.similarity ?? -1 { best = (a, b, similarity) }
            }
        }
        return best.map { ($0.a, $0.b) }
    }
}

/// Sizes and variances of groups of unit rows: 1 − the mean similarity of all pairs inside, which is 1 − |mean|² without
/// the share that falls with the size.
struct GroupSpread {
    private(set) var sizes: [Int]
    private(set) var variances: [Float] = []
    private let bySize: [(size: Int, variance: Float)]

    init(_ labels: [Int], _ vectors: Matrix) {
        let count = (labels.max() ?? -1) + 1
        var sums = Matrix(rows: count, columns: vectors.columns)
        var sizes = [Int](repeating: 0, count: count)
        let (stride, columns) = (sums.stride, vectors.columns)
        sums.withUnsafeMutableRows { base in
            for (row, label) in labels.enumerated() where label >= 0 {
                sizes[label] += 1
                vectors.withRow(row) { x in for c in 0..<columns { base[label * stride + c] += x[c] } }
            }
        }
        variances = (0..<count).map { group in
            let square = sums.withRow(group) { $0.reduce(Float(0)) { $0 + $1 * $1 } }
            let size = Float(sizes[group])
            return size > 1 ? 1 - (square - size) / (size * (size - 1)) : 0
        }
        self.sizes = sizes
        bySize = zip(sizes, variances).map { (size: $0, variance: $1) }.sorted { $0.size < $1.size }
    }

    /// The variances of groups of half to twice this size, or of all of at least 8 rows where these are few; rising.
    func variances(likeSize size: Int) -> [Float] {
        func first(_ least: Int) -> Int {
            var (low, high) = (0, bySize.count)
            while low < high {
                let middle = (low + high) / 2
                if bySize[middle].size < least { low = middle + 1 } else { high = middle }
            }
            return low
        }
        let alike = bySize[first((size + 1) / 2)..<first(size * 2 + 1)]
        return (alike.count < 100 ? bySize[first(8)...] : alike).map(\.variance).sorted()
    }
}
