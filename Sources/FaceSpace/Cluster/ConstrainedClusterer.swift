public import FaceCore

/// Any method with what all share around it: near-duplicates, poor faces, and what a person said.
///
/// 1. Near-duplicates (``Options/duplicates``) become one face (``DuplicateFaces``); a burst that its method gives to nobody
///    is a group of its own. 2. Faces below the quality floor take no part. 3. The method, on what is left, in an order that
///    depends on the faces alone, so that the same rows in another order give the same groups. 4. Pairs called the same join
///    their groups; then groups with two faces of one photo, or a pair called different, are divided
///    (``ExclusionRepair``). 5. Each poor face goes to the group of the most similar face, where that is similar enough
///    and nothing excludes it. 6. Groups are numbered by their first rows.
///
/// The confidence is the method's; of a face that came by step 5 its similarity, of one moved by step 4 at most ½, of one
/// that a person spoke for 1.
public struct ConstrainedClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        /// The similarity from which two faces are shots of one moment; above 1: nothing is taken together.
        public var duplicates: Float
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float
        /// The similarity that a poor face needs to join a group.
        public var attach: Float
        /// Neighbours and floor of the lists that the method reads.
        public var neighbours: Int
        public var floor: Float

        public init(
            duplicates: Float = 0.98, qualityFloor: Float = 0.25, attach: Float = 0.5, neighbours: Int = 80,
            floor: Float = -.infinity
        ) {
            self.duplicates = duplicates
            self.qualityFloor = qualityFloor
            self.attach = attach
            self.neighbours = neighbours
            self.floor = floor
        }
    }

    public var method: String { clusterer.method }
    public let clusterer: any Clusterer
    public let options: Options

    public init(_ clusterer: any Clusterer, _ options: Options = Options()) {
        self.clusterer = clusterer
        self.options = options
    }

    /// Throws what the method throws, and `constraint-conflict` for wishes that contradict each other.
    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        let order = canonicalOrder(input.vectors)
        let faces = try ArrangedFaces(input, order: order, qualityFloor: options.qualityFloor)
        let nodes = try DuplicateFaces(
            faces, graph: input.graph, order: order, space: input.space, options: options, threads: threads)
        let found = try clusterer.group(
            ClusteringInput(vectors: nodes.vectors, space: input.space, graph: nodes.graph), threads: threads)
        var places = nodes.spread(found)
        ExclusionRepair(faces).apply(&places)
        try attachPoorFaces(&places, faces, threads: threads)

        var labels = [Int](repeating: -1, count: input.count)
        var confidence = [Float](repeating: 0, count: input.count)
        for (place, row) in order.enumerated() {
            labels[row] = places.labels[place]
            confidence[row] = places.confidence[place]
        }
        let own = [
            "duplicates": Double(options.duplicates), "qualityFloor": Double(options.qualityFloor),
            "attach": Double(options.attach), "distinct": Double(nodes.vectors.rows),
        ]
        return Grouping(
            labels: Grouping.numbered(labels), confidence: confidence, method: method,
            parameters: found.parameters.merging(own) { method, _ in method })
    }

    /// Each joins the group of its most similar good face, the surest first, where nothing excludes it.
    private func attachPoorFaces(
        _ places: inout PlacedFaces, _ faces: ArrangedFaces, threads: Int
    ) throws(LikenessError) {
        let poor = faces.isFounder.indices.filter { !faces.isFounder[$0] }
        guard !poor.isEmpty else { return }
        let k = min(8, faces.founders.count)
        let near = try faces.vectors.rows(at: faces.founders).topNeighbours(
            of: faces.vectors.rows(at: poor), k: k, floor: options.attach, threads: threads)
        var wishes: [(similarity: Float, place: Int, group: Int)] = []
        for (p, place) in poor.enumerated() {
            // nobody knows anything about a face that nothing resembles
            places.confidence[place] = 1
            for e in p * k..<(p + 1) * k where near.indices[e] >= 0 {
                let group = places.labels[faces.founders[Int(near.indices[e])]]
                if group >= 0 { wishes.append((near.similarities[e], place, group)) }
            }
        }
        wishes.sort { ($1.similarity, $0.place, $0.group) < ($0.similarity, $1.place, $1.group) }
        var tags = places.tags(faces)
        for wish in wishes where places.labels[wish.place] < 0 {
            guard !Exclusions.meet(tags[wish.group], faces.tags[wish.place]) else { continue }
            places.labels[wish.place] = wish.group
            places.confidence[wish.place] = min(1, max(0, wish.similarity))
            tags[wish.group] = Exclusions.union(tags[wish.group], faces.tags[wish.place])
        }
    }
}

/// The group and the confidence of every face, by place.
struct PlacedFaces {
    var labels: [Int]
    var confidence: [Float]

    /// What the members of each group exclude.
    func tags(_ faces: ArrangedFaces) -> [[Int32]] {
        var tags = [[Int32]](repeating: [], count: (labels.max() ?? -1) + 1)
        for (place, label) in labels.enumerated() where label >= 0 {
            tags[label] = Exclusions.union(tags[label], faces.tags[place])
        }
        return tags
    }
}
