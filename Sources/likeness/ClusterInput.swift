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
    @Option(help: ArgumentHelp("Quality of each row, one column (.npy); poor faces found no group.", valueName: "file"))
    var quality: String?
    @Option(
        help: ArgumentHelp(
            "The photo of each row as a number, −1 for none (.npy): two faces of one photo are two people.",
            valueName: "file"))
    var photos: String?
    @Option(
        help: ArgumentHelp(
            "What is known of people: lines 'same 3 17', 'different 3 4', 'pin 5 6 7' of row numbers; later lines win.",
            valueName: "file"))
    var wishes: String?

    /// Whether anything is said beside the vectors.
    var saysMore: Bool { quality != nil || photos != nil || wishes != nil }

    /// The wishes of the file, those that hold together. Throws what reading throws.
    func said() throws(LikenessError) -> ClusterWishes {
        try wishes.map { (path) throws(LikenessError) in try ClusterWishes(path) } ?? ClusterWishes()
    }

    /// Unit rows, their space, the graph, and what is known beside. Throws what reading throws, and `space-mismatch`.
    func read(_ path: String, said: ClusterWishes? = nil, threads: Int) throws(LikenessError) -> ClusteringInput {
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
        let own = if let said { said } else { try self.said() }
        let wishes = own.resolved
        return try ClusteringInput(
            vectors: vectors, space: space,
            quality: quality.map { (path) throws(LikenessError) in try Self.column(path) } ?? [],
            photos: photos.map { (path) throws(LikenessError) in try NPY.readLabels(path) } ?? [], same: wishes.same,
            different: wishes.different, pinned: wishes.pinned, graph: graph)
    }
}

extension ClusterInput {
    /// A number a row. Throws `dimension-mismatch` for a matrix of more columns.
    static func column(_ path: String) throws(LikenessError) -> [Float] {
        let m = try NPY.readMatrix(path)
        guard m.columns == 1 else {
            throw LikenessError(.dimensionMismatch, subject: path, "qualities are one column, not \(m.columns)")
        }
        return (0..<m.rows).map { m[$0, 0] }
    }
}

/// Wishes by row numbers, a line each, the newest last; empty lines and those that begin with # say nothing.
struct ClusterWishes {
    let resolved: ResolvedWishes
    /// Lines, from 1 on, that later ones contradict.
    let overridden: [Int]

    init() { (resolved, overridden) = (ResolvedWishes([]), []) }

    /// Throws what reading throws, and `file-format` with the line.
    init(_ path: String) throws(LikenessError) {
        let file = try InputFile(path)
        let text = String(decoding: try file.bytes(at: 0, count: file.size), as: UTF8.self)
        var wishes: [ResolvedWishes.Wish] = []
        var lines: [Int] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split { $0.isWhitespace || $0 == "," }
            guard let kind = words.first, !kind.hasPrefix("#") else { continue }
            let rows = words.dropFirst().compactMap { Int32($0) }.filter { $0 >= 0 }.map(Int.init)
            switch (kind, rows.count) {
            case _ where rows.count != words.count - 1: throw Self.unclear(path, number)
            case ("same", 2): wishes.append(.same(rows[0], rows[1]))
            case ("different", 2): wishes.append(.different(rows[0], rows[1]))
            case ("pin", 1...): wishes.append(.pin(rows))
            default: throw Self.unclear(path, number)
            }
            lines.append(number + 1)
        }
        resolved = ResolvedWishes(wishes)
        overridden = resolved.overridden.map { [lines] in lines[$0] }
    }

    private static func unclear(_ path: String, _ line: Int) -> LikenessError {
        LikenessError(
            .fileFormat, subject: path, "line \(line + 1) is no wish",
            remedy: "write 'same 3 17', 'different 3 4' or 'pin 5 6 7'")
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
