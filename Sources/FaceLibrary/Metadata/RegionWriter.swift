import FaceCore

/// Puts named faces into the text of an XMP sidecar, and leaves every other byte of it as it was.
///
/// A region that is there already (intersection over union above one half) keeps its box and everything that is said about
/// it and only gets the name; other faces are added behind the last region. Nothing is ever taken away: what another
/// program wrote is not ours. Regions are written for the picture as stored (see ``RegionReader``), to six digits.
struct RegionWriter {
    let orientation: StoredOrientation
    let storedWidth: Int
    let storedHeight: Int

    /// A change of the text: `bytes` instead of what stands at `place`.
    private struct Edit {
        let place: Range<Int>
        let bytes: [UInt8]
    }

    /// The text of a sidecar with these faces; that of a new one for nil. Throws `metadata-broken`.
    func text(_ faces: [NamedFace], in old: [UInt8]?, subject: String) throws(LikenessError) -> [UInt8] {
        guard let old else { return newSidecar(faces) }
        let document = try XMPDocument(old, subject: subject)
        guard let rdf = document.root.all(MarkupName(XMPSpace.rdf, "RDF")).first else {
            throw LikenessError(.metadataBroken, subject: subject, "the sidecar holds no RDF")
        }
        if faces.isEmpty { return old }
        let descriptions = rdf.children.filter { $0.name == MarkupName(XMPSpace.rdf, "Description") }
        let key = MarkupName(XMPSpace.regions, "Regions")
        guard let holder = descriptions.first(where: { $0.child(key) != nil }), let regions = holder.child(key) else {
            return apply([addDescription(faces, to: rdf, beside: descriptions.first, old)], to: old)
        }
        let bags = regions.all(MarkupName(XMPSpace.regions, "RegionList")).flatMap(\.children)
        guard let bag = bags.first(where: { ["Bag", "Seq"].contains($0.name.name) && $0.name.space == XMPSpace.rdf })
        else {
            // a list without regions: ours takes its place, and cannot use prefixes that it declared
            let text = regionsElement(faces, holder.prefixes, indent: indent(of: regions, old))
            return apply([Edit(place: regions.place, bytes: Array(text.utf8))], to: old)
        }
        return apply(edits(faces, in: bag, of: XMPValue(regions), old), to: old)
    }

    // MARK: changes of a list

    private func edits(_ faces: [NamedFace], in bag: MarkupElement, of regions: XMPValue, _ old: [UInt8]) -> [Edit] {
        let reader = RegionReader(
            orientation: orientation, storedWidth: storedWidth, storedHeight: storedHeight, file: "")
        let isUpright = reader.refersToUpright(regions[XMPSpace.regions, "AppliedToDimensions"])
        let items = bag.children.filter { $0.name == MarkupName(XMPSpace.rdf, "li") }
        let boxes = items.map { item -> Box? in
            let value = XMPValue(item)
            guard value[XMPSpace.regions, "Type"]?.text ?? "Face" == "Face" else { return nil }
            let box = RegionReader.box(value, upright: isUpright, of: reader)
            return isUpright ? box : box.map(orientation.upright)
        }
        let partners = match(faces.map(\.box), boxes)
        var edits: [Edit] = []
        var added = ""
        let space = items.last.map { indent(of: $0, old) } ?? indent(of: bag, old) + " "
        for (face, partner) in zip(faces, partners) {
            if let partner {
                if let edit = rename(items[partner], to: face.name) { edits.append(edit) }
            } else {
                added += item(face, bag.prefixes, indent: space, isUpright: isUpright)
            }
        }
        guard !added.isEmpty else { return edits }
        edits.append(insertion(added, behind: items.last, in: bag, old))
        return edits
    }

    /// For each face the index of the existing box that it is, each taken once, the best fits first.
    private func match(_ faces: [Box], _ boxes: [Box?]) -> [Int?] {
        var pairs: [(overlap: Float, face: Int, box: Int)] = []
        for (i, a) in faces.enumerated() {
            for (j, b) in boxes.enumerated() {
                guard let b, a.overlap(b) > 0.5 else { continue }
                pairs.append((a.overlap(b), i, j))
            }
        }
        pairs.sort { ($1.overlap, $0.face, $0.box) < ($0.overlap, $1.face, $1.box) }
        var out = [Int?](repeating: nil, count: faces.count)
        var taken: Set<Int> = []
        for pair in pairs where out[pair.face] == nil && !taken.contains(pair.box) {
            out[pair.face] = pair.box
            taken.insert(pair.box)
        }
        return out
    }

    /// The change that gives a region a name; nil when it has it already.
    private func rename(_ item: MarkupElement, to name: String) -> Edit? {
        let key = MarkupName(XMPSpace.regions, "Name")
        let wanted = RegionWriter.cleaned(name)
        let holders = [item] + item.children.filter { $0.name == MarkupName(XMPSpace.rdf, "Description") }
        for holder in holders {
            if let a = holder.attribute(key) {
                return a.value.trimmed == wanted ? nil : Edit(place: a.place, bytes: RegionWriter.escaped(wanted))
            }
            guard let child = holder.child(key) else { continue }
            if child.text.trimmed == wanted { return nil }
            if child.isClosedAtOnce {
                let text = "<\(child.written)>" + String(decoding: RegionWriter.escaped(wanted), as: UTF8.self)
                return Edit(place: child.place, bytes: Array((text + "</\(child.written)>").utf8))
            }
            return Edit(place: child.content, bytes: RegionWriter.escaped(wanted))
        }
        let holder = holders.last ?? item
        let (prefix, declaration) = prefix(XMPSpace.regions, "mwg-rs", holder.prefixes)
        let text = "<\(prefix):Name\(declaration)>" + String(decoding: RegionWriter.escaped(wanted), as: UTF8.self)
        let place = holder.content.lowerBound..<holder.content.lowerBound
        return Edit(place: place, bytes: Array((text + "</\(prefix):Name>").utf8))
    }

    /// Text behind a child, or as the first content of its parent; `<a/>` is opened for it.
    private func insertion(_ text: String, behind last: MarkupElement?, in parent: MarkupElement, _ old: [UInt8])
        -> Edit
    {
        if let last { return Edit(place: last.place.upperBound..<last.place.upperBound, bytes: Array(text.utf8)) }
        if !parent.isClosedAtOnce {
            return Edit(place: parent.content.lowerBound..<parent.content.lowerBound, bytes: Array(text.utf8))
        }
        let end = parent.place.upperBound
        let closing = "\n\(indent(of: parent, old))</\(parent.written)>"
        return Edit(place: (end - 2)..<end, bytes: Array((">" + text + closing).utf8))
    }

    private func addDescription(
        _ faces: [NamedFace], to rdf: MarkupElement, beside first: MarkupElement?, _ old: [UInt8]
    ) -> Edit {
        let space = first.map { indent(of: $0, old) } ?? indent(of: rdf, old) + " "
        let (r, declaration) = prefix(XMPSpace.rdf, "rdf", rdf.prefixes)
        // all descriptions of a packet must be about the same thing
        let about = first?.attribute(MarkupName(XMPSpace.rdf, "about"))
        let written = about.map { String(decoding: old[$0.place], as: UTF8.self) } ?? ""
        let quote = about?.quote == UInt8(ascii: "'") ? "'" : "\""
        var text = "\n\(space)<\(r):Description\(declaration) \(r):about=\(quote)\(written)\(quote)>\n\(space) "
        var prefixes = rdf.prefixes
        if !declaration.isEmpty { prefixes["rdf"] = XMPSpace.rdf }
        text += regionsElement(faces, prefixes, indent: space + " ")
        text += "\n\(space)</\(r):Description>"
        return insertion(text, behind: rdf.children.last, in: rdf, old)
    }

    private func apply(_ edits: [Edit], to old: [UInt8]) -> [UInt8] {
        var out = old
        for edit in edits.sorted(by: { $0.place.lowerBound > $1.place.lowerBound }) {
            out.replaceSubrange(edit.place, with: edit.bytes)
        }
        return out
    }

    // MARK: text

    private func newSidecar(_ faces: [NamedFace]) -> [UInt8] {
        let prefixes = ["rdf": XMPSpace.rdf]
        let text = """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="\(XMPSpace.meta)" x:xmptk="likeness">
             <rdf:RDF xmlns:rdf="\(XMPSpace.rdf)">
              <rdf:Description rdf:about="">
               \(regionsElement(faces, prefixes, indent: "   "))
              </rdf:Description>
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="w"?>

            """
        return Array(text.utf8)
    }

    /// The property with all that belongs to it; its first line is not indented.
    private func regionsElement(_ faces: [NamedFace], _ known: [String: String], indent: String) -> String {
        var prefixes = known
        var declarations = ""
        func use(_ space: String, _ wish: String) -> String {
            let (prefix, declaration) = prefix(space, wish, prefixes)
            declarations += declaration
            prefixes[prefix] = space
            return prefix
        }
        let m = use(XMPSpace.regions, "mwg-rs")
        let d = use(XMPSpace.dimensions, "stDim")
        let r = use(XMPSpace.rdf, "rdf")
        _ = use(XMPSpace.area, "stArea")
        var out = "<\(m):Regions\(declarations) \(r):parseType=\"Resource\">\n"
        out += "\(indent) <\(m):AppliedToDimensions \(r):parseType=\"Resource\">\n"
        for (name, value) in [("w", "\(storedWidth)"), ("h", "\(storedHeight)"), ("unit", "pixel")] {
            out += "\(indent)  <\(d):\(name)>\(value)</\(d):\(name)>\n"
        }
        out += "\(indent) </\(m):AppliedToDimensions>\n\(indent) <\(m):RegionList>\n\(indent)  <\(r):Bag>"
        for face in faces { out += item(face, prefixes, indent: indent + "   ", isUpright: false) }
        return out + "\n\(indent)  </\(r):Bag>\n\(indent) </\(m):RegionList>\n\(indent)</\(m):Regions>"
    }

    /// One region, beginning with the end of the line before.
    private func item(_ face: NamedFace, _ prefixes: [String: String], indent: String, isUpright: Bool) -> String {
        let (r, r1) = prefix(XMPSpace.rdf, "rdf", prefixes)
        let (m, m1) = prefix(XMPSpace.regions, "mwg-rs", prefixes)
        let (a, a1) = prefix(XMPSpace.area, "stArea", prefixes)
        let box = isUpright ? face.box : orientation.stored(face.box)
        let name = String(decoding: RegionWriter.escaped(RegionWriter.cleaned(face.name)), as: UTF8.self)
        var out = "\n\(indent)<\(r):li\(r1)\(m1)\(a1) \(r):parseType=\"Resource\">"
        out += "\n\(indent) <\(m):Name>\(name)</\(m):Name>\n\(indent) <\(m):Type>Face</\(m):Type>"
        out += "\n\(indent) <\(m):Area \(r):parseType=\"Resource\">"
        let values = [
            ("x", box.x + box.width / 2), ("y", box.y + box.height / 2), ("w", box.width), ("h", box.height),
        ]
        for (key, value) in values { out += "\n\(indent)  <\(a):\(key)>\(RegionWriter.digits(value))</\(a):\(key)>" }
        out += "\n\(indent)  <\(a):unit>normalized</\(a):unit>"
        return out + "\n\(indent) </\(m):Area>\n\(indent)</\(r):li>"
    }

    /// The prefix that stands for a namespace here, and the declaration that it needs.
    private func prefix(_ space: String, _ wish: String, _ known: [String: String]) -> (String, declaration: String) {
        // sorted, so that a file with two prefixes for one thing is written the same way each time
        let have = known.filter { $0.value == space && !$0.key.isEmpty }.keys.sorted().first
        if let have { return (have, "") }
        return (wish, " xmlns:\(wish)=\"\(space)\"")
    }

    /// The spaces before an element on its line; none where something else stands before it.
    private func indent(of element: MarkupElement, _ text: [UInt8]) -> String {
        var start = element.place.lowerBound
        while start > 0, text[start - 1] == 0x20 || text[start - 1] == 0x09 { start -= 1 }
        guard start == 0 || text[start - 1] == 0x0A else { return "" }
        return String(decoding: text[start..<element.place.lowerBound], as: UTF8.self)
    }

    /// Six digits behind the point, whatever the language of the system.
    private static func digits(_ x: Float) -> String {
        let millionths = Int((Double(max(-10, min(10, x))) * 1e6).rounded())
        let rest = "\(abs(millionths) % 1_000_000)"
        let sign = millionths < 0 ? "-" : ""
        return "\(sign)\(abs(millionths) / 1_000_000).\(String(repeating: "0", count: 6 - rest.count))\(rest)"
    }

    /// A name on one line, without characters that XML cannot hold.
    static func cleaned(_ name: String) -> String {
        let scalars = name.unicodeScalars.map { s -> Unicode.Scalar in
            s.value < 0x20 || s.value == 0xFFFE || s.value == 0xFFFF ? " " : s
        }
        return String(String.UnicodeScalarView(scalars)).trimmed
    }

    static func escaped(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): out += Array("&amp;".utf8)
            case UInt8(ascii: "<"): out += Array("&lt;".utf8)
            case UInt8(ascii: ">"): out += Array("&gt;".utf8)
            case UInt8(ascii: "\""): out += Array("&quot;".utf8)
            case UInt8(ascii: "'"): out += Array("&apos;".utf8)
            default: out.append(byte)
            }
        }
        return out
    }
}
