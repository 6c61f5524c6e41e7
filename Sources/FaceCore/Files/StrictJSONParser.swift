import Glibc

/// Recursive descent over the bytes of a JSON text.
struct StrictJSONParser {
    private let text: [UInt8]
    private var at = 0
    private var depth = 0
    private static let deepest = 64

    init(text: [UInt8]) { self.text = text }

    mutating func document() throws(StrictJSON.Fault) -> StrictJSON {
        let value = try value()
        skipSpaces()
        guard at == text.count else { throw fault("something follows the value") }
        return value
    }

    private mutating func value() throws(StrictJSON.Fault) -> StrictJSON {
        skipSpaces()
        guard at < text.count else { throw fault("the text ends") }
        switch text[at] {
        case UInt8(ascii: "{"): return try nested { (p) throws(StrictJSON.Fault) in try p.object() }
        case UInt8(ascii: "["): return try nested { (p) throws(StrictJSON.Fault) in try p.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout StrictJSONParser) throws(StrictJSON.Fault) -> StrictJSON
    ) throws(StrictJSON.Fault) -> StrictJSON {
        guard depth < StrictJSONParser.deepest else { throw fault("values are nested too deeply") }
        depth += 1
        at += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func object() throws(StrictJSON.Fault) -> StrictJSON {
        var members: [StrictJSON.Member] = []
        var keys: Set<String> = []
        if accept("}") { return .object([]) }
        while true {
            skipSpaces()
            let key = try string()
            guard keys.insert(key).inserted else { throw fault("the key \"\(key)\" is given twice") }
            guard accept(":") else { throw fault("':' is missing") }
            members.append(.init(key: key, value: try value()))
            if accept("}") { return .object(members) }
            guard accept(",") else { throw fault("',' or '}' is missing") }
        }
    }

    private mutating func array() throws(StrictJSON.Fault) -> StrictJSON {
        var values: [StrictJSON] = []
        if accept("]") { return .array([]) }
        while true {
            values.append(try value())
            if accept("]") { return .array(values) }
            guard accept(",") else { throw fault("',' or ']' is missing") }
        }
    }

    private mutating func string() throws(StrictJSON.Fault) -> String {
        guard at < text.count, text[at] == UInt8(ascii: "\"") else { throw fault("a string is missing") }
        at += 1
        var bytes: [UInt8] = []
        while at < text.count {
            let c = text[at]
            at += 1
            switch c {
            case UInt8(ascii: "\""):
                guard let s = String(validating: bytes, as: UTF8.self) else { throw fault("a string is not UTF-8") }
                return s
            case UInt8(ascii: "\\"): bytes += try escape()
            case 0..<0x20: throw fault("a control character stands in a string")
            default: bytes.append(c)
            }
        }
        throw fault("a string does not end")
    }

    private mutating func escape() throws(StrictJSON.Fault) -> [UInt8] {
        guard at < text.count else { throw fault("the text ends") }
        let c = text[at]
        at += 1
        switch c {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [c]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "u"): return try unicode()
        default: throw fault("an escape is not known")
        }
    }

    private mutating func unicode() throws(StrictJSON.Fault) -> [UInt8] {
        var code = try hex()
        if code & 0xFC00 == 0xD800, at + 1 < text.count, text[at] == UInt8(ascii: "\\"),
            text[at + 1] == UInt8(ascii: "u")
        {
            at += 2
            let low = try hex()
            guard low & 0xFC00 == 0xDC00 else { throw fault("half a character stands alone") }
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a character stands alone") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func hex() throws(StrictJSON.Fault) -> UInt32 {
        guard at + 4 <= text.count else { throw fault("the text ends") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(text[at])).hexDigitValue, text[at] < 0x80 else {
                throw fault("a hexadecimal digit is missing")
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }

    private mutating func number() throws(StrictJSON.Fault) -> StrictJSON {
        let start = at
        _ = accept("-", spaces: false)
        let first = at
        guard digits() > 0 else { throw fault("a value is missing") }
        guard text[first] != UInt8(ascii: "0") || at == first + 1 else { throw fault("a number begins with 0") }
        var whole = true
        if accept(".", spaces: false) {
            whole = false
            guard digits() > 0 else { throw fault("a digit is missing") }
        }
        if accept("e", spaces: false) || accept("E", spaces: false) {
            whole = false
            if !accept("+", spaces: false) { _ = accept("-", spaces: false) }
            guard digits() > 0 else { throw fault("a digit is missing") }
        }
        let literal = String(decoding: text[start..<at], as: UTF8.self)
        if whole, let n = Int(literal) { return .integer(n) }
        guard let x = Double(literal), x.isFinite else { throw fault("a number is too large") }
        return .real(x)
    }

    private mutating func digits() -> Int {
        let start = at
        while at < text.count, (48...57).contains(text[at]) { at += 1 }
        return at - start
    }

    private mutating func word(_ word: String, _ value: StrictJSON) throws(StrictJSON.Fault) -> StrictJSON {
        guard text[at...].starts(with: word.utf8) else { throw fault("a value is missing") }
        at += word.utf8.count
        return value
    }

    private mutating func accept(_ c: Unicode.Scalar, spaces: Bool = true) -> Bool {
        if spaces { skipSpaces() }
        guard at < text.count, text[at] == UInt8(ascii: c) else { return false }
        at += 1
        return true
    }

    private mutating func skipSpaces() {
        while at < text.count, text[at] == 0x20 || text[at] == 0x0A || text[at] == 0x0D || text[at] == 0x09 { at += 1 }
    }

    private func fault(_ reason: String) -> StrictJSON.Fault { .init(offset: at, reason: reason) }
}
