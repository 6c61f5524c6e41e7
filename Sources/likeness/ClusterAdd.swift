import ArgumentParser
import FaceCore
import FaceSpace
import FaceVision
import Foundation

/// `likeness cluster add`: new rows join a grouping that survives.
struct ClusterAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds vectors to a lasting grouping.",
        discussion: """
            likeness cluster add people/ faces.npy

            likeness cluster add people/ more.npy --photos photos.npy
            likeness cluster remove people/ 3,17,40-52
            likeness cluster state people/ --labels groups.npy

            The folder is made when it is not there. Each row keeps its number, each group its id. Vectors with a side-car \
            must be of the state's space; without one they are taken for vectors of a space of their own. The thresholds \
            are given when the state is made. A batch that was reported is on disk: after the end of the process, or of \
            the machine, `likeness cluster state` says how many rows are there.
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
        let qualities = try quality.map { (path) throws(LikenessError) in try ClusterInput.column(path) } ?? []
        for (count, path) in [(photoNumbers.count, photos), (qualities.count, quality)] where path != nil {
            guard count == rows.rows else {
                throw LikenessError(.dimensionMismatch, subject: path, "\(count) values stand for \(rows.rows) rows")
            }
        }
        let store =
            try GroupingStore.exists(in: state)
            ? try existing(space)
            : try GroupingStore.create(state, space: space, options: thresholds.options(space.calibration))
        var steps: [IncrementalOutput.Step] = []
        for start in stride(from: 0, to: rows.rows, by: batch) {
            let range = start..<min(rows.rows, start + batch)
            let started = ContinuousClock.now
            let change = try store.insert(
                rows.rows(at: range), quality: qualities.isEmpty ? [] : Array(qualities[range]),
                photos: photoNumbers.isEmpty ? [] : Array(photoNumbers[range]), threads: common.threadCount)
            steps.append(IncrementalOutput.Step(change, started.secondsUntilNow))
            tell("\(range.upperBound)/\(rows.rows) rows are safe", isOnly: range.count == rows.rows)
        }
        common.console.progress("")
        try IncrementalOutput(store, added: steps).print(common)
    }

    /// A line that is written over at a terminal; in a log one a batch, so that it says what an interrupted run has done.
    private func tell(_ text: String, isOnly: Bool) {
        common.console.progress(text)
        if !isOnly, !common.noProgress, !common.console.showsProgress { common.console.note(text) }
    }

    private func existing(_ space: EmbeddingSpace) throws(LikenessError) -> GroupingStore {
        if thresholds.isGiven {
            throw LikenessError(
                .usage, subject: state, "the thresholds of a state are those that it was made with",
                remedy: "leave the thresholds out, or begin another folder")
        }
        return try GroupingStore.open(state, expected: space)
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
    @Option(
        help: ArgumentHelp(
            "Share of the rows in reach that the search must find; below 1 its work does not grow with the state.",
            valueName: "share"))
    var recall: Double?

    var isGiven: Bool {
        minimumPoints != nil || releaseSize != nil || recall != nil
            || [similarity, merge, confirm, releaseVariance, qualityFloor].contains { $0 != nil }
    }

    var options: IncrementalOptions { options(nil) }

    /// Standard thresholds mean the same in every space that has a calibration.
    func options(_ calibration: Calibration?) -> IncrementalOptions {
        var o = calibration.map { IncrementalOptions(calibration: $0) } ?? IncrementalOptions()
        o.similarity = similarity ?? o.similarity
        o.minimumPoints = minimumPoints ?? o.minimumPoints
        o.merge = merge ?? o.merge
        o.confirm = confirm ?? o.confirm
        o.releaseSize = releaseSize ?? o.releaseSize
        o.releaseVariance = releaseVariance ?? o.releaseVariance
        o.qualityFloor = qualityFloor ?? o.qualityFloor
        o.recall = recall ?? o.recall
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
