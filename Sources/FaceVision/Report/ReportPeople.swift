import FaceCore

extension ReportPage {
    /// The grid of people, and those who were seen once.
    func writePeople(_ out: inout HTMLWriter) {
        if report.people.isEmpty {
            out.raw("<section id=\"people\">")
            writeEmpty(&out)
            out.raw("</section>\n")
            return
        }
        if !people.isEmpty {
            let text: StaticString =
                people.count == 1
                ? "Open the picture to see every face." : "Most photos first. Open one to see every face."
            sectionHead("people", "People", text, &out)
            out.raw("<div class=\"people grid")
            if people.count == 1 { out.raw(" one") } else if people.count < 5 { out.raw(" few") }
            out.raw("\">\n")
            for (i, person) in people.prefix(Self.shownPeople).enumerated() { writeCard(person, at: i, &out) }
            writeRest(people.count - Self.shownPeople, "person", "people", &out)
            out.raw("</div></section>\n")
        }
        guard !once.isEmpty else { return }
        sectionHead("once", "Seen once", "Good faces that match nobody else here.", &out)
        out.raw("<div class=\"tiles once grid\">\n")
        for person in once.prefix(budget.limit) { writeTile(person.faces[0], .once(person), 0, &out) }
        writeRest(once.count - budget.limit, "person", "people", &out)
        out.raw("</div></section>\n")
    }

    func sectionHead(_ id: StaticString, _ title: StaticString, _ text: StaticString, _ out: inout HTMLWriter) {
        out.raw("<section id=\"")
        out.raw(id)
        out.raw("\"><div class=\"head\"><h2>")
        out.raw(title)
        out.raw("</h2><p>")
        out.raw(text)
        out.raw("</p></div>\n")
    }

    /// What did not fit, so that nothing is missing in silence.
    func writeRest(_ count: Int, _ one: String, _ many: String, _ out: inout HTMLWriter) {
        guard count > 0 else { return }
        out.raw("<p class=\"more\">And ")
        out.text(PlainWords.count(count, "more \(one)", "more \(many)"))
        out.raw(", without pictures here to keep this page light: all of them are in people.json.</p>")
    }

    func title(_ person: GroupReport.Person) -> String {
        if let name = person.name, !name.isEmpty { return name }
        let number = person.id.split(separator: "-").last.map(String.init) ?? person.id
        return "Person \(number)"
    }

    private func photos(_ person: GroupReport.Person) -> String {
        PlainWords.count(Set(person.faces.map(\.face.source)).count, "photo", "photos")
    }

    private func writeCard(_ person: GroupReport.Person, at i: Int, _ out: inout HTMLWriter) {
        let first = person.faces.first?.crop ?? []
        let picture = i < CropBudget.portraits && !person.portrait.isEmpty ? person.portrait : first
        out.raw("<a class=\"card\"")
        out.attribute("href", "#\(person.id)")
        out.raw("><span class=\"pic\">")
        writePicture(picture, alternative: "", &out)
        out.raw("</span><span class=\"who\"><bdi>")
        out.text(title(person))
        out.raw("</bdi></span><span class=\"n num\">")
        out.text(photos(person))
        out.raw("</span></a>\n")
    }

    /// A picture, or the outline of a head where there is none.
    func writePicture(_ jpeg: [UInt8], alternative: String, _ out: inout HTMLWriter) {
        guard !jpeg.isEmpty else {
            out.raw("<svg viewBox=\"0 0 96 96\" width=\"56\" height=\"56\" aria-hidden=\"true\" fill=\"none\" ")
            out.raw("stroke=\"currentColor\" stroke-width=\"3\"><circle cx=\"48\" cy=\"38\" r=\"18\"/>")
            out.raw("<path d=\"M16 86c4-20 16-28 32-28s28 8 32 28\"/></svg>")
            return
        }
        out.raw("<img decoding=\"async\" loading=\"lazy\"")
        out.attribute("alt", alternative)
        out.jpegSource(jpeg)
        out.raw(">")
    }

    /// One person: every face, with what is known of it.
    func writePerson(_ person: GroupReport.Person, at i: Int, _ out: inout HTMLWriter) {
        let shown = person.faces.prefix(budget.limit)
        out.raw("<article class=\"person wrap\"")
        out.attribute("id", person.id)
        out.attribute("data-title", title(person))
        out.raw(">\n<div class=\"crumb\"><a href=\"#\" data-back>← All people</a><span>")
        if i > 0 { link(people[i - 1], "prev", "Previous", &out) }
        if i + 1 < min(people.count, Self.shownPeople) { link(people[i + 1], "next", "Next", &out) }
        out.raw("</span></div>\n<div class=\"phead\"><div class=\"avatar\"></div><div><h2 tabindex=\"-1\"><bdi>")
        out.text(title(person))
        out.raw("</bdi></h2><p>")
        out.text("\(PlainWords.count(person.faces.count, "face", "faces")) in \(photos(person))\(likeness(person))")
        out.raw("</p></div></div>\n")
        if shown.count > 2 {
            out.raw("<div class=\"sort\" role=\"group\" aria-label=\"Order of the faces\">")
            out.raw("<button data-by=\"rank\" aria-pressed=\"true\">Most typical first</button>")
            out.raw("<button data-by=\"sure\" aria-pressed=\"false\">Least sure first</button></div>\n")
        }
        out.raw("<div class=\"tiles grid\">\n")
        for (rank, face) in shown.enumerated() { writeTile(face, .person, rank, &out) }
        writeRest(person.faces.count - shown.count, "face", "faces", &out)
        out.raw("</div></article>\n")
    }

    private func likeness(_ person: GroupReport.Person) -> String {
        let values = person.faces.compactMap(\.similarity).filter(\.isFinite)
        guard !values.isEmpty else { return "" }
        return ", alike \(PlainWords.hundredths(values.reduce(0, +) / Float(values.count))) on average"
    }

    private func link(
        _ person: GroupReport.Person, _ relation: StaticString, _ text: StaticString, _ out: inout HTMLWriter
    ) {
        out.raw("<a rel=\"")
        out.raw(relation)
        out.raw("\"")
        out.attribute("href", "#\(person.id)")
        out.raw(">")
        out.raw(text)
        out.raw("</a>")
    }

    private func writeEmpty(_ out: inout HTMLWriter) {
        out.raw(
            "<div class=\"empty\"><svg viewBox=\"0 0 96 96\" aria-hidden=\"true\" fill=\"none\" stroke=\"currentColor\" "
        )
        out.raw(
            "stroke-width=\"3\" stroke-linecap=\"round\"><rect x=\"8\" y=\"14\" width=\"80\" height=\"68\" rx=\"14\" ")
        out.raw(
            "stroke-dasharray=\"10 9\"/><circle cx=\"48\" cy=\"42\" r=\"12\"/><path d=\"M28 70c3-11 10-16 20-16s17 5 20 16\"/>"
        )
        out.raw("</svg><h2>")
        let (title, text) = emptiness
        out.text(title)
        out.raw("</h2><p>")
        out.text(text)
        out.raw("</p></div>")
    }

    private var emptiness: (String, String) {
        let detector = report.models.first { $0.task.contains("detect") }.map { " with \($0.id)" } ?? ""
        if report.photoCount == 0 {
            return (
                "There was nothing to look at", "No photos were found there. Name a folder that holds some, or photos."
            )
        }
        if report.faceCount == 0 {
            return (
                "No faces here",
                "\(PlainWords.count(report.photoCount, "photo was", "photos were")) looked at\(detector), and no face was "
                    + "found. Faces under about 20 pixels are not seen: --min-face sets the limit."
            )
        }
        return (
            "Faces, but nobody to recognise",
            "\(PlainWords.count(report.faceCount, "face was", "faces were")) found, too small or too unclear to compare. "
                + "They are listed below with the reason."
        )
    }
}
