import FaceCore

extension ReportPage {
    /// What a face's tile says beside its picture.
    enum TileKind {
        case person
        case once(GroupReport.Person)
        case loose
        case unused
    }

    /// Faces that are in no person, and those that could not be compared.
    func writeFaces(_ out: inout HTMLWriter) {
        if !report.unassigned.isEmpty {
            sectionHead(
                "loose", "Loose faces", "Too unclear to stand for a person, and not like anybody enough.", &out)
            tiles(report.unassigned, .loose, &out)
        }
        if !report.rejected.isEmpty {
            sectionHead("unused", "Not used", "Found, but not compared with anybody. The reason stands below.", &out)
            tiles(report.rejected, .unused, &out)
        }
    }

    private func tiles(_ faces: [ReportFace], _ kind: TileKind, _ out: inout HTMLWriter) {
        out.raw("<div class=\"tiles grid\">\n")
        for (rank, face) in faces.prefix(budget.limit).enumerated() { writeTile(face, kind, rank, &out) }
        writeRest(faces.count - budget.limit, "face", "faces", &out)
        out.raw("</div></section>\n")
    }

    /// A face: picture, photo, and a line of facts; everything else opens on it.
    func writeTile(_ face: ReportFace, _ kind: TileKind, _ rank: Int, _ out: inout HTMLWriter) {
        out.raw("<figure class=\"tile\" tabindex=\"0\"")
        out.attribute("data-rank", String(rank))
        out.attribute("data-sure", String(Int((face.confidence ?? 1) * 1_000_000)))
        if case .once(let person) = kind { out.attribute("id", person.id) }
        out.raw("><div class=\"pic\">")
        let name = PlainWords.fileName(face.face.source)
        writePicture(face.crop, alternative: "Face in \(name)", &out)
        if case .person = kind, let sure = face.confidence, sure < 0.9 {
            out.raw("<span class=\"tag\">please check</span>")
        }
        out.raw("</div><figcaption><span class=\"name\"")
        out.attribute("title", face.face.source)
        out.raw("><bdi>")
        out.text(name)
        out.raw("</bdi></span><span class=\"facts num\">")
        out.text(facts(face, kind))
        out.raw("</span></figcaption>")
        writeDetails(face, kind, &out)
        out.raw("</figure>\n")
    }

    private func facts(_ face: ReportFace, _ kind: TileKind) -> String {
        let quality = face.face.quality.map { "quality \(PlainWords.hundredths($0.score))" }
        switch kind {
        case .unused, .loose:
            let reasons = face.face.quality?.reasons ?? []
            return reasons.isEmpty ? quality ?? "" : reasons.map(PlainWords.reason).joined(separator: ", ")
        case .once: return quality ?? ""
        case .person:
            let sure = face.confidence.map { "\(PlainWords.percent(Double($0))) sure" }
            let alike = face.similarity.map { "alike \(PlainWords.hundredths($0))" }
            return [sure, alike, quality].compactMap { $0 }.joined(separator: " · ")
        }
    }

    private func writeDetails(_ face: ReportFace, _ kind: TileKind, _ out: inout HTMLWriter) {
        out.raw("<dl>")
        row("Photo", face.face.source, &out)
        if case .once(let person) = kind { row("Listed as", title(person), &out) }
        if let s = face.similarity {
            if case .person = kind {
                row("Alike, on average", PlainWords.hundredths(s), &out)
            } else {
                row("Nearest person, alike", PlainWords.hundredths(s), &out)
            }
        }
        if let p = face.probability { row("One person, at even odds", PlainWords.percent(p), &out) }
        if let c = face.confidence { row("Sure of this place", PlainWords.percent(Double(c)), &out) }
        if let quality = face.face.quality {
            row("Quality", PlainWords.hundredths(quality.score), &out)
            if !quality.reasons.isEmpty {
                row("Lowered by", quality.reasons.map(PlainWords.reason).joined(separator: ", "), &out)
            }
        }
        row("Detector's score", PlainWords.hundredths(face.face.score), &out)
        row("Size in the photo", size(face.face.box), &out)
        out.raw("</dl>")
    }

    private func size(_ box: Box) -> String {
        guard box.width.isFinite, box.height.isFinite, abs(box.width) < 1e6, abs(box.height) < 1e6 else { return "–" }
        return "\(Int(box.width.rounded())) × \(Int(box.height.rounded())) pixels"
    }

    private func row(_ name: StaticString, _ value: String, _ out: inout HTMLWriter) {
        out.raw("<dt>")
        out.raw(name)
        out.raw("</dt><dd><bdi>")
        out.text(value)
        out.raw("</bdi></dd>")
    }
}
