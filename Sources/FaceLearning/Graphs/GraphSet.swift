public import FaceCore
internal import FaceEvaluation
public import FaceSpace

/// Vectors with known people and their neighbour lists: the ground on which a graph network is trained or validated.
public struct GraphSet: Sendable {
    public let vectors: Matrix
    /// The person of each row, −1 for unknown.
    public let truth: [Int]
    public let space: EmbeddingSpace
    public let graph: NeighbourGraph

    /// Throws `length-mismatch`, `training-input` where nobody has two rows, and as the making of a graph.
    public init(
        _ vectors: Matrix, truth: [Int], space: EmbeddingSpace, neighbours: Int, threads: Int = availableThreads()
    ) throws(LikenessError) {
        guard truth.count == vectors.rows else {
            throw LikenessError(.lengthMismatch, "\(truth.count) labels stand for \(vectors.rows) vectors")
        }
        var sizes: [Int: Int] = [:]
        for person in truth where person >= 0 { sizes[person, default: 0] += 1 }
        guard sizes.count >= 2, sizes.values.contains(where: { $0 > 1 }) else {
            throw LikenessError(
                .trainingInput, subject: "labels",
                "\(sizes.count) people, of whom none or one has two faces, teach "
                    + "nothing", remedy: "give more identities, or a smaller share of validation")
        }
        // checks lengths and values of the rows
        _ = try ClusteringInput(vectors: vectors, space: space)
        (self.vectors, self.truth, self.space) = (vectors, truth, space)
        graph = try NeighbourGraph.exact(of: vectors, space: space, k: neighbours, threads: threads)
    }

    /// Reads files and divides their people: the share `validation` of them, drawn by the seed, and all their rows, form
    /// the second set. Rows of unknown people belong to the first.
    public static func read(
        _ path: String, labels: String, neighbours: Int, validation: Double, seed: UInt64,
        threads: Int = availableThreads()
    ) throws(LikenessError) -> (training: GraphSet, validation: GraphSet) {
        var (vectors, space) = try readVectors(path)
        let truth = try NPY.readLabels(labels)
        guard truth.count == vectors.rows else {
            throw LikenessError(
                .lengthMismatch, subject: labels, "\(truth.count) labels stand for \(vectors.rows) vectors")
        }
        let unusable = vectors.normaliseRows(threads: threads)
        if let row = unusable.nonFinite.first ?? unusable.zero.first {
            throw LikenessError(.nonFinite, subject: path, "row \(row) is zero or holds what is no number")
        }
        let held = heldOut(truth, share: validation, seed: seed)
        func part(_ isHeld: Bool) throws(LikenessError) -> GraphSet {
            let rows = truth.indices.filter { held.contains(truth[$0]) == isHeld }
            return try GraphSet(
                vectors.rows(at: rows), truth: rows.map { truth[$0] }, space: space, neighbours: neighbours,
                threads: threads)
        }
        return (try part(false), try part(true))
    }

    private static func readVectors(_ path: String) throws(LikenessError) -> (Matrix, EmbeddingSpace) {
        // a .npy without a side-car belongs to no space that could be named
        guard (try? InputFile(VectorFile.cardPath(path))) != nil else {
            let vectors = try NPY.readMatrix(path)
            let space = EmbeddingSpace(
                id: "unnamed", dimension: vectors.columns, metric: .cosine, normalised: true)
            return (vectors, space)
        }
        return try VectorFile.read(path)
    }

    /// The people kept for validation; −1 is none of them.
    static func heldOut(_ truth: [Int], share: Double, seed: UInt64) -> Set<Int> {
        var people = Set(truth.filter { $0 >= 0 }).sorted()
        var random = SeededRandom(seed: seed ^ 0x48C1_D0A2)
        people.shuffle(using: &random)
        return Set(people.prefix(Int((Double(people.count) * share).rounded(.up))))
    }
}
