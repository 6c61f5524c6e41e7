import ArgumentParser
import FaceCore
import FaceSpace
import Foundation

/// `likeness index`: an index that `search` maps instead of reading and packing vectors.
struct Index: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes an index of vectors for `search`.",
        discussion: """
            likeness index faces.npy --out faces.index
            likeness index faces.npy --out faces.index --recall 0.99
            likeness search faces.index query.npy --top 5

            Exact unless a recall is asked for: then vectors lie in cells, and a search looks into as many as finds that share \
            of the nearest, measured with vectors of the file itself. Ids are the row numbers.
            """)

    @Argument(help: "Vectors (.npy with its side-car, as `embed` writes them).") var vectors: String
    @Option(help: ArgumentHelp("File of the index.", valueName: "file")) var out: String
    @Option(help: ArgumentHelp("Find this share of the nearest (default: all).", valueName: "share")) var recall:
        Double?
    @Option(help: ArgumentHelp("Neighbours of a query that the recall is about.", valueName: "n")) var top = 10
    @Option(help: ArgumentHelp("Name the space of a file without side-car.", valueName: "id")) var space: String?
    @Flag(help: "Overwrite what is there.") var force = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let recall, !(recall > 0 && recall < 1) {
            throw ValidationError(
                "--recall takes a share between 0 and 1, not \(recall); without it the index is exact")
        }
        if !(1...1_000_000).contains(top) { throw ValidationError("--top takes 1…1000000, not \(top)") }
    }

    func run() throws {
        try Output.requireFree([out], force: force)
        let (matrix, space) = try VectorInput.read(vectors, space: space, console: common.console)
        try space.requireCosine()
        let flat = FlatIndex(matrix, space: space)
        var measured: Double?
        if let recall {
            let index = try IVFIndex(flat, recall: recall, k: top, seed: common.seed, threads: common.threadCount)
            try index.write(to: out, force: force)
            if case .estimated(let share, _, _, _) = index.exactness { measured = share }
        } else {
            try flat.write(to: out, force: force)
        }
        if common.json { return try common.console.json(IndexOutput(vectors: flat.count, recall: measured, file: out)) }
        let quality = measured.map { "recall " + Format.number($0, 4) } ?? "exact"
        common.console.result("\(flat.count) vectors, \(quality): \(out)")
    }
}

private struct IndexOutput: Encodable {
    let vectors: Int
    /// Absent: exact.
    let recall: Double?
    let file: String
}
