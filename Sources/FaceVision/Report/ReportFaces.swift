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
        let sure = face.confidence.flatMap { $0.isFinite ? min(max($0, 0), 1) : nil } ?? 1
        out.attribute("data-sure", String(Int(sure * 1_000_000)))
        if case .once(let person) = kind { out.attribute("id", person.id) }
        out.raw("><div class=\"pic\">")
        let name = PlainWords.fileName(face.face.source)
        writePicture(face.crop, alternative: "Face in \(name)", &out)
        if case .person = kind, sure < 0.9 {
            out.raw("<span class=\"tag\">please check</span>")
        }
        out.raw("</div><figcaption><span class=\"name\"")
        out.attribute("title", face.face.source)
        out.raw("><bdi>")
        out.text(name)
        out.raw("</bdi></span><span class=\"facts num\">")
        for fact in facts(face, kind) {
            out.raw("<span>")
            out.text(fact.name)
            if let value = fact.value {
                out.raw(" <b>")
                out.text(value)
                out.raw("</b>")
            }
            out.raw("</span>")
        }
        out.raw("</span></figcaption>")
        writeDetails(face, kind, &out)
        out.raw("</figure>\n")
    }

    private func facts(_ face: ReportFace, _ kind: TileKind) -> [(name: String, value: String?)] {
        let quality = face.face.quality.map { (name: "quality", value: Optional(PlainWords.hundredths($0.score))) }
        switch kind {
        case .unused, .loose:
            let reasons = (face.face.quality?.reasons ?? []).map { (name: PlainWords.reason($0), value: String?.none) }
            return reasons.isEmpty ? [quality].compactMap { $0 } : reasons
        case .once: return [quality].compactMap { $0 }
        case .person:
            let sure = face.confidence.map { (name: "sure", value: Optional(PlainWords.percent(Double($0)))) }
            let alike = face.similarity.map { (name: "alike", value: Optional(PlainWords.hundredths($0))) }
            return [sure, alike, quality].compactMap { $0 }
        }
    }

    private func writeDetails(_ face: ReportFace, _ kind: TileKind, _ out: inout HTMLWriter) {
        out.raw("<dl>")
        out.definition("Photo", face.face.source)
        if case .once(let person) = kind { out.definition("Listed as", title(person)) }
        if let s = face.similarity {
            if case .person = kind {
                out.definition("Alike, on average", PlainWords.hundredths(s))
            } else {
                out.definition("Nearest person, alike", PlainWords.hundredths(s))
            }
        }
        if let p = face.probability { out.definition("Same person, by likeness alone", PlainWords.percent(p)) }
        if let c = face.confidence { out.definition("Sure of this place", PlainWords.percent(Double(c))) }
        if let quality = face.face.quality {
            out.definition("Quality", PlainWords.hundredths(quality.score))
            if !quality.reasons.isEmpty {
                out.definition("Lowered by", quality.reasons.map(PlainWords.reason).joined(separator: ", "))
            }
        }
        out.definition("Detector's score", PlainWords.hundredths(face.face.score))
        out.definition("Size in the photo", size(face.face.box))
        out.raw("</dl>")
    }

    private func size(_ box: Box) -> String {
        guard box.width.isFinite, box.height.isFinite, abs(box.width) < 1e6, abs(box.height) < 1e6 else { return "–" }
        return "\(Int(box.width.rounded())) × \(Int(box.height.rounded())) px"
    }
}
