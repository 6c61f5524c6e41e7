public import FaceCore
public import FaceEvaluation
internal import Foundation

/// The metrics of a run, as lines over its steps.
public struct TrainingCurves: Sendable {
    /// Points (step, value) by the names of the metrics.
    public let points: [String: [(step: Double, value: Double)]]
    public var names: [String] { points.keys.sorted() }

    /// What is drawn unless metrics are named.
    public static let usual = ["loss", "accuracy", "targetCosine", "validation.accuracy", "rate", "gradientNorm"]

    /// Reads `metrics.jsonl`. Throws `file-missing`, or `file-format` with the line that is no object of numbers.
    public init(_ path: String) throws(LikenessError) {
        let file = try InputFile(path)
        let text = String(decoding: try file.bytes(at: 0, count: file.size), as: UTF8.self)
        var points: [String: [(step: Double, value: Double)]] = [:]
        for (n, line) in text.split(separator: "\n").enumerated() {
            guard let values = try? JSONDecoder().decode([String: Double].self, from: Data(line.utf8)),
                let step = values["step"]
            else { throw LikenessError(.fileFormat, subject: path, "line \(n + 1) is no step with numbers") }
            for (name, value) in values where name != "step" { points[name, default: []].append((step, value)) }
        }
        guard !points.isEmpty else { throw LikenessError(.fileFormat, subject: path, "holds no metrics") }
        self.points = points
    }

    /// One metric of several runs in one figure; runs that lack it are left out.
    public static func plot(_ metric: String, of runs: [(name: String, table: TrainingCurves)]) -> Plot {
        let series = runs.enumerated().compactMap { k, run in
            run.table.points[metric].map { line in
                Plot.Series(
                    run.name, line.count > 40 ? .line : .linePoints, x: line.map(\.step), y: line.map(\.value),
                    colour: runs.count > 1 ? k : nil)
            }
        }
        return Plot(
            "curve-\(metric.map { $0.isLetter || $0.isNumber ? String($0) : "-" }.joined())", title: metric,
            caption: "\(metric) over the steps of \(runs.map(\.name).joined(separator: ", ")).", x: .init("step"),
            y: .init(metric), legend: runs.count > 1 ? .above : .none, series: series)
    }
}
