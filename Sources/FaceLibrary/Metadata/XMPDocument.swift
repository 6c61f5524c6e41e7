import FaceCore

/// Namespaces of XMP that are read or written here.
enum XMPSpace {
    static let rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    static let xml = "http://www.w3.org/XML/1998/namespace"
    static let meta = "adobe:ns:meta/"
    /// Regions of the Metadata Working Group, as written by digiKam, Lightroom, Picasa and others.
    static let regions = "http://www.metadataworkinggroup.com/schemas/regions/"
    static let area = "http://ns.adobe.com/xmp/sType/Area#"
    static let dimensions = "http://ns.adobe.com/xap/1.0/sType/Dimensions#"
    /// Microsoft's people tagging, as written by Windows Photo Gallery, digiKam and others.
    static let microsoft = "http://ns.microsoft.com/photo/1.2/"
    static let microsoftInfo = "http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
    static let microsoftRegion = "http://ns.microsoft.com/photo/1.2/t/Region#"
    static let exif = "http://ns.adobe.com/exif/1.0/"
    static let photoshop = "http://ns.adobe.com/photoshop/1.0/"
    static let note = "http://ns.adobe.com/xmp/note/"
}

/// A value of XMP, whichever of RDF's spellings it is written in.
indirect enum XMPValue: Sendable {
    case text(String)
    case structure([MarkupName: XMPValue])
    case array([XMPValue])

    subscript(space: String, name: String) -> XMPValue? {
        guard case .structure(let fields) = self else { return nil }
        return fields[MarkupName(space, name)]
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text.trimmed
    }

    /// The parts of an array; a single value counts as an array of one.
    var items: [XMPValue] {
        if case .array(let items) = self { items } else { [self] }
    }

    /// A finite number; fractions such as `1/3` too, which some writers use.
    var number: Double? {
        guard let text, text.utf8.count <= 64 else { return nil }
        if let x = Double(text) { return x.isFinite ? x : nil }
        let parts = text.split(separator: "/")
        guard parts.count == 2, let a = Double(parts[0]), let b = Double(parts[1]), b != 0, (a / b).isFinite else {
            return nil
        }
        return a / b
    }

    /// The value of a property's element: an array, a structure (in one of three spellings) or text.
    init(_ element: MarkupElement) {
        for kind in ["Bag", "Seq", "Alt"] {
            if let list = element.child(MarkupName(XMPSpace.rdf, kind)) {
                self = .array(list.children.filter { $0.name == MarkupName(XMPSpace.rdf, "li") }.map(XMPValue.init))
                return
            }
        }
        var fields: [MarkupName: XMPValue] = [:]
        let inner = element.children.filter { $0.name == MarkupName(XMPSpace.rdf, "Description") }
        let isResource = element.attribute(MarkupName(XMPSpace.rdf, "parseType"))?.value == "Resource"
        XMPValue.collect(element, into: &fields, children: isResource || inner.isEmpty)
        for description in inner { XMPValue.collect(description, into: &fields, children: true) }
        self = fields.isEmpty && !isResource ? .text(element.text) : .structure(fields)
    }

    /// Properties that stand as attributes, and as elements.
    static func collect(_ element: MarkupElement, into fields: inout [MarkupName: XMPValue], children: Bool) {
        for a in element.attributes where ![XMPSpace.rdf, XMPSpace.xml, ""].contains(a.name.space) {
            fields[a.name] = fields[a.name] ?? .text(a.value)
        }
        guard children else { return }
        for child in element.children where child.name.space != XMPSpace.rdf {
            fields[child.name] = fields[child.name] ?? XMPValue(child)
        }
    }
}

/// The properties of an XMP packet or sidecar.
struct XMPDocument: Sendable {
    let properties: XMPValue
    let root: MarkupElement

    /// Throws `metadata-broken` for broken XML; a document without RDF has no properties.
    init(_ bytes: [UInt8], subject: String) throws(LikenessError) {
        root = try MarkupParser.parse(bytes, subject: subject)
        var fields: [MarkupName: XMPValue] = [:]
        for rdf in root.all(MarkupName(XMPSpace.rdf, "RDF")).prefix(1) {
            for description in rdf.children where description.name == MarkupName(XMPSpace.rdf, "Description") {
                XMPValue.collect(description, into: &fields, children: true)
            }
        }
        properties = .structure(fields)
    }
}

extension String {
    /// Without spaces and line ends at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
