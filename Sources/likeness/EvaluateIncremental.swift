import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceSpace

/// `likeness evaluate incremental`: how grouping in batches compares with grouping all at once.
struct EvaluateIncremental: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incremental", abstract: "Measures grouping that grows, batch by batch.",
        discussion: """
            likeness evaluate incremental --vectors V.npy --labels L.npy --batches 20

            The rows arrive in batches. `absorb` joins them to the nearest centres, `density` follows the density graph, \
            `full` groups all rows so far at once. Rows that belong to nobody count as groups of one. Rows and code words that a \
            search compares are counted a new row; with --recall the search is measured on a sample.
            """)

    @OptionGroup var input: LabelledVectorOptions
    @Option(help: ArgumentHelp("Batches.", valueName: "n")) var batches = 20
    @Option(help: "Order of the rows: random, identity (person by person), file.") var order = Order.random
    @Option(help: ArgumentHelp("Methods, separated by commas: absorb, density, full.", valueName: "names"))
    var methods = "absorb,density,full"
    @Option(help: ArgumentHelp("Run full at every nth batch only, and at the last.", valueName: "n"))
    var fullEvery = 1
    @OptionGroup var thresholds: IncrementalThresholdOptions
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    enum Order: String, ExpressibleByArgument, CaseIterable { case random, identity, file }

    func validate() throws {
        if batches < 1 { throw ValidationError("--batches takes 1 or more, not \(batches)") }
        if fullEvery < 1 { throw ValidationError("--full-every takes 1 or more, not \(fullEvery)") }
        _ = try chosen()
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let stream = try stream()
        var steps: [IncrementalStream.Step] = []
        for method in try chosen() {
            try stream.run(method, thresholds.options, interval: fullEvery) { step throws(LikenessError) in
                steps.append(step)
                tell(step)
            }
        }
        try run.finish(
            steps, stream.vectors.rows, "faces", inputs: [input.vectors, input.labels], print: { print(steps) }
        ) { IncrementalReport(steps).page }
    }

    /// One line a batch as it ends, so that an interrupted run is not lost.
    private func tell(_ s: IncrementalStream.Step) {
        let rates = [s.precision, s.recall, s.f, s.bcubedF].map { Format.number($0, 4) }.joined(separator: " ")
        let found = s.edges.map { ", \($0) edges" } ?? ""
        let measured = s.searchRecall.map { ", search recall \(Format.number($0, 4))" } ?? ""
        common.console.note(
            "\(s.method) \(s.batch)/\(batches): \(s.rows) rows, P R F, BCubed F \(rates), expansion "
                + "\(Format.number(s.expansion, 3)), \(Format.number(s.seconds, 1)) s (CPU "
                + "\(Format.number(s.processorSeconds, 1)) s), a row: compared \(Format.number(s.comparedPerRow, 0)), centres "
                + "\(Format.number(s.centresPerRow, 0)), calibration \(Format.number(s.calibrationPerRow, 0)), touched "
                + "\(Format.number(s.touchedPerRow, 1))\(found)\(measured), \((s.peakBytes ?? 0) >> 20) MB"
        )
    }

    private func print(_ steps: [IncrementalStream.Step]) {
        common.console.table(
            [
                "method", "batch", "rows", "pairwise P", "R", "F", "BCubed P", "R", "F", "expansion", "groups",
                "seconds", "CPU s", "compared a row", "centres", "calibration", "touched", "moved",
            ],
            steps.map { s in
                [s.method, "\(s.batch)", "\(s.rows)"]
                    + [s.precision, s.recall, s.f, s.bcubedPrecision, s.bcubedRecall, s.bcubedF].map {
                        Format.number($0, 4)
                    } + [
                        Format.number(s.expansion, 3), "\(s.groups)", Format.number(s.seconds, 2),
                        Format.number(s.processorSeconds, 2), Format.number(s.comparedPerRow, 0),
                        Format.number(s.centresPerRow, 0), Format.number(s.calibrationPerRow, 0),
                        Format.number(s.touchedPerRow, 1), Format.number(s.moved, 4),
                    ]
            })
    }

    private func chosen() throws -> [IncrementalStream.Method] {
        try methods.split(separator: ",").map { name in
            guard let method = IncrementalStream.Method(rawValue: String(name)) else {
                throw ValidationError("--methods takes absorb, density and full, not '\(name)'")
            }
            return method
        }
    }

    private func stream() throws(LikenessError) -> IncrementalStream {
        var (rows, people, _) = try input.read()
        guard rows.rows == people.count, rows.rows >= batches else {
            throw LikenessError(
                .lengthMismatch, "\(people.count) labels stand for \(rows.rows) rows in \(batches) batches")
        }
        let bad = rows.normaliseRows()
        if let row = (bad.zero + bad.nonFinite).min() {
            throw LikenessError(.nonFinite, subject: "row \(row)", "the vector is zero or no number")
        }
        var places = Array(0..<rows.rows)
        switch order {
        case .file: break
        case .random:
            var random = SeededRandom(seed: common.seed)
            places.shuffle(using: &random)
        case .identity: places.sort { (people[$0], $0) < (people[$1], $1) }
        }
        let n = rows.rows
        return IncrementalStream(
            vectors: rows.rows(at: places), truth: places.map { people[$0] },
            space: EmbeddingSpace(id: "stream", dimension: rows.columns, metric: .cosine, normalised: true),
            batches: (0..<batches).map { $0 * n / batches..<($0 + 1) * n / batches }, threads: common.threadCount)
    }
}
