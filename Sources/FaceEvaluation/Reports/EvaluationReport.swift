public import FaceCore
import Foundation

/// A page about one measurement: a verdict with its rule, the figures with their intervals, plots, the worst cases with
/// photos, tables, and the settings that made it.
public struct EvaluationReport: Sendable {
    /// One figure of the first row.
    public struct Headline: Sendable, Hashable {
        public var name: String
        public var value: String
        /// Interval, rule, number of comparisons.
        public var detail: String

        public init(_ name: String, _ value: String, _ detail: String) {
            (self.name, self.value, self.detail) = (name, value, detail)
        }
    }

    public struct Table: Sendable, Hashable {
        public var title: String
        public var note: String
        public var header: [String]
        public var rows: [[String]]

        public init(_ title: String, note: String, header: [String], rows: [[String]]) {
            (self.title, self.note, self.header, self.rows) = (title, note, header, rows)
        }
    }

    /// Two items that were compared, with their photos where there are any.
    public struct Case: Sendable, Hashable {
        public var left: String
        public var right: String
        public var score: String
        /// JPEG bytes, small.
        public var leftPhoto: [UInt8]?
        public var rightPhoto: [UInt8]?

        public init(left: String, right: String, score: String) {
            (self.left, self.right, self.score) = (left, right, score)
        }
    }

    public struct Cases: Sendable, Hashable {
        public var title: String
        public var note: String
        public var cases: [Case]

        public init(_ title: String, note: String, _ cases: [Case]) {
            (self.title, self.note, self.cases) = (title, note, cases)
        }
    }

    public struct Setting: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    /// The verdict, one sentence.
    public var title: String
    /// What was measured on what.
    public var subject: String
    /// What a reader must know before believing a figure.
    public var warnings: [String] = []
    public var headlines: [Headline] = []
    public var plots: [Plot] = []
    public var cases: [Cases] = []
    public var tables: [Table] = []
    public var settings: [Setting] = []
    public var throughput: Throughput?
    public var program = "likeness"
    /// When, as a sentence shows it.
    public var made = ""
    public var command = ""

    public init(title: String, subject: String) { (self.title, self.subject) = (title, subject) }

    /// Adds the photos that `photo` finds to the cases.
    public mutating func addPhotos(_ photo: (String) -> [UInt8]?) {
        for i in cases.indices {
            for j in cases[i].cases.indices {
                cases[i].cases[j].leftPhoto = photo(cases[i].cases[j].left)
                cases[i].cases[j].rightPhoto = photo(cases[i].cases[j].right)
            }
        }
    }

    /// The files of a report in its folder: `report.json`, `report.html`, and of each plot an SVG and a PNG.
    public static func files(of plots: [Plot]) -> [String] {
        ["report.json", "report.html"] + plots.flatMap { ["\($0.id).svg", "\($0.id).png"] }
    }

    /// Writes the folder; `result` is what the command prints with `--json`.
    ///
    /// Throws `component-missing` without gnuplot, `file-exists` unless `force`, `file-unwritable`.
    public func write(to folder: String, result: some Encodable, force: Bool = false) throws(LikenessError) {
        let rendered = try PlotRenderer().render(plots)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw LikenessError(.fileUnwritable, subject: folder, "cannot be made: \(error.localizedDescription)")
        }
        let json = try ReportRecord(self, result: result).bytes()
        // the page last: where it is, all the rest is
        for (plot, drawn) in zip(plots, rendered) {
            try AtomicFile.write(drawn.svg, to: "\(folder)/\(plot.id).svg", force: force)
            try AtomicFile.write(drawn.png, to: "\(folder)/\(plot.id).png", force: force)
        }
        try AtomicFile.write(json, to: "\(folder)/report.json", force: force)
        try AtomicFile.write(html(rendered, json: json), to: "\(folder)/report.html", force: force)
    }
}

/// `report.json`: what the command prints, with the plots as data, the settings and the speed.
private struct ReportRecord<Result: Encodable>: Encodable {
    let program: String
    let made: String
    let command: String
    let title: String
    let warnings: [String]
    let settings: [String: String]
    let throughput: Throughput?
    let result: Result
    let plots: [Plot]

    init(_ report: EvaluationReport, result: Result) {
        (program, made, command, title) = (report.program, report.made, report.command, report.title)
        (warnings, throughput, plots) = (report.warnings, report.throughput, report.plots)
        settings = Dictionary(report.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        self.result = result
    }

    func bytes() throws(LikenessError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        do { return Array(try encoder.encode(self)) } catch {
            throw LikenessError(.defect, subject: "report.json", "the figures cannot be written: \(error)")
        }
    }
}
