public import FaceCore
import Glibc

/// Groups faces by the density of strong links between them on a k-NN graph, precision first.
///
/// Similarities become evidence against chance by the calibration of their space. Groups join, strongest evidence first,
/// while the mean similarity of *all* pairs across two of them is too high for strangers among so many faces: one
/// bridge between two people is outvoted by the pairs that disagree. What that takes rises with the number of faces,
/// since the best of n strangers does, and falls with the sizes of the groups (``EvidenceRule``). Two faces of one photo
/// are never one person unless a pair says so. A poor face founds no group, but joins the one it fits best.
///
/// Deterministic and independent of the order of rows. O(n²·d) for the exact neighbours, O(n·k·(d + k)) for the groups.
/// Parameters chosen on albums drawn from CelebA and LFW: docs/grouping.md has the tables.
public struct EvidenceClusterer: Clusterer {
    public struct Options: Sendable, Hashable {
        /// False unions to be expected by chance for each face, all its comparisons together.
        public var falseAccepts: Double
        /// The false-accept rate that a pair of single photos may have at most, however few faces there are.
        public var loosestRate: Double
        /// The share of the variance between strangers that belongs to the person, not to the photo.
        public var personShare: Float
        /// Neighbours of a face that are looked at; albums of up to ``exactLimit`` faces look at all.
        public var neighbours: Int
        public var exactLimit: Int
        /// Faces of a lower quality found no group.
        public var qualityFloor: Float

        public init(
            falseAccepts: Double = 0.015, loosestRate: Double = 1e-3, personShare: Float = 0.8, neighbours: Int = 80,
            exactLimit: Int = 2_000, qualityFloor: Float = 0.25
        ) {
            precondition(falseAccepts > 0 && loosestRate > 0 && loosestRate < 1, "rates lie above 0")
            precondition(personShare > 0 && personShare <= 1, "a share lies in 0…1")
            precondition(neighbours > 0 && exactLimit >= 0, "a graph needs neighbours")
            self.falseAccepts = falseAccepts
            self.loosestRate = loosestRate
            self.personShare = personShare
            self.neighbours = neighbours
            self.exactLimit = exactLimit
            self.qualityFloor = qualityFloor
        }
    }

    public let method = "evidence"
    public let options: Options

    public init(_ options: Options = Options()) { self.options = options }

    public func group(_ input: ClusteringInput, threads: Int) throws(LikenessError) -> Grouping {
        guard let calibration = input.space.calibration else {
            throw LikenessError(
                .calibrationMissing, subject: input.space.id,
                "grouping needs to know what a similarity means, and this space has no calibration",
                remedy: "use a model whose card carries one")
        }
        let rule = EvidenceRule(scale: EvidenceScale(calibration), personShare: options.personShare)
        let order = canonicalOrder(input.vectors)
        let faces = try ArrangedFaces(input, order: order, qualityFloor: options.qualityFloor)
        let stop = stopEvidence(founders: faces.founders.count)
        let floor = rule.scale.similarity(nats: stop * options.personShare)
        let k = input.count <= options.exactLimit ? max(0, input.count - 1) : min(options.neighbours, input.count - 1)
        let lists = try NeighbourLists(
            input, order: order, arranged: faces.vectors, k: k, floor: floor, threads: threads)

        let roots = try grown(faces, lists, rule: rule, stop: stop, floor: floor, threads: threads)
        var assembly = Assembly(faces, roots: roots, rule: rule)
        assembly.attachPoorFaces(lists, stop: stop)
        let confidence = assembly.confidence(lists)

        var labels = [Int](repeating: -1, count: input.count)
        var sure = [Float](repeating: 0, count: input.count)
        for (place, row) in order.enumerated() {
            labels[row] = assembly.labels[place]
            sure[row] = confidence[place]
        }
        return Grouping(
            labels: Grouping.numbered(labels), confidence: sure, method: method,
            parameters: parameters(rule, stop: stop, k: k, founders: faces.founders.count))
    }

    /// A union needs a rate of strangers of `falseAccepts` over the number of comparisons that a face takes part in.
    private func stopEvidence(founders: Int) -> Float {
        Float(max(-log(options.loosestRate), log(Double(max(1, founders)) / options.falseAccepts)))
    }

    /// The group of each face, named by one of its places.
    private func grown(
        _ faces: ArrangedFaces, _ lists: NeighbourLists, rule: EvidenceRule, stop: Float, floor: Float, threads: Int
    ) throws(LikenessError) -> [Int] {
        var growth = Agglomeration(faces.vectors, tags: faces.tags, rule: rule, stop: stop)
        for (a, b) in faces.united { growth.unite(a, b) }
        // lazily: as an array the edges of half a million faces would take more than the lists themselves
        growth.link(
            faces.founders.lazy.flatMap { a in
                lists.neighbours(of: a).lazy.filter { faces.isFounder[$0] }.map { (a, $0) }
            })
        growth.run()
        // A full list may hide a link, but only between two rows whose lists are both full: their groups meet directly.
        let full = faces.founders.filter { lists.isFull($0, of: faces.vectors.rows) }
        while try growth.linkGroups(of: full, floor: floor, threads: threads) { growth.run() }
        return growth.roots
    }

    private func parameters(_ rule: EvidenceRule, stop: Float, k: Int, founders: Int) -> [String: Double] {
        [
            "falseAccepts": options.falseAccepts, "loosestRate": options.loosestRate,
            "personShare": Double(options.personShare), "qualityFloor": Double(options.qualityFloor),
            "neighbours": Double(k), "founders": Double(founders), "stopEvidence": Double(stop),
            "photoThreshold": Double(rule.scale.similarity(nats: stop)),
            "groupThreshold": Double(rule.scale.similarity(nats: stop * options.personShare)),
        ]
    }
}
