internal import FoundationEssentials

/// Writes HTML as bytes. Text from outside goes through ``text(_:)`` or ``attribute(_:_:)`` only, which escape it;
/// ``raw(_:)`` takes nothing but literals, which the type enforces.
package struct HTMLWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func raw(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Style or script of this program, as the page's policy names it by hash.
    package mutating func trusted(_ asset: [UInt8]) { bytes.append(contentsOf: asset) }

    /// Text between tags.
    package mutating func text(_ text: String) { bytes.append(contentsOf: Self.escaped(text).utf8) }

    package mutating func text(_ number: Int) { bytes.append(contentsOf: Self.grouped(number).utf8) }

    /// ` name="value"`.
    package mutating func attribute(_ name: StaticString, _ value: String) {
        raw(" ")
        raw(name)
        raw("=\"")
        text(value)
        raw("\"")
    }

    /// A line of a list of definitions.
    package mutating func definition(_ name: String, _ value: String) {
        raw("<dt>")
        text(name)
        raw("</dt><dd><bdi>")
        text(value)
        raw("</bdi></dd>")
    }

    /// A JPEG as the source of an image.
    package mutating func jpegSource(_ jpeg: [UInt8]) {
        raw(" src=\"data:image/jpeg;base64,")
        bytes.append(contentsOf: Data(jpeg).base64EncodedData())
        raw("\"")
    }

    /// An SVG as the source of an image: nothing in it can run.
    package mutating func svgSource(_ name: StaticString, _ svg: [UInt8]) {
        raw(" ")
        raw(name)
        raw("=\"data:image/svg+xml;base64,")
        bytes.append(contentsOf: Data(svg).base64EncodedData())
        raw("\"")
    }

    /// The SHA-256 of a style or script, as a content security policy names it.
    package static func policyHash(_ asset: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(asset)
        return Data(hash.digest()).base64EncodedString()
    }

    /// Escapes what HTML reads as its own, and shows what could not be seen: control characters, and the marks that
    /// turn the direction of text and so make `exe.gpj` out of `jpg.exe`. Without `showsMarks` those stay: names of people
    /// may need them.
    package static func escaped(_ text: String, showsMarks: Bool = true) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}"..."\u{200F}", "\u{2028}"..."\u{202E}",
                "\u{2066}"..."\u{2069}", "\u{061C}", "\u{FEFF}":
                guard showsMarks else { fallthrough }
                out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// 12345 as 12 345 with thin spaces that do not break.
    package static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var out = number < 0 ? "−" : ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { out += "\u{202F}" }
            out.append(digit)
        }
        return out
    }
}
