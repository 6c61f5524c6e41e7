internal import FaceCore

/// An element of the small part of XML that cascade files use: elements with text, comments, a declaration.
///
/// Attributes are skipped; there are no entities, no CDATA and no document type, so that a hostile file can neither make the
/// reader expand anything nor open anything. Depth, number of elements and bytes are bounded.
struct HaarElement {
    let name: String
    var children: [HaarElement] = []
    /// Text directly in the element, without its children's.
    var text = ""

    static let deepest = 16
    static let mostElements = 1 << 20
    static let mostBytes = 32 << 20

    /// The only child of this name; nil when there is none.
    func child(_ name: String) -> HaarElement? { children.first { $0.name == name } }

    /// The root element. Throws `file-format` with the place where the text is no such document.
    static func parse(_ bytes: [UInt8], file: String) throws(LikenessError) -> HaarElement {
        guard bytes.count <= mostBytes else {
            throw LikenessError(.fileFormat, subject: file, "a cascade of \(bytes.count) bytes is not read")
        }
        var reader = HaarReader(bytes: bytes, file: file)
        return try reader.document()
    }
}

/// A cursor over the bytes of a cascade file.
private struct HaarReader {
    let bytes: [UInt8]
    let file: String
    var at = 0
    var elements = 0

    /// One root element between comments and blanks.
    mutating func document() throws(LikenessError) -> HaarElement {
        var open: [HaarElement] = []
        while true {
            let text = try textUntilTag()
            if let last = open.indices.last {
                open[last].text += text
            } else if !text.allSatisfy(\.isWhitespace) {
                throw wrong("text outside of the root element")
            }
            if skip("<!--") { try skipPast("-->"); continue }
            if skip("<?") { try skipPast("?>"); continue }
            if skip("</") {
                let name = try tagName()
                guard let done = open.popLast(), done.name == name else { throw wrong("</\(name)> closes nothing") }
                try expect(">")
                guard let last = open.indices.last else { return done }
                open[last].children.append(done)
                continue
            }
            try expect("<")
            elements += 1
            guard open.count < HaarElement.deepest, elements <= HaarElement.mostElements else {
                throw wrong("too many elements")
            }
            open.append(HaarElement(name: try tagName()))
            try skipAttributes()
        }
    }

    private mutating func textUntilTag() throws(LikenessError) -> String {
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
        guard at < bytes.count else { throw wrong("the file ends inside an element", .fileTruncated) }
        guard let text = String(validating: bytes[start..<at], as: UTF8.self), !text.contains("&") else {
            throw wrong("text with entities or outside of UTF-8")
        }
        return text
    }

    private mutating func tagName() throws(LikenessError) -> String {
        let start = at
        while at < bytes.count, at - start < 64, isNameByte(bytes[at]) { at += 1 }
        guard at > start else { throw wrong("a tag without a name") }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private func isNameByte(_ b: UInt8) -> Bool {
        switch b {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Up to the end of an opening tag; `/>` is not used by these files.
    private mutating func skipAttributes() throws(LikenessError) {
        while at < bytes.count, bytes[at] != UInt8(ascii: ">") {
            guard bytes[at] != UInt8(ascii: "<"), bytes[at] != UInt8(ascii: "/") else { throw wrong("a tag in a tag") }
            at += 1
        }
        try expect(">")
    }

    private mutating func skip(_ mark: StaticString) -> Bool {
        let n = mark.utf8CodeUnitCount
        guard at + n <= bytes.count else { return false }
        for k in 0..<n where bytes[at + k] != mark.utf8Start[k] { return false }
        at += n
        return true
    }

    private mutating func skipPast(_ mark: StaticString) throws(LikenessError) {
        while at < bytes.count { if skip(mark) { return } else { at += 1 } }
        throw wrong("the file ends inside a comment", .fileTruncated)
    }

    private mutating func expect(_ mark: StaticString) throws(LikenessError) {
        if at >= bytes.count { throw wrong("the file ends inside a tag", .fileTruncated) }
        if !skip(mark) { throw wrong("“\(mark)” is due") }
    }

    private func wrong(_ what: String, _ code: LikenessError.Code = .fileFormat) -> LikenessError {
        LikenessError(code, subject: file, "byte \(at): \(what)")
    }
}
