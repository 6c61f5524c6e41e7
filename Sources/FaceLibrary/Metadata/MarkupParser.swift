import FaceCore

/// Reads the part of XML 1.0 that XMP needs: elements, attributes, text, CDATA, comments, processing instructions and
/// namespaces, in UTF-8.
///
/// Document types, and with them entities of the document's own, are refused: they can be made to grow without end, or to
/// reach for other files. Depth, number of elements and length are limited. No recursion by the depth of the input.
struct MarkupParser {
    static let deepest = 64
    static let mostElements = 200_000
    static let longest = 32 << 20

    /// Why a text is not such a document, and at which byte.
    struct Fault: Error {
        let offset: Int
        let reason: String
    }

    private let bytes: [UInt8]
    private var at = 0
    private var elements = 0
    /// Entries of all tables of prefixes: each element that declares one has a table of its own.
    private var declared = 0

    /// The root element of a document. Throws `metadata-broken` with `subject`.
    static func parse(_ bytes: [UInt8], subject: String) throws(LikenessError) -> MarkupElement {
        var parser = MarkupParser(bytes: bytes)
        do throws(Fault) { return try parser.document() } catch {
            throw LikenessError(
                .metadataBroken, subject: subject, "the XML is broken at byte \(error.offset): \(error.reason)")
        }
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ reason: String) -> Fault { Fault(offset: at, reason: reason) }

    // MARK: the document

    private mutating func document() throws(Fault) -> MarkupElement {
        guard bytes.count <= MarkupParser.longest else { throw fault("more than \(MarkupParser.longest) bytes") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw fault("not UTF-8") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        var open: [MarkupElement] = []
        while at < bytes.count {
            if bytes[at] != UInt8(ascii: "<") {
                let text = try text()
                if open.isEmpty {
                    // some writers pad a packet with zeros
                    guard text.allSatisfy({ $0.isWhitespace || $0 == "\0" }) else {
                        throw fault("text outside of elements")
                    }
                } else {
                    open[open.count - 1].text += text
                }
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<![CDATA[") {
                guard !open.isEmpty else { throw fault("text outside of elements") }
                let start = at + 9
                try skip(past: "]]>")
                open[open.count - 1].text += String(decoding: bytes[start..<(at - 3)], as: UTF8.self)
            } else if starts("<!") {
                throw fault("document types and entities are not read")
            } else if starts("</") {
                guard var done = open.popLast() else { throw fault("an end without a beginning") }
                try close(&done)
                if open.isEmpty { return try finish(done) }
                open[open.count - 1].children.append(done)
            } else {
                let element = try begin(inside: open.last)
                if !element.isClosedAtOnce {
                    guard open.count < MarkupParser.deepest else {
                        throw fault("nested deeper than \(MarkupParser.deepest)")
                    }
                    open.append(element)
                } else if open.isEmpty {
                    return try finish(element)
                } else {
                    open[open.count - 1].children.append(element)
                }
            }
        }
        throw fault(open.isEmpty ? "there is no element" : "the text ends inside <\(open[open.count - 1].written)>")
    }

    /// Behind the root only spaces, comments and instructions may follow.
    private mutating func finish(_ root: MarkupElement) throws(Fault) -> MarkupElement {
        while at < bytes.count {
            if isSpace(bytes[at]) || bytes[at] == 0 {
                at += 1
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else {
                throw fault("something follows the root element")
            }
        }
        return root
    }

    // MARK: tags

    private mutating func begin(inside parent: MarkupElement?) throws(Fault) -> MarkupElement {
        elements += 1
        guard elements <= MarkupParser.mostElements else {
            throw fault("more than \(MarkupParser.mostElements) elements")
        }
        let start = at
        at += 1
        let written = try name()
        var raw: [(name: String, value: String, place: Range<Int>, quote: UInt8)] = []
        while true {
            let hadSpace = skipSpaces()
            guard at < bytes.count else { throw fault("the text ends inside a tag") }
            if bytes[at] == UInt8(ascii: ">") || starts("/>") { break }
            guard hadSpace else { throw fault("a space is missing before an attribute") }
            guard raw.count < 1000 else { throw fault("more than 1000 attributes") }
            let attribute = try attribute()
            guard !raw.contains(where: { $0.name == attribute.name }) else {
                throw fault("an attribute is given twice")
            }
            raw.append(attribute)
        }
        if raw.contains(where: { $0.name.hasPrefix("xmlns") }) {
            declared += raw.count + (parent?.prefixes.count ?? 0)
            guard declared <= MarkupParser.mostElements else { throw fault("too many namespaces") }
        }
        let closes = bytes[at] == UInt8(ascii: "/")
        at += closes ? 2 : 1
        var prefixes = parent?.prefixes ?? ["xml": "http://www.w3.org/XML/1998/namespace"]
        for a in raw {
            if a.name == "xmlns" { prefixes[""] = a.value }
            if a.name.hasPrefix("xmlns:") { prefixes[String(a.name.dropFirst(6))] = a.value }
        }
        var attributes: [MarkupElement.Attribute] = []
        for a in raw where a.name != "xmlns" && !a.name.hasPrefix("xmlns:") {
            let name = try resolve(a.name, prefixes, isAttribute: true)
            attributes.append(.init(name: name, value: a.value, place: a.place, quote: a.quote))
        }
        return MarkupElement(
            name: try resolve(written, prefixes, isAttribute: false), written: written, attributes: attributes,
            prefixes: prefixes, place: start..<at, content: at..<at, isClosedAtOnce: closes)
    }

    private mutating func close(_ element: inout MarkupElement) throws(Fault) {
        element.content = element.content.lowerBound..<at
        at += 2
        guard try name() == element.written else { throw fault("<\(element.written)> is closed by another name") }
        skipSpaces()
        guard at < bytes.count, bytes[at] == UInt8(ascii: ">") else { throw fault("'>' is missing") }
        at += 1
        element.place = element.place.lowerBound..<at
    }

    private mutating func attribute() throws(Fault) -> (name: String, value: String, place: Range<Int>, quote: UInt8) {
        let key = try name()
        skipSpaces()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else { throw fault("'=' is missing") }
        at += 1
        skipSpaces()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") else {
            throw fault("a quote is missing")
        }
        let quote = bytes[at]
        at += 1
        let start = at
        while at < bytes.count, bytes[at] != quote {
            guard bytes[at] != UInt8(ascii: "<") else { throw fault("'<' in an attribute") }
            at += 1
        }
        guard at < bytes.count else { throw fault("the text ends inside an attribute") }
        let place = start..<at
        at += 1
        return (key, try resolveReferences(place), place, quote)
    }

    private func resolve(
        _ written: String, _ prefixes: [String: String], isAttribute: Bool
    ) throws(Fault) -> MarkupName {
        let parts = written.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else { throw fault("'\(written)' is no name") }
        // attributes without a prefix have no namespace, elements have that of xmlns=""
        if parts.count == 1 { return MarkupName(isAttribute ? "" : prefixes[""] ?? "", written) }
        guard let space = prefixes[String(parts[0])] else { throw fault("the prefix '\(parts[0])' is not declared") }
        return MarkupName(space, String(parts[1]))
    }

    // MARK: characters

    private mutating func text() throws(Fault) -> String {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
        return try resolveReferences(start..<at)
    }

    /// `&lt;` `&gt;` `&amp;` `&quot;` `&apos;` and numbered characters; no others.
    private func resolveReferences(_ place: Range<Int>) throws(Fault) -> String {
        guard bytes[place].contains(UInt8(ascii: "&")) else { return String(decoding: bytes[place], as: UTF8.self) }
        var out = ""
        var i = place.lowerBound
        while i < place.upperBound {
            let next = bytes[i..<place.upperBound].firstIndex(of: UInt8(ascii: "&")) ?? place.upperBound
            out += String(decoding: bytes[i..<next], as: UTF8.self)
            if next == place.upperBound { break }
            guard let end = bytes[next..<min(next + 12, place.upperBound)].firstIndex(of: UInt8(ascii: ";")) else {
                throw fault("a reference is not closed")
            }
            out.unicodeScalars.append(try scalar(String(decoding: bytes[(next + 1)..<end], as: UTF8.self)))
            i = end + 1
        }
        return out
    }

    private func scalar(_ name: String) throws(Fault) -> Unicode.Scalar {
        switch name {
        case "lt": return "<"
        case "gt": return ">"
        case "amp": return "&"
        case "quot": return "\""
        case "apos": return "'"
        default:
            let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
            guard name.hasPrefix("#"), let number, number >= 0x20 || [9, 10, 13].contains(number),
                let scalar = Unicode.Scalar(number)
            else { throw fault("'&\(name);' is not known") }
            return scalar
        }
    }

    private mutating func name() throws(Fault) -> String {
        let start = at
        while at < bytes.count, isNameByte(bytes[at]) { at += 1 }
        guard at > start, at - start <= 256, !(0x30...0x39).contains(bytes[start]), bytes[start] != 0x2D,
            bytes[start] != 0x2E
        else { throw fault("a name is missing") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private func isNameByte(_ b: UInt8) -> Bool {
        switch b {
        case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x80...: true
        default: false
        }
    }

    private func isSpace(_ b: UInt8) -> Bool { b == 0x20 || b == 0x09 || b == 0x0A || b == 0x0D }

    @discardableResult
    private mutating func skipSpaces() -> Bool {
        let start = at
        while at < bytes.count, isSpace(bytes[at]) { at += 1 }
        return at > start
    }

    private func starts(_ text: StaticString) -> Bool {
        let n = text.utf8CodeUnitCount
        guard at + n <= bytes.count else { return false }
        return bytes[at..<(at + n)].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: n))
    }

    private mutating func skip(past end: StaticString) throws(Fault) {
        at += 2
        while at < bytes.count {
            if starts(end) {
                at += end.utf8CodeUnitCount
                return
            }
            at += 1
        }
        throw fault("'\(end)' is missing")
    }
}

extension LikenessError.Code {
    /// Metadata of a photo cannot be understood; the photo itself is not concerned.
    static let metadataBroken = Self("metadata-broken", exitStatus: 65)
}
