import ArgumentParser
import FaceCore
import FaceSpace
import Foundation

/// `likeness cluster add`: new rows join a grouping that survives.
struct ClusterAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds vectors to a lasting grouping.",
        discussion: """
            likeness cluster add people/ faces.npy

            The folder is made when it is not there. Each row keeps its number, each group its id. Vectors with a side-car \
            must be of the state's space; without one they are taken for unit vectors of a space of their own.
            """)

    @Argument(help: ArgumentHelp("Folder of the state.", valueName: "state")) var state: String
    @Argument(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "vectors")) var vectors: String
    @Option(help: ArgumentHelp("The photo of each row as a number, −1 for none (.npy).", valueName: "file"))
    var photos: String?
    @Option(help: ArgumentHelp("Quality of each row, one column (.npy).", valueName: "file")) var quality: String?
    @Option(help: ArgumentHelp("Rows added at once; each batch is safe when it is done.", valueName: "n"))
    var batch = 50_000
    @OptionGroup var thresholds: IncrementalThresholdOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...1_000_000).contains(batch) { throw ValidationError("--batch takes 1…1000000, not \(batch)") }
    }

    func run() throws {
        let (rows, space) = try IncrementalInput.read(vectors)
        let photoNumbers = try photos.map { (path) throws(LikenessError) in try NPY.readLabels(path) } ?? []
        let qualities = try quality.map { (path) throws(LikenessError) in try column(path) } ?? []
        for (count, path) in [(photoNumbers.count, photos), (qualities.count, quality)] where path != nil {
            guard count == rows.rows else {
                throw LikenessError(.dimensionMismatch, subject: path, "\(count) values stand for \(rows.rows) rows")
            }
        }
        let store =
            FileManager.default.fileExists(atPath: state)
            ? try existing(space) : try GroupingStore.create(state, space: space, options: thresholds.options)
        var total = GroupingChange(rows: store.grouping.count..<store.grouping.count)
        for start in stride(from: 0, to: rows.rows, by: batch) {
            let range = start..<min(rows.rows, start + batch)
            let change = try store.insert(
                rows.rows(at: range), quality: qualities.isEmpty ? [] : Array(qualities[range]),
                photos: photoNumbers.isEmpty ? [] : Array(photoNumbers[range]), threads: common.threadCount)
            total.rows = total.rows.lowerBound..<change.rows.upperBound
            total.movedRows += change.movedRows
            total.touchedRows += change.touchedRows
            common.console.progress("\(range.upperBound)/\(rows.rows) rows")
        }
        common.console.progress("")
        try IncrementalOutput(store, total).print(common)
    }

    private func existing(_ space: EmbeddingSpace) throws(LikenessError) -> GroupingStore {
        if thresholds.isGiven {
            throw LikenessError(
                .usage, subject: state, "the thresholds of a state are those that it was made with",
                remedy: "leave the thresholds out, or begin another folder")
        }
        return try GroupingStore.open(state, expected: space)
    }

    private func column(_ path: String) throws(LikenessError) -> [Float] {
        let m = try NPY.readMatrix(path)
        guard m.columns == 1 else {
            throw LikenessError(.dimensionMismatch, subject: path, "qualities are one column, not \(m.columns)")
        }
        return (0..<m.rows).map { m[$0, 0] }
    }
}

/// Thresholds of a new state.
struct IncrementalThresholdOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Similarity at which rows are in reach of each other.", valueName: "cosine"))
    var similarity: Float?
    @Option(help: ArgumentHelp("Rows in reach, itself included, that found a group.", valueName: "n"))
    var minimumPoints: Int?
    @Option(help: ArgumentHelp("Similarity of centres at which groups may merge.", valueName: "cosine"))
    var merge: Float?
    @Option(help: ArgumentHelp("Mean similarity of central rows that confirms a merge.", valueName: "cosine"))
    var confirm: Float?
    @Option(help: ArgumentHelp("Groups of more rows are cut and examined.", valueName: "n")) var releaseSize: Int?
    @Option(help: ArgumentHelp("Groups of a larger variance are cut.", valueName: "variance"))
    var releaseVariance: Float?
    @Option(help: ArgumentHelp("Rows of lower quality found no group.", valueName: "quality"))
    var qualityFloor: Float?

    var isGiven: Bool {
        minimumPoints != nil || releaseSize != nil
            || [similarity, merge, confirm, releaseVariance, qualityFloor].contains { $0 != nil }
    }

    var options: IncrementalOptions {
        var o = IncrementalOptions()
        o.similarity = similarity ?? o.similarity
        o.minimumPoints = minimumPoints ?? o.minimumPoints
        o.merge = merge ?? o.merge
        o.confirm = confirm ?? o.confirm
        o.releaseSize = releaseSize ?? o.releaseSize
        o.releaseVariance = releaseVariance ?? o.releaseVariance
        o.qualityFloor = qualityFloor ?? o.qualityFloor
        return o
    }
}

enum IncrementalInput {
    /// Unit rows and their space; without a side-car one named by the dimension.
    static func read(_ path: String) throws(LikenessError) -> (rows: Matrix, space: EmbeddingSpace) {
        var (rows, space): (Matrix, EmbeddingSpace)
        if FileManager.default.fileExists(atPath: VectorFile.cardPath(path)) {
            (rows, space) = try VectorFile.read(path)
        } else {
            rows = try NPY.readMatrix(path)
            space = EmbeddingSpace(
                id: "unnamed-\(rows.columns)", dimension: rows.columns, metric: .cosine, normalised: true)
        }
        let bad = rows.normaliseRows()
        if let row = (bad.zero + bad.nonFinite).min() {
            throw LikenessError(.nonFinite, subject: "\(path), row \(row)", "the vector is zero or no number")
        }
        return (rows, space)
    }
}

/// What the commands of a state print.
struct IncrementalOutput: Encodable {
    let state: String
    let space: String
    let rows: Int
    let live: Int
    let groups: Int
    let singletons: Int
    let largest: Int
    let unassigned: Int
    let operations: Int
    var first: Int?
    var added: Int?
    var moved: Int?
    let thresholds: IncrementalOptions

    init(_ store: GroupingStore, _ change: GroupingChange? = nil) {
        let g = store.grouping
        var sizes: [Int64: Int] = [:]
        for id in g.groups where id >= 0 { sizes[id, default: 0] += 1 }
        (state, space) = (store.folder, g.space.id)
        (rows, live) = (g.count, g.isLive.count { $0 })
        (groups, singletons) = (sizes.count, sizes.values.count { $0 == 1 })
        largest = sizes.values.max() ?? 0
        unassigned = live - sizes.values.reduce(0, +)
        operations = store.operations
        first = change?.rows.lowerBound
        added = change?.rows.count
        moved = change?.movedRows
        thresholds = g.options
    }

    func print(_ common: CommonOptions) throws {
        if common.json { return try common.console.json(self) }
        if let added, let first, added > 0 {
            common.console.result("added \(added) rows, numbers \(first)…\(first + added - 1)")
        }
        if let moved { common.console.result("\(moved) older rows have another group now") }
        common.console.result(
            "\(live) rows in \(groups) groups (\(singletons) of one row, the largest of \(largest)), "
                + "\(unassigned) with nobody; version \(operations)")
    }
}
