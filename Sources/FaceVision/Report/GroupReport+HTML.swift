import FaceCore
internal import FoundationEssentials

extension GroupReport {
    /// The report as one HTML file: styles, script and pictures inside, nothing from a network.
    ///
    /// Its policy allows the style and the script of this program by hash and pictures from the file itself, nothing
    /// else. At most about 25 MB: where there are more faces than that, it says how many are left out.
    public func html() -> [UInt8] { ReportPage(self).html() }
}

/// The frame of the page; ``ReportPeople`` and the other sections fill it.
struct ReportPage {
    let report: GroupReport
    /// Seen in more than one face: they have a page each.
    let people: [GroupReport.Person]
    /// Seen in one face only.
    let once: [GroupReport.Person]
    let budget: CropBudget

    /// Cards of people at most; the rest is counted and left to people.json.
    static let shownPeople = 1_000

    init(_ report: GroupReport) {
        self.report = report
        people = report.people.filter { $0.faces.count > 1 }
        once = report.people.filter { $0.faces.count == 1 }
        let portraits = people.prefix(CropBudget.portraits).reduce(0) { $0 + $1.portrait.count }
        budget = CropBudget(
            people.prefix(Self.shownPeople).map(\.faces)
                + [once.flatMap(\.faces), report.unassigned, report.rejected], reserved: portraits)
    }

    func html() -> [UInt8] {
        var out = HTMLWriter()
        writeHead(&out)
        out.raw("<body>\n<a class=\"skip\" href=\"#people\">Skip to the people</a>\n")
        out.raw("<div class=\"overview\">\n")
        ReportSummary(page: self).write(&out)
        out.raw("<main class=\"wrap\">\n")
        writePeople(&out)
        writeFaces(&out)
        ReportDetails(report: report).write(&out)
        out.raw("</main></div>\n")
        for (i, person) in people.prefix(Self.shownPeople).enumerated() { writePerson(person, at: i, &out) }
        out.raw("<aside id=\"inspector\" hidden aria-label=\"Details of the face\" aria-live=\"polite\">")
        out.raw("<button class=\"close\" aria-label=\"Close details\">×</button><div class=\"body\"></div></aside>\n")
        writeFooter(&out)
        out.raw("<script>")
        out.trusted(ReportScript.javaScript)
        out.raw("</script>\n</body>\n</html>\n")
        return out.bytes
    }

    /// The headline: what was found.
    var headline: String {
        if report.photoCount == 0 { return "No photos found" }
        let photos = PlainWords.count(report.photoCount, "photo", "photos")
        if report.people.isEmpty { return "Nobody found in \(photos)" }
        return "\(PlainWords.count(report.people.count, "person", "people")) in \(photos)"
    }

    private func writeHead(_ out: inout HTMLWriter) {
        out.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        out.raw("<meta http-equiv=\"Content-Security-Policy\"")
        out.attribute("content", Self.policy)
        out.raw(">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n")
        out.raw(
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
        out.raw("<meta name=\"robots\" content=\"noindex\">\n<title>")
        out.text("\(headline) – likeness")
        out.raw("</title>\n<style>")
        out.trusted(ReportStyle.css)
        out.raw("</style>\n</head>\n")
    }

    private func writeFooter(_ out: inout HTMLWriter) {
        out.raw("<footer class=\"wrap\"><span>Made on this machine by ")
        out.text(report.program)
        out.raw("; nothing was sent anywhere.</span><span class=\"keys\"><kbd>←</kbd> <kbd>↑</kbd> <kbd>↓</kbd> ")
        out.raw("<kbd>→</kbd> move · <kbd>Enter</kbd> opens · <kbd>Esc</kbd> goes back</span></footer>\n")
    }

    /// Only what this program wrote runs: a file name that became a tag would still do nothing.
    static let policy =
        "default-src 'none'; img-src data:; style-src 'sha256-\(digest(ReportStyle.css))'; "
        + "script-src 'sha256-\(digest(ReportScript.javaScript))'; base-uri 'none'; form-action 'none'"

    private static func digest(_ bytes: [UInt8]) -> String { HTMLWriter.policyHash(bytes) }
}
