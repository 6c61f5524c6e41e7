internal import FaceCore

/// The faces in canonical order, with everything that a person said about them; places count in that order.
struct ArrangedFaces {
    let vectors: Matrix
    /// What each face excludes (``Exclusions``).
    let tags: [[Int32]]
    /// Faces that may found a group: good enough, or named one person with another face.
    let isFounder: [Bool]
    let founders: [Int]
    /// Pairs that are one person because somebody said so.
    let united: [(Int, Int)]
    /// Faces of such a pair.
    let isUnited: [Bool]

    init(_ input: ClusteringInput, order: [Int], qualityFloor: Float) throws(LikenessError) {
        let isSorted = zip(order, order.indices).allSatisfy { $0 == $1 }
        vectors = isSorted ? input.vectors : input.vectors.rows(at: order)
        var place = [Int](repeating: 0, count: order.count)
        for (k, row) in order.enumerated() { place[row] = k }
        var sets = DisjointSets(count: order.count)
        var isUnited = [Bool](repeating: false, count: order.count)
        var united: [(Int, Int)] = []
        for pair in input.united where pair.a != pair.b {
            let (a, b) = (place[pair.a], place[pair.b])
            sets.unite(a, b)
            united.append((a, b))
            isUnited[a] = true
            isUnited[b] = true
        }
        tags = try Exclusions(input, order: order, sets: &sets).tags
        let isFounder = order.indices.map { k in
            isUnited[k] || input.quality.isEmpty || input.quality[order[k]] >= qualityFloor
        }
        self.united = united
        self.isUnited = isUnited
        self.isFounder = isFounder
        founders = order.indices.filter { isFounder[$0] }
    }
}
