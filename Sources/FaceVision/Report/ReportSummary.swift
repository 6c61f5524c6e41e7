import FaceCore

/// The top of the report: the headline, and the counts that add up.
struct ReportSummary {
    let page: ReportPage

    private struct Part {
        let count: Int
        let name: String
        let colour: StaticString
    }

    func write(_ out: inout HTMLWriter) {
        out.raw("<header class=\"top wrap\"><div class=\"mark\">")
        out.raw(PageStyle.mark)
        out.raw("likeness</div>\n<h1>")
        out.text(page.headline)
        out.raw("</h1>\n<p class=\"sub\"><bdi>")
        out.text(page.report.subject)
        out.raw("</bdi><span>")
        out.text(page.report.made)
        out.raw("</span><span>")
        out.text("done in \(PlainWords.duration(page.report.seconds))")
        out.raw("</span></p>\n<div class=\"sums\">\n")
        write("Photos", photos, &out)
        write("Faces", faces, &out)
        out.raw("</div></header>\n")
        writePills(&out)
    }

    private var photos: [Part] {
        let r = page.report
        return [
            Part(count: r.photosWithFaces, name: "with faces", colour: "f1"),
            Part(count: r.withoutFaces.count, name: "without faces", colour: "f2"),
            Part(count: r.duplicates.count, name: r.duplicates.count == 1 ? "copy" : "copies", colour: "f6"),
            Part(count: r.failures.count, name: "not readable", colour: "f4"),
        ]
    }

    private var faces: [Part] {
        [
            Part(count: page.people.reduce(0) { $0 + $1.faces.count }, name: "in people", colour: "f1"),
            Part(count: page.once.count, name: "seen once", colour: "f5"),
            Part(count: page.report.unassigned.count, name: "loose", colour: "f3"),
            Part(count: page.report.rejected.count, name: "not used", colour: "f4"),
        ]
    }

    private func write(_ title: String, _ parts: [Part], _ out: inout HTMLWriter) {
        let total = parts.reduce(0) { $0 + $1.count }
        out.raw("<div class=\"sum\"><h2>")
        out.text(title)
        out.raw("<b class=\"num\">")
        out.text(total)
        out.raw("</b></h2>")
        writeBar(parts, total, &out)
        out.raw("<ul class=\"legend\">")
        for (i, part) in parts.enumerated() where part.count > 0 || i == 0 {
            out.raw("<li><span class=\"key ")
            out.raw(part.colour)
            out.raw("\"></span><b class=\"num\">")
            out.text(part.count)
            out.raw("</b> ")
            out.text(part.name)
            out.raw("</li>")
        }
        out.raw("</ul></div>\n")
    }

    private func writeBar(_ parts: [Part], _ total: Int, _ out: inout HTMLWriter) {
        out.raw("<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">")
        var start = 0
        for part in parts where part.count > 0 {
            let isLast = part.name == parts.last { $0.count > 0 }?.name
            let width = isLast ? 1000 - start : min(max(8, 1000 * part.count / total), 970 - start)
            out.raw("<rect height=\"10\"")
            out.attribute("x", String(start))
            out.attribute("width", String(isLast ? width : width - 3))
            out.raw(" class=\"")
            out.raw(part.colour)
            out.raw("\"/>")
            start += width
        }
        out.raw("</svg>")
    }

    private func writePills(_ out: inout HTMLWriter) {
        out.raw("<nav class=\"pills\" aria-label=\"Sections\"><ul class=\"wrap\">")
        pill("people", "People", page.people.count, always: page.once.isEmpty, &out)
        pill("once", "Seen once", page.once.count, &out)
        pill("loose", "Loose faces", page.report.unassigned.count, &out)
        pill("unused", "Not used", page.report.rejected.count, &out)
        pill("problems", "Not readable", page.report.failures.count, &out)
        out.raw("<li><a href=\"#how\">How it was made</a></li></ul></nav>\n")
    }

    private func pill(
        _ id: StaticString, _ name: StaticString, _ count: Int, always: Bool = false, _ out: inout HTMLWriter
    ) {
        guard count > 0 || always else { return }
        out.raw("<li><a href=\"#")
        out.raw(id)
        out.raw("\">")
        out.raw(name)
        out.raw("<b class=\"num\">")
        out.text(count)
        out.raw("</b></a></li>")
    }
}
