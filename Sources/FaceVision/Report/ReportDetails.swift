import FaceCore

/// The end of the report: photos that failed, where the time went, what it was made with.
struct ReportDetails {
    let report: GroupReport

    /// Failed photos that are listed; the rest is counted.
    private static let shownFailures = 500

    func write(_ out: inout HTMLWriter) {
        writeFailures(&out)
        out.raw("<section id=\"how\"><div class=\"head\"><h2>How it was made</h2></div>\n<div class=\"how\">\n")
        writeStages(&out)
        writeSettings(&out)
        writeModels(&out)
        out.raw("</div></section>\n")
    }

    private func writeFailures(_ out: inout HTMLWriter) {
        guard !report.failures.isEmpty else { return }
        out.raw("<section id=\"problems\"><div class=\"head\"><h2>Not readable</h2>")
        out.raw("<p>These files were skipped; everything else went on.</p></div>\n<div class=\"problems\">\n")
        for failure in report.failures.prefix(Self.shownFailures) {
            out.raw("<div class=\"problem\"><b")
            out.attribute("title", failure.source)
            out.raw("><bdi>")
            out.text(PlainWords.fileName(failure.source))
            out.raw("</bdi></b><div><bdi>")
            out.text(failure.message)
            out.raw("</bdi> <code>")
            out.text(failure.code)
            out.raw("</code>")
            if let remedy = failure.remedy {
                out.raw("<p class=\"soft\"><bdi>")
                out.text(remedy)
                out.raw("</bdi></p>")
            }
            out.raw("</div></div>\n")
        }
        let rest = report.failures.count - Self.shownFailures
        if rest > 0 {
            out.raw("<p class=\"more\">And ")
            out.text(PlainWords.count(rest, "more file", "more files"))
            out.raw(": all of them are in people.json.</p>")
        }
        out.raw("</div></section>\n")
    }

    private func writeStages(_ out: inout HTMLWriter) {
        let stages = report.stages.filter { $0.seconds.isFinite && $0.seconds >= 0 }
        out.raw("<div class=\"panel wide\"><h3>Where the time went</h3><ul class=\"stages\">")
        let longest = max(stages.map(\.seconds).max() ?? 0, 1e-9)
        for (i, stage) in stages.enumerated() {
            out.raw("<li><span class=\"name\">")
            out.text(stage.name)
            out.raw(
                "</span><svg class=\"bar\" viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
            out.raw("<rect height=\"8\" rx=\"4\"")
            out.attribute("width", String(max(4, Int(stage.seconds / longest * 1000))))
            out.attribute("class", "f\(i % 8 + 1)")
            out.raw("/></svg><span class=\"t\">")
            out.text(PlainWords.duration(stage.seconds))
            out.raw("</span></li>")
        }
        out.raw("</ul><p class=\"note\">")
        out.text("\(PlainWords.duration(report.seconds)) on the clock\(rate). ")
        out.raw(
            "The steps run side by side on several cores, so that together they can take longer than the clock.</p></div>\n"
        )
    }

    private var rate: String {
        guard report.seconds > 0, report.photoCount > 0 else { return "" }
        let rate = min(1e9, Double(report.photoCount) / report.seconds)
        let number = rate < 9.5 ? PlainWords.hundredths(Float(rate)) : HTMLWriter.grouped(Int(rate.rounded()))
        return ", \(number) photos a second"
    }

    private func writeSettings(_ out: inout HTMLWriter) {
        out.raw("<div class=\"panel\"><h3>Method</h3><dl class=\"facts-list\">")
        out.definition("Grouping", report.method)
        for setting in report.settings { out.definition(setting.name, setting.value) }
        out.raw("</dl></div>\n")
    }

    private func writeModels(_ out: inout HTMLWriter) {
        guard !report.models.isEmpty else { return }
        out.raw("<div class=\"panel\"><h3>Models and their terms</h3><div class=\"scroll\" tabindex=\"0\">")
        out.raw("<table><thead><tr><th>Model</th><th>Job</th><th>Licence of the weights</th></tr></thead><tbody>")
        for model in report.models {
            out.raw("<tr><td")
            out.attribute("title", model.source)
            out.raw("><b>")
            out.text(model.id)
            out.raw("</b> ")
            out.text(model.version)
            out.raw("</td><td>")
            out.text(model.task)
            out.raw("</td><td>")
            out.text(model.licence)
            out.raw("</td></tr>")
        }
        out.raw("</tbody></table></div></div>\n")
    }
}
