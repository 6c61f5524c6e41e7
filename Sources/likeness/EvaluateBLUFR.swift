import ArgumentParser
import FaceCore
import FaceEvaluation

/// `likeness evaluate blufr`: verification on all pairs and open-set identification over trials.
struct EvaluateBLUFR: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blufr", abstract: "Measures low false accept rates over ten trials.",
        discussion: """
            likeness evaluate blufr --vectors lfw.npy --index names.txt --lists BLUFR/list

            Without --lists the trials are drawn by the same rule and seed, and the result is called BLUFR-like.
            """)

    @OptionGroup var input: LabelledVectorOptions
    @Option(help: ArgumentHelp("Folder of the published lists.", valueName: "folder")) var lists: String?
    @Option(help: ArgumentHelp("Trials to draw.", valueName: "n")) var trials = 10
    @Option(help: ArgumentHelp("People in training.", valueName: "n")) var trainPeople = 1500
    @Option(help: ArgumentHelp("People in the gallery.", valueName: "n")) var galleryPeople = 1000
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(1...1000).contains(trials) { throw ValidationError("--trials takes 1…1000, not \(trials)") }
        if trainPeople < 0 || galleryPeople < 1 {
            throw ValidationError("There are 0 or more people in training, 1 in the gallery.")
        }
        if lists != nil, input.index == nil { throw ValidationError("--lists needs the names of the rows: --index.") }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let (vectors, identities, names) = try input.read()
        let drawn: [BLUFRTrial]
        if let lists {
            let index = try ItemIndex(names: names ?? [])
            drawn = try BLUFRTrial.read(folder: lists) { name throws(LikenessError) in try index.row(name) }
        } else {
            drawn = try BLUFRTrial.generate(
                identities: identities, trainPeople: trainPeople, galleryPeople: galleryPeople, trials: trials,
                seed: common.seed)
        }
        let report = try BLUFRReport.measure(
            vectors, identities: identities, trials: drawn, threads: common.threadCount)
        let name = lists == nil ? "BLUFR-like, seed \(common.seed)" : "BLUFR"
        let result = BLUFROutput(name, report)
        let comparisons = report.trials.reduce(0) { $0 + $1.genuine + $1.impostors }
        try run.finish(
            result, comparisons, "comparisons", inputs: [input.vectors, input.index, input.labels],
            print: { print(report, name) }
        ) { EvaluationReport(blufr: report, name: name) }
    }

    private func print(_ report: BLUFRReport, _ name: String) {
        let console = common.console
        console.result("\(name): \(report.trials.count) trials")
        console.table(
            ["figure", "mean − deviation", "mean", "deviation"],
            [("VR at FAR 0.1 %", report.verification), ("DIR at FAR 1 %, rank 1", report.identification)].map {
                [$0, Figure.rate($1.fused), Figure.rate($1.mean), Figure.rate($1.deviation)]
            })
    }
}

private struct BLUFROutput: Encodable {
    struct Figure: Encodable {
        let far: Double
        let mean: Double
        let deviation: Double
        let fused: Double

        init(_ s: BLUFRReport.Summary, far: Double) {
            (self.far, mean, deviation, fused) = (far, s.mean, s.deviation, s.fused)
        }
    }
    struct Trial: Encodable {
        let genuine: Int
        let impostors: Int
        let genuineProbes: Int
        let impostorProbes: Int
        let verification: Double
        let identification: Double
    }

    let `protocol`: String
    let convention = FalseAcceptConvention.kthImpostor.rawValue
    let verification: Figure
    let identification: Figure
    let trials: [Trial]

    init(_ name: String, _ report: BLUFRReport) {
        `protocol` = name
        verification = Figure(report.verification, far: 1e-3)
        identification = Figure(report.identification, far: 1e-2)
        trials = report.trials.map {
            Trial(
                genuine: $0.genuine, impostors: $0.impostors, genuineProbes: $0.genuineProbes,
                impostorProbes: $0.impostorProbes, verification: $0.verification.trueAcceptRate,
                identification: $0.identification.rate)
        }
    }

    enum CodingKeys: String, CodingKey { case `protocol`, convention, verification, identification, trials }
}
