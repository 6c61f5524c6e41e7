internal import FoundationEssentials

/// Writes HTML as bytes. Text from outside goes through ``text(_:)`` or ``attribute(_:_:)`` only, which escape it;
/// ``raw(_:)`` takes nothing but literals, which the type enforces.
struct HTMLWriter {
    private(set) var bytes: [UInt8] = []

    mutating func raw(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Style or script of this program, as the page's policy names it by hash.
    mutating func trusted(_ asset: [UInt8]) { bytes.append(contentsOf: asset) }

    /// Text between tags.
    mutating func text(_ text: String) { bytes.append(contentsOf: Self.escaped(text).utf8) }

    mutating func text(_ number: Int) { bytes.append(contentsOf: Self.grouped(number).utf8) }

    /// ` name="value"`.
    mutating func attribute(_ name: StaticString, _ value: String) {
        raw(" ")
        raw(name)
        raw("=\"")
        text(value)
        raw("\"")
    }

    /// A JPEG as the source of an image.
    mutating func jpegSource(_ jpeg: [UInt8]) {
        raw(" src=\"data:image/jpeg;base64,")
        bytes.append(contentsOf: Data(jpeg).base64EncodedData())
        raw("\"")
    }

    /// Escapes what HTML reads as its own, and shows what could not be seen: control characters, and the marks that
    /// turn the direction of text and so make `exe.gpj` out of `jpg.exe`.
    static func escaped(_ text: String) -> String {
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
                out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// 12345 as 12 345 with thin spaces that do not break.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var out = number < 0 ? "−" : ""
        for (i, digit) in digits.enumerated() {
            if i > 0, (digits.count - i) % 3 == 0 { out += "\u{202F}" }
            out.append(digit)
        }
        return out
    }
}
