internal import FaceCore
import Glibc

/// Makes the groups of a method that knows only the graph honour what is known of each face: qualities, photos, wishes.
///
/// Poor faces are taken out of the graph beforehand and join a group at the end; groups that somebody called one person
/// are united; a group that holds two faces which exclude each other is grown again from single faces, strongest
/// evidence first, until every union left is excluded.
struct ConstrainedGroups {
    let faces: ArrangedFaces
    private let input: ClusteringInput
    private let rule: EvidenceRule

    /// Throws `constraint-conflict`.
    init(_ input: ClusteringInput, qualityFloor: Float) throws(LikenessError) {
        self.input = input
        faces = try ArrangedFaces(input, order: Array(0..<input.count), qualityFloor: qualityFloor)
        rule = EvidenceRule(scale: EvidenceScale(input.meaning), personShare: 0.8)
    }

    /// The graph among faces that may found a group.
    func founders(of graph: NeighbourGraph) -> NeighbourGraph {
        faces.founders.count == input.count ? graph : graph.keeping { faces.isFounder[$0] }
    }

    /// `labels` names the group of each founder by any number of at least 0; `graph` is the whole one. A poor face joins
    /// a group where strangers would reach its evidence once in 10⁴·(number of faces).
    func grouping(
        _ labels: [Int], graph: NeighbourGraph, method: String, parameters: [String: Double]
    ) throws(LikenessError) -> Grouping {
        var labels = labels.indices.map { faces.isFounder[$0] ? labels[$0] : -1 }
        unite(&labels)
        split(&labels, graph)
        let lists = NeighbourLists(graph)
        var assembly = Assembly(faces, roots: labels, rule: rule)
        assembly.attachPoorFaces(lists, stop: Float(log(Double(max(1, input.count)) / 1e-4)))
        let confidence = assembly.confidence(lists)
        return Grouping(
            labels: Grouping.numbered(assembly.labels), confidence: confidence, method: method, parameters: parameters)
    }

    private func unite(_ labels: inout [Int]) {
        guard !faces.united.isEmpty else { return }
        var sets = DisjointSets(count: (labels.max() ?? -1) + 1)
        for (a, b) in faces.united { sets.unite(labels[a], labels[b]) }
        for row in labels.indices where labels[row] >= 0 { labels[row] = sets.find(labels[row]) }
    }

    private func split(_ labels: inout [Int], _ graph: NeighbourGraph) {
        guard faces.tags.contains(where: { !$0.isEmpty }) else { return }
        var next = (labels.max() ?? -1) + 1
        let members = Dictionary(grouping: labels.indices.filter { labels[$0] >= 0 }) { labels[$0] }
        for (_, rows) in members.sorted(by: { $0.key < $1.key }) where hasConflict(rows) {
            let parts = grownApart(rows, graph)
            for (row, part) in zip(rows, parts) { labels[row] = next + part }
            next += rows.count
        }
    }

    private func hasConflict(_ rows: [Int]) -> Bool {
        var seen: Set<Int32> = []
        for row in rows {
            for tag in faces.tags[row] where !seen.insert(tag).inserted { return true }
        }
        return false
    }

    /// The part of each of these rows, named by a place among them.
    private func grownApart(_ rows: [Int], _ graph: NeighbourGraph) -> [Int] {
        var place: [Int: Int] = [:]
        for (k, row) in rows.enumerated() { place[row] = k }
        var growth = Agglomeration(
            faces.vectors.rows(at: rows), tags: rows.map { faces.tags[$0] }, rule: rule, stop: 0)
        for (a, b) in faces.united {
            if let a = place[a], let b = place[b] { growth.unite(a, b) }
        }
        var edges: [(Int, Int)] = []
        for row in rows {
            for (other, _) in graph.neighbours(of: row) {
                if let a = place[row], let b = place[other] { edges.append((a, b)) }
            }
        }
        growth.link(edges)
        growth.run()
        return growth.roots
    }
}

extension ClusteringInput {
    /// What a similarity of the space means: its calibration, or what the vectors themselves say of strangers.
    var meaning: Calibration {
        space.calibration
            ?? (StrangerSimilarity(of: vectors) ?? StrangerSimilarity(mean: 0, deviation: 1 / 16)).calibration
    }

    /// The similarity that all its vectors have in common (``StrangerSimilarity/shared``). O(100,000·d).
    var sharedSimilarity: Float { StrangerSimilarity(of: vectors)?.shared ?? 0 }
}

extension NeighbourGraph {
    /// The entries between rows that fulfil a condition; the lists of other rows become empty.
    func keeping(_ condition: (Int) -> Bool) -> NeighbourGraph {
        var offsets: [UInt64] = [0]
        var indices: [Int32] = []
        var values: [Float] = []
        for row in 0..<rows {
            if condition(row) {
                withNeighbours(of: row) { list, similarities in
                    for (j, s) in zip(list, similarities) where condition(Int(j)) {
                        indices.append(j)
                        values.append(s)
                    }
                }
            }
            offsets.append(UInt64(indices.count))
        }
        return NeighbourGraph(
            rows: rows, k: k, floor: floor, space: space, exactness: exactness,
            storage: Storage(offsets: offsets, neighbours: indices, similarities: values))
    }
}
