import ArgumentParser
import FaceCore
import FaceEvaluation
import FaceLibrary
import FaceSpace

/// `likeness evaluate owner`: how many answers of a person bring an album in order.
struct EvaluateOwner: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "owner", abstract: "Measures what a person's answers are worth.",
        discussion: """
            likeness evaluate owner faces.npy --model mobilefacenet-y1 --truth people.npy

            A simulated owner who knows everybody answers "the same person?" from the default grouping on, until pairwise \
            precision and recall reach the target: questions by expected saving, and the same questions in random order.
            """)

    @Argument(help: ArgumentHelp("Vectors, one row a face (.npy).", valueName: "vectors")) var vectors: String
    @Option(
        help: ArgumentHelp("The person of each row (.npy), or names whose folder is the person.", valueName: "file"))
    var truth: String
    @Option(help: ArgumentHelp("Start from these groups (.npy) instead of the default method's.", valueName: "file"))
    var labels: String?
    @Option(help: ArgumentHelp("Pairwise precision and recall to reach.", valueName: "share")) var target = 0.99
    @Option(help: ArgumentHelp("Answers at most.", valueName: "n")) var answers = 5000
    @Option(help: ArgumentHelp("Orders, separated by commas: ranked, random.", valueName: "names"))
    var orders = "ranked,random"
    @OptionGroup var input: ClusterInput
    @OptionGroup var output: EvaluationOutput
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if !(target > 0 && target <= 1) { throw ValidationError("--target takes a share in 0…1, not \(target)") }
        if !(1...1_000_000).contains(answers) { throw ValidationError("--answers takes 1…1000000, not \(answers)") }
        _ = try chosen()
        if output.out != nil { throw ValidationError("This evaluation has no pages yet: leave out --out.") }
    }

    private func chosen() throws -> [SimulatedOwner.Order] {
        try orders.split(separator: ",").map { name in
            guard let order = SimulatedOwner.Order(rawValue: String(name)) else {
                throw ValidationError("--orders takes ranked and random, not '\(name)'")
            }
            return order
        }
    }

    func run() throws {
        let run = try EvaluationRun(output, common)
        let faces = try input.read(vectors, threads: common.threadCount)
        let people = try ClusterTruth.read(truth)
        let start =
            try labels.map { (path) throws(LikenessError) in try NPY.readLabels(path) }
            ?? EvidenceClusterer().group(faces, threads: common.threadCount).labels
        guard people.count == faces.count, start.count == faces.count else {
            throw LikenessError(
                .lengthMismatch, "\(faces.count) faces, \(people.count) people and \(start.count) groups do not fit")
        }
        var results: [OwnerResult] = []
        for order in try chosen() {
            let owner = try SimulatedOwner(
                vectors: faces.vectors, truth: people, space: faces.space,
                options: .init(order: order, target: target, mostAnswers: answers, seed: common.seed),
                threads: common.threadCount)
            results.append(OwnerResult(order: order, outcome: try owner.run(from: start)))
        }
        let measured = results
        try run.finish(measured, faces.count, "faces", inputs: [vectors, truth], print: { print(measured) }) {
            throw ValidationError("This evaluation has no pages yet: leave out --out.")
        }
    }

    private func print(_ results: [OwnerResult]) {
        for result in results {
            let reached = result.outcome.answersToTarget.map { "\($0) answers" } ?? "not reached"
            common.console.result("\(result.order.rawValue): \(Format.number(target * 100, 1)) % – \(reached)")
            common.console.table(
                ["answers", "pairwise P", "R", "groups", "yes", "no", "divided"],
                result.shown.map { s in
                    ["\(s.answers)", Format.number(s.precision, 4), Format.number(s.recall, 4)]
                        + [s.groups, s.yes, s.no, s.divided].map { "\($0)" }
                })
            common.console.table(
                ["said", "asked", "was yes"],
                result.outcome.reliability.map {
                    [
                        Format.number($0.meanProbability, 2), "\($0.asked)",
                        Format.number(Double($0.yes) / Double($0.asked), 2),
                    ]
                })
        }
    }
}

private struct OwnerResult: Encodable {
    let order: SimulatedOwner.Order
    let outcome: SimulatedOwner.Outcome

    /// A table's worth of the curve: beginning, end, and steps between at about equal ratios of answers.
    var shown: [SimulatedOwner.Step] {
        var out: [SimulatedOwner.Step] = []
        var next = 0
        for (k, step) in outcome.steps.enumerated() where step.answers >= next || k == outcome.steps.count - 1 {
            out.append(step)
            next = max(step.answers + 20, step.answers * 3 / 2)
        }
        return out
    }
}
