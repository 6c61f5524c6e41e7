public import FaceCore
internal import FaceSpace

/// The sets of a recipe, divided by people: one part trains, the other validates.
public struct GraphData: Sendable {
    public let training: [GraphSet]
    public let validation: [GraphSet]
    /// Of all files together: a run goes on only with the data that it began with.
    public let fingerprint: String

    /// Throws `dimension-mismatch` or `space-mismatch` where files do not go together, and as the reading of a file.
    public init(_ recipe: GraphRecipe, threads: Int = availableThreads()) throws(LikenessError) {
        try recipe.check()
        var (training, validation): ([GraphSet], [GraphSet]) = ([], [])
        var sum = SHA256()
        for (path, labels) in zip(recipe.vectors, recipe.labels) {
            let parts = try GraphSet.read(
                path, labels: labels, neighbours: recipe.neighbours, validation: recipe.validation,
                seed: recipe.seed, threads: threads)
            training.append(parts.training)
            validation.append(parts.validation)
            sum.update(Array("\(try SHA256.hex(ofFile: path)) \(try SHA256.hex(ofFile: labels))\n".utf8))
        }
        try self.init(
            training: training, validation: validation, isForAnySpace: recipe.isForAnySpace, fingerprint: sum.hex())
    }

    /// Sets that are in memory already.
    public init(
        training: [GraphSet], validation: [GraphSet], isForAnySpace: Bool, fingerprint: String = ""
    ) throws(LikenessError) {
        guard let first = training.first else {
            throw LikenessError(.trainingInput, subject: "vectors", "there is nothing to train on")
        }
        for set in training + validation {
            guard set.vectors.columns == first.vectors.columns else {
                throw LikenessError(
                    .dimensionMismatch, subject: "vectors",
                    "files of \(first.vectors.columns) and of \(set.vectors.columns) numbers do not go together")
            }
            guard isForAnySpace || set.space.id == first.space.id else {
                throw LikenessError(
                    .spaceMismatch, subject: set.space.id,
                    "a network for \(first.space.id) alone cannot be trained on it",
                    remedy: "train under rotations: for all spaces of as many numbers")
            }
        }
        (self.training, self.validation, self.fingerprint) = (training, validation, fingerprint)
    }

    public var dimension: Int { training[0].vectors.columns }

    /// The space that a network trained on them is for.
    func space(_ recipe: GraphRecipe) -> String {
        recipe.isForAnySpace ? GraphNetworkCard.anySpace : training[0].space.id
    }

    /// How sure every row of some sets is: by the recipe's network, or as the truth would have it.
    static func confidences(_ recipe: GraphRecipe, of sets: [GraphSet], threads: Int) throws(LikenessError) -> [[Float]]
    {
        guard recipe.kind == .connectivity, let path = recipe.confidence else {
            return sets.map { ConfidenceNetwork.target(of: $0.graph, truth: $0.truth) }
        }
        let network = try ConfidenceNetwork(path)
        return try sets.map { (set) throws(LikenessError) in
            try network.card.require(ClusteringInput(vectors: set.vectors, space: set.space))
            return network.confidence(set.vectors, MeanAdjacency(of: set.graph), threads: threads).confidence
        }
    }
}
