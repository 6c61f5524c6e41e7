import ArgumentParser
import FaceCore
import FaceEvaluation
import Foundation

/// What every evaluation prints and stores.
struct EvaluationOutput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write report.html, report.json and the plots to this folder (needs gnuplot).", valueName: "folder")
    )
    var out: String?
    @Option(
        help: ArgumentHelp(
            "The folder that the items' names start from: photos beside the worst cases.", valueName: "folder"))
    var photos: String?
    @Option(help: ArgumentHelp("Append the result to this file, one JSON object a line.", valueName: "file"))
    var history: String?
    @Flag(help: "Overwrite the report that is there.") var force = false
}

/// One measurement from its first file to its last line: the clock, the record of the history, the report.
struct EvaluationRun {
    let output: EvaluationOutput
    let common: CommonOptions
    private let watch = Throughput.Stopwatch()

    /// Throws before anything is measured what would keep the report from being written: `component-missing` without
    /// gnuplot, `file-exists`.
    init(_ output: EvaluationOutput, _ common: CommonOptions) throws(LikenessError) {
        (self.output, self.common) = (output, common)
        guard let out = output.out else { return }
        _ = try PlotRenderer()
        try Output.requireFree(["\(out)/report.json", "\(out)/report.html"], force: output.force)
    }

    /// Prints the result, appends it to the history and writes the report.
    ///
    /// `inputs` are files whose digest the report names; `boxes` are faces in the photos of the worst cases.
    func finish(
        _ result: some Encodable, _ items: Int, _ unit: String, inputs: [String?], scores: ScoredList? = nil,
        boxes: [String: Box] = [:], settings: [EvaluationReport.Setting] = [], print: () -> Void,
        report: () throws -> EvaluationReport
    ) throws {
        let throughput = watch.throughput(items, unit, threads: common.threadCount)
        try append(result, throughput)
        if common.json { try common.console.json(result) } else { print() }
        guard let out = output.out else { return }
        var page = try report()
        page.throughput = throughput
        page.program = "likeness \(Likeness.configuration.version)"
        page.made = Date.now.formatted(date: .long, time: .shortened)
        page.command = Self.command
        page.settings +=
            settings + [.init("Seed", "\(common.seed)")] + Self.digests(inputs.compactMap { $0 }) + [Self.machine]
        if let folder = output.photos {
            let thumbnails = try EvaluationThumbnails(folder, boxes: boxes)
            page.addPhotos { thumbnails.jpeg($0) }
        }
        try page.write(to: out, result: result, force: output.force)
        if let scores {
            try AtomicFile.write(Array(ScoreFile.text(scores).utf8), to: "\(out)/scores.csv", force: output.force)
        }
        common.console.note("report: \(out)/report.html")
    }

    /// As it can be given to a shell again.
    private static var command: String {
        (["likeness"] + CommandLine.arguments.dropFirst().map(quoted)).joined(separator: " ")
    }

    private static func quoted(_ argument: String) -> String {
        let plain = argument.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./=,:@%+−".unicodeScalars.contains($0)
        }
        return plain && !argument.isEmpty ? argument : "'\(argument.replacing("'", with: "'\\''"))'"
    }

    private static func digests(_ paths: [String]) -> [EvaluationReport.Setting] {
        paths.compactMap { path in
            guard let digest = try? SHA256.hex(ofFile: path) else { return nil }
            return .init(path.split(separator: "/").last.map(String.init) ?? path, "SHA-256 \(digest.prefix(16))…")
        }
    }

    private static var machine: EvaluationReport.Setting {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let name = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return .init("Machine", "\(name), \(availableThreads()) cores")
    }

    /// The record of the history: what `--json` prints, with the time, the command, the version and the speed.
    private func append(_ result: some Encodable, _ throughput: Throughput) throws {
        guard let history = output.history else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let record = HistoryRecord(
            time: Date.now.formatted(.iso8601), version: Likeness.configuration.version, command: Self.command,
            result: result, throughput: throughput)
        try EvaluationHistory.append(Array(try encoder.encode(record)), to: history)
    }

    private struct HistoryRecord<Result: Encodable>: Encodable {
        let time: String
        let version: String
        let command: String
        let result: Result
        let throughput: Throughput
    }
}
