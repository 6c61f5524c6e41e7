import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceSpace
import FaceVision
import Foundation

/// The vectors to group, and what is known of their space.
struct ClusterInput: ParsableArguments {
    @Option(help: ArgumentHelp("Neighbours that `likeness neighbours` found.", valueName: "file")) var graph: String?
    @Option(
        help: ArgumentHelp(
            "Embedder of the vectors, for its calibration (default: what the side-car says).", valueName: "id"))
    var model: String?

    /// Unit rows, their space, and the graph. Throws what reading throws, and `space-mismatch`.
    func read(_ path: String, threads: Int) throws(LikenessError) -> ClusteringInput {
        let hasCard = FileManager.default.fileExists(atPath: VectorFile.cardPath(path))
        let graph = try graph.map { (path) throws(LikenessError) in try NeighbourGraph(path) }
        var vectors: Matrix
        var space: EmbeddingSpace
        if hasCard {
            (vectors, space) = try VectorFile.read(path)
        } else {
            vectors = try NPY.readMatrix(path)
            space = EmbeddingSpace(
                id: graph?.space ?? "unnamed", dimension: vectors.columns, metric: .cosine, normalised: true)
        }
        if let model {
            let card = try Models.catalogue().card(model)
            space = EmbeddingSpace(
                id: space.id, dimension: space.dimension, metric: space.metric, normalised: space.normalised,
                calibration: card.calibration)
        }
        let unusable = vectors.normaliseRows(threads: threads)
        if let row = unusable.nonFinite.first ?? unusable.zero.first {
            throw LikenessError(
                .nonFinite, subject: path, "row \(row) has no direction: it is zero or holds what is no number")
        }
        return try ClusteringInput(vectors: vectors, space: space, graph: graph)
    }
}

/// The person of each row.
enum ClusterTruth {
    /// Numbers from a `.npy`; from any other file names, one a line, the folder of a name being the person.
    static func read(_ path: String) throws(LikenessError) -> [Int] {
        path.lowercased().hasSuffix(".npy")
            ? try NPY.readLabels(path) : try LabelNumbers.ofFolders(try ItemIndex(path: path).names)
    }
}

/// `name=value` of `--set`.
struct SettingArgument: ExpressibleByArgument {
    let name: String
    let value: Double

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let value = Double(parts[1]), value.isFinite else { return nil }
        (name, self.value) = (String(parts[0]), value)
    }
}

/// What a run took: the most memory that the process held at once since ``begin()``.
enum PeakMemory {
    /// Forgets earlier peaks, where the kernel allows it.
    static func begin() {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return }
        fputs("5", file)
        fclose(file)
    }

    /// Bytes; nil where the kernel does not tell.
    static var bytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}

/// A grouping and what it took.
struct ClusterRunResult {
    let grouping: Grouping
    let seconds: Double
    /// Of all threads together: what a busy machine changes least.
    let processorSeconds: Double
    let peakBytes: Int?

    init(
        _ clusterer: any Clusterer, _ input: ClusteringInput, division: HugeGroupDivision? = nil, threads: Int
    ) throws(LikenessError) {
        PeakMemory.begin()
        let watch = Throughput.Stopwatch()
        let found = try clusterer.group(input, threads: threads)
        if let division {
            grouping = try division.divided(found, input, threads: threads)
        } else {
            grouping = found
        }
        let took = watch.throughput(input.count, "faces", threads: threads)
        seconds = took.seconds
        processorSeconds = took.processorSeconds
        peakBytes = PeakMemory.bytes
    }
}
