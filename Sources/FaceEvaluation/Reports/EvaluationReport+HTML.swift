import FaceCore

extension EvaluationReport {
    /// The page: style, plots and photos inside, nothing from a network, nothing that runs.
    func html(_ rendered: [PlotRenderer.Rendered], json: [UInt8]) -> [UInt8] {
        var out = HTMLWriter()
        writeHead(&out)
        out.raw("<body>\n")
        writeTop(&out)
        out.raw("<main class=\"wrap\">\n")
        writePlots(rendered, &out)
        writeCases(&out)
        writeTables(&out)
        writeSettings(&out)
        out.raw("</main>\n<footer class=\"wrap\"><span>Made on this machine by ")
        out.text(program)
        out.raw("; nothing was sent anywhere.</span><span>Every point of the plots: report.json</span></footer>\n")
        out.raw("<script type=\"application/json\" id=\"data\">")
        // no tag can end the block
        out.trusted(json.flatMap { $0 == UInt8(ascii: "<") ? Array("\\u003c".utf8) : [$0] })
        out.raw("</script>\n</body>\n</html>\n")
        return out.bytes
    }

    private static let css = Array((PageStyle.css + EvaluationPageStyle.css).utf8)
    private static let policy =
        "default-src 'none'; img-src data:; style-src 'sha256-\(HTMLWriter.policyHash(css))'; base-uri 'none'; "
        + "form-action 'none'"

    private func writeHead(_ out: inout HTMLWriter) {
        out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        out.raw("<meta http-equiv=\"Content-Security-Policy\"")
        out.attribute("content", Self.policy)
        out.raw(">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n")
        out.raw(
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n<title>")
        out.text("\(title) – likeness")
        out.raw("</title>\n<style>")
        out.trusted(Self.css)
        out.raw("</style>\n</head>\n")
    }

    private func writeTop(_ out: inout HTMLWriter) {
        out.raw("<header class=\"top wrap\"><div class=\"mark\">")
        out.raw(PageStyle.mark)
        out.raw("likeness</div>\n<h1>")
        out.text(title)
        out.raw("</h1>\n<p class=\"sub\"><bdi>")
        out.text(subject)
        out.raw("</bdi>")
        if !made.isEmpty {
            out.raw("<span>")
            out.text(made)
            out.raw("</span>")
        }
        out.raw("</p>\n")
        for warning in warnings {
            out.raw("<p class=\"warning\">")
            out.text(warning)
            out.raw("</p>\n")
        }
        if !headlines.isEmpty {
            out.raw("<ul class=\"figures\">")
            for h in headlines {
                out.raw("<li><span class=\"what\">")
                out.text(h.name)
                out.raw("</span><b class=\"num\">")
                out.text(h.value)
                out.raw("</b><span class=\"soft\">")
                out.text(h.detail)
                out.raw("</span></li>")
            }
            out.raw("</ul>")
        }
        out.raw("</header>\n")
        writePills(&out)
    }

    private func writePills(_ out: inout HTMLWriter) {
        out.raw("<nav class=\"pills\" aria-label=\"Sections\"><ul class=\"wrap\">")
        if !plots.isEmpty { out.raw("<li><a href=\"#plots\">Plots</a></li>") }
        for (k, group) in cases.enumerated() where !group.cases.isEmpty {
            out.raw("<li><a")
            out.attribute("href", "#cases-\(k)")
            out.raw(">")
            out.text(group.title)
            out.raw("</a></li>")
        }
        for (k, table) in tables.enumerated() {
            out.raw("<li><a")
            out.attribute("href", "#table-\(k)")
            out.raw(">")
            out.text(table.title)
            out.raw("</a></li>")
        }
        out.raw("<li><a href=\"#how\">How it was measured</a></li></ul></nav>\n")
    }

    private func writePlots(_ rendered: [PlotRenderer.Rendered], _ out: inout HTMLWriter) {
        guard !plots.isEmpty else { return }
        out.raw("<section id=\"plots\"><div class=\"head\"><h2>Plots</h2></div>\n<div class=\"plots\">\n")
        for (plot, drawn) in zip(plots, rendered) {
            out.raw("<figure class=\"panel\"><h3>")
            out.text(plot.title)
            out.raw("</h3><picture><source media=\"(prefers-color-scheme:dark)\"")
            out.svgSource("srcset", drawn.dark)
            out.raw("><img")
            out.svgSource("src", drawn.svg)
            out.attribute("alt", "\(plot.title). \(plot.caption)")
            out.raw("></picture><figcaption class=\"note\">")
            out.text(plot.caption)
            out.raw("</figcaption></figure>\n")
        }
        out.raw("</div></section>\n")
    }

    private func writeCases(_ out: inout HTMLWriter) {
        for (k, group) in cases.enumerated() where !group.cases.isEmpty {
            out.raw("<section")
            out.attribute("id", "cases-\(k)")
            out.raw("><div class=\"head\"><h2>")
            out.text(group.title)
            out.raw("</h2><p>")
            out.text(group.note)
            out.raw("</p></div>\n<ol class=\"cases\">")
            let hasPhotos = group.cases.contains { $0.leftPhoto != nil || $0.rightPhoto != nil }
            for c in group.cases { write(c, hasPhotos, &out) }
            out.raw("</ol></section>\n")
        }
    }

    private func write(_ c: Case, _ hasPhotos: Bool, _ out: inout HTMLWriter) {
        out.raw("<li>")
        if hasPhotos {
            out.raw("<div class=\"pair\">")
            for (photo, name) in [(c.leftPhoto, c.left), (c.rightPhoto, c.right)] {
                out.raw("<span>")
                if let photo {
                    out.raw("<img loading=\"lazy\"")
                    out.attribute("alt", name)
                    out.jpegSource(photo)
                    out.raw(">")
                }
                out.raw("</span>")
            }
            out.raw("</div>")
        }
        out.raw("<b class=\"num\">")
        out.text(c.score)
        out.raw("</b><span><bdi>")
        out.text(Self.short(c.left))
        out.raw("</bdi></span><span><bdi>")
        out.text(Self.short(c.right))
        out.raw("</bdi></span></li>\n")
    }

    /// The last part of a path without its suffix; the whole of it where that part is a number, as of clips and frames.
    private static func short(_ name: String) -> String {
        let file = name.split(separator: "/").last.map(String.init) ?? name
        let dot = file.lastIndex(of: ".").flatMap { $0 > file.startIndex ? $0 : nil } ?? file.endIndex
        return file[..<dot].allSatisfy(\.isNumber) ? name : String(file[..<dot])
    }

    private func writeTables(_ out: inout HTMLWriter) {
        for (k, table) in tables.enumerated() {
            out.raw("<section")
            out.attribute("id", "table-\(k)")
            out.raw("><div class=\"head\"><h2>")
            out.text(table.title)
            out.raw("</h2><p>")
            out.text(table.note)
            out.raw("</p></div>\n<div class=\"panel scroll\" tabindex=\"0\"><table class=\"data\"><thead><tr>")
            for cell in table.header {
                out.raw("<th>")
                out.text(cell)
                out.raw("</th>")
            }
            out.raw("</tr></thead><tbody>\n")
            for row in table.rows {
                out.raw("<tr>")
                for cell in row {
                    out.raw("<td><bdi>")
                    out.text(cell)
                    out.raw("</bdi></td>")
                }
                out.raw("</tr>\n")
            }
            out.raw("</tbody></table></div></section>\n")
        }
    }

    private func writeSettings(_ out: inout HTMLWriter) {
        out.raw("<section id=\"how\"><div class=\"head\"><h2>How it was measured</h2></div>\n<div class=\"how\">")
        out.raw("<div class=\"panel\"><h3>Settings</h3><dl class=\"facts-list\">")
        for s in settings { out.definition(s.name, s.value) }
        out.raw("</dl></div><div class=\"panel\"><h3>Speed and command</h3><dl class=\"facts-list\">")
        if let t = throughput {
            out.definition(t.unit.prefix(1).uppercased() + t.unit.dropFirst(), HTMLWriter.grouped(t.items))
            out.definition("On the clock", Self.seconds(t.seconds))
            out.definition("Of all threads", Self.seconds(t.processorSeconds))
            let rate = t.perSecond
            out.definition(
                "A second", rate < 10 ? ReportNumber.fixed(rate, 2) : HTMLWriter.grouped(Int(min(1e15, rate))))
            out.definition("Threads", "\(t.threads)")
        }
        out.raw("</dl>")
        if !command.isEmpty {
            out.raw("<p class=\"command\"><code>")
            out.text(command)
            out.raw("</code></p>")
        }
        out.raw("</div></div></section>\n")
    }

    private static func seconds(_ s: Double) -> String { ReportNumber.fixed(s, s < 10 ? 2 : 1) + " s" }
}

/// The look of a page about a measurement, beyond ``PageStyle``.
private enum EvaluationPageStyle {
    static let css = #"""
        .warning{margin-top:16px;background:var(--warn-well);color:var(--warn);border-radius:12px;padding:10px 16px;
        font-size:13px;font-weight:600;max-width:90ch}
        .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:16px;margin-top:32px}
        .figures li{background:var(--card);border:1px solid var(--line);border-radius:16px;padding:18px 22px;display:flex;
        flex-direction:column;gap:4px;font-size:13px}
        .figures .what{font-weight:650}
        .figures b{font-size:30px;line-height:1.15;letter-spacing:-.025em;font-weight:680}
        .plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:16px;align-items:start}
        .plots img{width:100%;height:auto}
        .plots .note{margin-top:8px}
        .cases{display:grid;grid-template-columns:repeat(auto-fill,minmax(196px,1fr));gap:24px 16px}
        .cases li{min-width:0;display:flex;flex-direction:column;font-size:13px;line-height:1.4}
        .cases li>span{color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .cases b{font-size:18px;letter-spacing:-.015em}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:4px;margin-bottom:8px;border-radius:16px;overflow:hidden}
        .pair span{aspect-ratio:1;background:var(--well)}
        .pair img{width:100%;height:100%;object-fit:cover}
        .data{white-space:nowrap}
        .data td,.data th{text-align:right;font-variant-numeric:tabular-nums}
        .data td:first-child,.data th:first-child{text-align:left}
        .data td:last-child,.data th:last-child{padding-right:0}
        .facts-list{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;font-size:13px}
        .facts-list dt{color:var(--soft)}
        .facts-list dd{text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
        .command{margin-top:16px}
        .command code{font:12px/1.6 var(--mono);color:var(--soft);overflow-wrap:anywhere}
        @media (max-width:560px){.figures{grid-template-columns:1fr 1fr;gap:10px;margin-top:24px}.figures li{padding:14px 16px}
        .figures b{font-size:24px}.cases{grid-template-columns:1fr 1fr;gap:20px 12px}.plots .panel{padding:14px 12px}
        .plots .note{padding:0 4px}}
        """#
}
