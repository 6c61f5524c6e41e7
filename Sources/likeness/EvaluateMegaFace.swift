import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate megaface`: identification against a growing number of strangers.
struct EvaluateMegaFace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "megaface", abstract: "Measures identification among up to a million distractors.",
        discussion: """
            likeness evaluate megaface --vectors probes.npy --labels people.npy --distractors strangers.npy

            Distractors are used in the order of their rows, and read a block at a time. Rows of a noise list (numbers \
            from 0, one a line) are left out and counted: name the list beside the figures.
            """)

    @OptionGroup var input: LabelledVectorOptions
    @Option(help: ArgumentHelp("Vectors of strangers (.npy).", valueName: "file")) var distractors: String
    @Option(help: ArgumentHelp("Numbers of distractors to report.", valueName: "n")) var size: [Int] = []
    @Option(help: ArgumentHelp("Ranks to report.", valueName: "k")) var rank: [Int] = [1, 5, 10]
    @Option(help: ArgumentHelp("False accept rates to report.", valueName: "rate")) var far: [Double] = [
        1e-4, 1e-5, 1e-6,
    ]
    @Option(help: ArgumentHelp("Noisy rows of the probes.", valueName: "file")) var noisyProbes: String?
    @Option(help: ArgumentHelp("Noisy rows of the distractors.", valueName: "file")) var noisyDistractors: String?
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if (size + rank).contains(where: { $0 < 1 }) { throw ValidationError("--size and --rank take 1 or more.") }
        if let bad = far.first(where: { !(0...1).contains($0) }) {
            throw ValidationError("--far takes 0…1, not \(bad)")
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let (vectors, identities, _) = try input.read()
        var options = DistractorReport.Options()
        if !size.isEmpty { options.sizes = size }
        (options.ranks, options.rates, options.threads) = (rank, far, common.threadCount)
        options.noisyProbes = try rows(noisyProbes)
        options.noisyDistractors = try rows(noisyDistractors)
        let report = try DistractorReport.measure(
            probes: vectors, identities: identities, distractors: NPY.readMatrix(distractors, mapped: true), options)
        let result = MegaFaceOutput(report)
        let scores = report.probes * (report.rows.last?.distractors ?? 0)
        try run.finish(
            result, scores, "comparisons",
            inputs: [input.vectors, input.index, input.labels, distractors, noisyProbes, noisyDistractors],
            print: { print(report, result) }
        ) { EvaluationReport(distractors: report) }
    }

    private func print(_ report: DistractorReport, _ result: MegaFaceOutput) {
        let console = common.console
        console.result("\(report.trials) trials of \(report.probes) photos of \(report.people) people")
        if report.leftOut.probes + report.leftOut.distractors > 0 {
            console.result(
                "cleaned: \(report.leftOut.probes) probes, \(report.leftOut.distractors) distractors left out")
        }
        console.table(
            ["distractors"] + rank.map { "rank \($0)" } + far.map { "VR at \(Figure.far($0))" },
            result.rows.map { row in
                ["\(row.distractors)"] + row.identification.map { Figure.rate($0) }
                    + row.verification.map { Figure.rate($0.value) + ($0.reliable ? "" : " ?") }
            })
    }

    private func rows(_ path: String?) throws(LikenessError) -> Set<Int> {
        guard let path else { return [] }
        var out: Set<Int> = []
        for entry in try ExclusionList(path: path).entries {
            guard let row = Int(entry), row >= 0 else {
                throw LikenessError(.badData, subject: path, "\"\(entry.prefix(40))\" is not the number of a row")
            }
            out.insert(row)
        }
        return out
    }
}

private struct MegaFaceOutput: Encodable {
    struct Rate: Encodable {
        let far: Double
        let value: Double
        let impostors: Int
        let reliable: Bool
    }
    struct Row: Encodable {
        let distractors: Int
        let identification: [Double]
        let verification: [Rate]
    }

    let `protocol` = "megaface-like"
    let trials: Int
    let probes: Int
    let people: Int
    let noisyProbesLeftOut: Int
    let noisyDistractorsLeftOut: Int
    let ranks: [Int]
    let rows: [Row]

    init(_ r: DistractorReport) {
        (trials, probes, people, ranks) = (r.trials, r.probes, r.people, r.options.ranks)
        (noisyProbesLeftOut, noisyDistractorsLeftOut) = r.leftOut
        rows = r.rows.map { row in
            Row(
                distractors: row.distractors, identification: row.identification,
                verification: row.verification.map {
                    Rate(far: $0.far, value: $0.trueAcceptRate, impostors: $0.impostors, reliable: $0.isReliable)
                })
        }
    }

    enum CodingKeys: String, CodingKey {
        case `protocol`, trials, probes, people, noisyProbesLeftOut, noisyDistractorsLeftOut, ranks, rows
    }
}
