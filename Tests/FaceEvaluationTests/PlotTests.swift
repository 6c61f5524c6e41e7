import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Figures are drawn by gnuplot from data files; reports are whole, self-contained and escape what they are given.
@Suite struct PlotTests {
    static let hostile = "<b>\"'`system('touch hit')` $(x) \\ {/Bold a_b^c}\t\n#%"

    private static func plot(_ id: String, name: String) -> Plot {
        Plot(
            id, title: name, caption: name, x: .init("rate'; system('touch hit') #", .logarithmic, from: 1e-4, to: 1),
            y: .init("share `touch hit`"),
            series: [
                Plot.Series(name, .line, x: [1e-3, 0.1, 1], y: [0.2, 0.5, 1]),
                Plot.Series("95 %", .band, x: [1e-3, 1], y: [0, 0], low: [0.1, 0.9], high: [0.3, 1]),
                Plot.Series("", .mark, x: [0.01], y: [0]), Plot.Series("none", .dotted, x: [], y: []),
                Plot.Series("bad", .line, x: [-1, .nan, 0.5], y: [1, .infinity, .nan]),
            ])
    }

    @Test func everyStyleIsDrawnInThreeForms() throws {
        let bars = Plot(
            "bars", title: "bars", caption: "", x: .init("cohort"), y: .init("rate", from: 0),
            series: [
                Plot.Series(
                    "", .bars, x: [0, 1], y: [0.1, 0.3], low: [0.05, .nan], high: [0.2, .nan],
                    categories: ["old", Self.hostile])
            ])
        let det = Plot(
            "det", title: "det", caption: "", x: .init("far", .probit, from: 1e-3, to: 0.4),
            y: .init("frr", .probit, from: 1e-3, to: 0.4),
            series: [
                Plot.Series("a", .linePoints, x: [1e-3, 0.1], y: [0.2, 0.01]),
                Plot.Series("s", .steps, x: [0.1], y: [0.1]),
            ])
        let empty = Plot("empty", title: "", caption: "", x: .init("x"), y: .init("y"), series: [])
        let drawn = try PlotRenderer().render([Self.plot("roc", name: Self.hostile), bars, det, empty])
        #expect(drawn.count == 4)
        for d in drawn {
            let text = String(decoding: d.svg, as: UTF8.self)
            #expect(text.hasPrefix("<?xml") && text.contains("</svg>") && !text.contains("<script"))
            #expect(String(decoding: d.dark, as: UTF8.self).contains("</svg>"))
            #expect(d.png.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        }
        let text = String(decoding: drawn[1].svg, as: UTF8.self)
        #expect(text.contains("old") && text.contains("&lt;b"), "names are text in the figure")
        #expect(!FileManager.default.fileExists(atPath: "hit"))
    }

    @Test func withoutGnuplotTheErrorSaysSo() {
        #expect(errorCode { _ = try PlotRenderer(searchPath: "/nowhere") } == "component-missing")
    }

    @Test func reportsAreWholeAndEscaped() throws {
        let folder = try TemporaryFolder()
        var page = EvaluationReport(title: Self.hostile, subject: Self.hostile)
        page.warnings = [Self.hostile]
        page.headlines = [.init(Self.hostile, "0.5", Self.hostile)]
        page.plots = [Self.plot("roc", name: Self.hostile)]
        page.cases = [.init(Self.hostile, note: "", [.init(left: Self.hostile, right: "b/c.jpg", score: "0.1")])]
        page.tables = [.init("t", note: "", header: [Self.hostile], rows: [[Self.hostile]])]
        page.settings = [.init("name", "</script><script>alert(1)</script>")]
        page.addPhotos { _ in [0xFF, 0xD8] }
        let out = folder.file("report")
        try page.write(to: out, result: ["note": "</script><script>alert(1)</script>"])
        for file in EvaluationReport.files(of: page.plots) {
            #expect(FileManager.default.fileExists(atPath: "\(out)/\(file)"), "\(file)")
        }
        let html = try String(contentsOfFile: "\(out)/report.html", encoding: .utf8)
        #expect(
            !html.contains("<script>") && !html.contains("<b>\"") && !html.contains("http://")
                && !html.contains("https://"))
        #expect(html.contains("Content-Security-Policy") && html.contains("data:image/svg+xml;base64,"))
        #expect(errorCode { try page.write(to: out, result: [1]) } == "file-exists")
        try page.write(to: out, result: [1], force: true)
        let json =
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(out)/report.json")))
            as? [String: Any]
        #expect(json?["result"] as? [Int] == [1] && (json?["plots"] as? [Any])?.count == 1)
    }

    @Test func runsComeBackAndOverlay() throws {
        let folder = try TemporaryFolder()
        let csv = (0..<60).map { "p\($0)/1,p\($0 % 2 == 0 ? $0 : $0 + 1)/2,\($0 % 2 == 0 ? 1 : 0)" }.joined(
            separator: "\n")
        let list = try ScoredList(CSVPairs.parse(csv), scores: (0..<60).map { Double($0 * 37 % 60) / 60 }, folds: 3)
        let summary = try VerificationSummary(list, protocol: "pairs", rule: .midpointMean, rates: [0.1], resamples: 20)
        let page = try EvaluationReport(verification: summary, list)
        for name in ["a", "b"] {
            try page.write(to: folder.file(name), result: summary)
            try AtomicFile.write(Array(ScoreFile.text(list).utf8), to: folder.file("\(name)/scores.csv"))
        }
        let runs = try ["a", "b"].map { try StoredRun(folder: folder.file($0)) }
        let stored = try #require(runs[0].list)
        #expect(
            stored.pairs.scores == list.pairs.scores && stored.folds == list.folds
                && stored.comparisons == list.comparisons)
        #expect(runs[0].figures["accuracy.mean"] == summary.accuracy?.mean && runs[0].plots == page.plots)
        let overlay = try #require(Plot.overlay("roc", of: runs.map { ($0.name, $0.plots) }))
        #expect(overlay.series.map(\.name) == ["a", "b"])
        #expect(
            Plot.overlay("scores", of: runs.map { ($0.name, $0.plots) }) == nil,
            "histograms are not laid over each other")
        #expect(errorCode { _ = try StoredRun(folder: folder.path) } == "file-missing")
        try AtomicFile.write(Array("{\"plots\": 3}".utf8), to: folder.file("report.json"))
        #expect(errorCode { _ = try StoredRun(folder: folder.path) } == "file-format")
    }
}
