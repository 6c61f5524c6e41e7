import ArgumentParser
import FaceCore
import FaceSpace
import FaceVision
import Foundation

/// `likeness neighbours`: the graph on which faces are grouped.
struct Neighbours: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds the nearest neighbours of every vector and writes them as a graph.",
        discussion: """
            likeness neighbours faces.npy --out faces.graph --k 80
            likeness neighbours faces.npy --out faces.graph --floor 0.5 --recall 0.99

            Exact up to \(NeighbourGraph.exactRows) vectors, beyond with a recall of 0.99 of the neighbours near enough to be \
            linked, measured on a sample and stored in the graph; --exact and --recall say which. Distances of a Euclidean space are stored negated.
            """)

    @Argument(help: "Vectors (.npy with its side-car, as `embed` writes them).") var vectors: String
    @Option(help: ArgumentHelp("File of the graph.", valueName: "file")) var out: String
    @Option(help: ArgumentHelp("Neighbours of each vector.", valueName: "n")) var k = 80
    @Option(help: ArgumentHelp("List no neighbour below this similarity.", valueName: "similarity")) var floor: Float?
    @Option(help: ArgumentHelp("Find at least this share of the true neighbours.", valueName: "share"))
    var recall: Double?
    @Flag(help: "Find all of them.") var exact = false
    @Option(help: ArgumentHelp("Name the space of a file without side-car.", valueName: "id")) var space: String?
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...100_000).contains(k) { throw ValidationError("--k takes 1…100000, not \(k)") }
        if let floor, !floor.isFinite { throw ValidationError("--floor takes a number") }
        if let recall, !(recall > 0 && recall <= 1) {
            throw ValidationError("--recall takes a share above 0 and up to 1, not \(recall)")
        }
        if exact, recall != nil { throw ValidationError("--exact and --recall contradict each other") }
    }

    func run() throws {
        try Output.requireFree([out], force: force)
        let started = ContinuousClock.now
        let (matrix, space) = try VectorInput.read(vectors, space: space, console: common.console)
        let graph = try find(matrix, space)
        try graph.write(to: out, force: force)
        let result = NeighboursOutput(graph, file: out, seconds: started.secondsUntilNow)
        if common.json { return try common.console.json(result) }
        common.console.result(
            "\(graph.rows) vectors, \(graph.entries) neighbours (k \(graph.k)), \(result.quality): \(out)")
        common.console.note("\(Format.number(result.seconds, 1)) s")
    }

    private func find(_ matrix: Matrix, _ space: EmbeddingSpace) throws(LikenessError) -> NeighbourGraph {
        guard exact || recall != nil else { return try common.neighbours(matrix, space: space, k: k, floor: floor) }
        let (floor, meter) = (floor ?? -.infinity, common.pairMeter)
        guard let recall, !exact else {
            return try NeighbourGraph.exact(
                of: matrix, space: space, k: k, floor: floor, threads: common.threadCount, progress: meter)
        }
        return try NeighbourGraph.approximate(
            of: matrix, space: space, k: k, floor: floor, recall: recall, seed: common.seed,
            threads: common.threadCount, progress: meter)
    }
}

extension CommonOptions {
    /// Shows how many pairs of rows were compared.
    var pairMeter: ProgressMeter {
        let console = console
        return ProgressMeter("pairs") { report in
            console.progress(report.isFinished ? "" : "\(report.done / 1_000_000) million pairs")
        }
    }

    /// The lists that `neighbours` makes when nothing is said about exactness.
    func neighbours(
        _ vectors: Matrix, space: EmbeddingSpace, k: Int, floor: Float? = nil
    ) throws(LikenessError) -> NeighbourGraph {
        try NeighbourGraph.forGrouping(
            vectors, space: space, k: k, floor: floor ?? -.infinity, seed: seed, threads: threadCount,
            progress: pairMeter)
    }
}

private struct NeighboursOutput: Encodable {
    let rows, k, entries: Int
    /// Absent: exact.
    let recall: [Double]?
    /// The similarity from which neighbours were counted; absent: all were.
    let recallFrom: Float?
    let file: String
    let seconds: Double

    init(_ graph: NeighbourGraph, file: String, seconds: Double) {
        (rows, k, entries) = (graph.rows, graph.k, graph.entries)
        if case .estimated(let recall, let low, let high, let from) = graph.exactness {
            self.recall = [recall, low, high]
            recallFrom = from.isFinite ? from : nil
        } else {
            (recall, recallFrom) = (nil, nil)
        }
        self.file = file
        self.seconds = seconds
    }

    var quality: String {
        guard let recall else { return "exact" }
        let figures = recall.map { String(format: "%.4f", $0) }
        let from = recallFrom.map { String(format: " from %.3f on", $0) } ?? ""
        return "recall \(figures[0])\(from) (\(figures[1])–\(figures[2]))"
    }
}

/// Reads the vectors of a command: mapped, checked, of unit length where their space says so.
enum VectorInput {
    static func read(
        _ path: String, space name: String?, console: Console
    ) throws(LikenessError) -> (vectors: Matrix, space: EmbeddingSpace) {
        let matrix: Matrix
        let space: EmbeddingSpace
        if let name {
            matrix = try NPY.readMatrix(path, mapped: true)
            space = EmbeddingSpace(id: name, dimension: matrix.columns, metric: .cosine, normalised: true)
        } else {
            (matrix, space) = try VectorFile.read(path, mapped: true)
        }
        try matrix.requireFinite(nonZero: space.metric == .cosine)
        guard space.metric == .cosine else { return (matrix, space) }
        let isUnit = (0..<matrix.rows).allSatisfy { abs(matrix.dot($0, matrix, $0) - 1) < 2e-3 }
        if isUnit { return (matrix, space) }
        console.note("the vectors are scaled to unit length")
        var scaled = matrix
        scaled.normaliseRows()
        return (scaled, space)
    }
}
