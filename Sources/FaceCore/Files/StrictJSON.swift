/// A JSON value (RFC 8259) that keeps whole numbers whole and refuses what ordinary readers pass over: a key given
/// twice, depth without end, broken UTF-8, anything behind the value.
package indirect enum StrictJSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case array([StrictJSON])
    /// In the order of the text.
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: StrictJSON

        package init(key: String, value: StrictJSON) {
            self.key = key
            self.value = value
        }
    }

    /// Why a text is not such a value.
    package struct Fault: Error, CustomStringConvertible {
        package var offset: Int
        package var reason: String
        package var description: String { "\(reason) at byte \(offset)" }
    }

    package init(_ text: [UInt8]) throws(Fault) {
        var parser = StrictJSONParser(text: text)
        self = try parser.document()
    }

    /// The value of a key of an object.
    package subscript(key: String) -> StrictJSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var integer: Int? {
        if case .integer(let n) = self { n } else { nil }
    }

    package var string: String? {
        if case .string(let s) = self { s } else { nil }
    }

    package var integers: [Int]? {
        guard case .array(let values) = self else { return nil }
        let numbers = values.compactMap(\.integer)
        return numbers.count == values.count ? numbers : nil
    }

    /// The value as JSON on one line. Numbers must be finite.
    package var text: String {
        switch self {
        case .null: return "null"
        case .bool(let b): return b ? "true" : "false"
        case .integer(let n): return "\(n)"
        case .real(let x):
            precondition(x.isFinite, "JSON has no \(x)")
            return "\(x)"
        case .string(let s): return StrictJSON.quoted(s)
        case .array(let values): return "[" + values.map(\.text).joined(separator: ",") + "]"
        case .object(let members):
            return "{" + members.map { StrictJSON.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }

    package var real: Double? {
        switch self {
        case .real(let x): x
        case .integer(let n): Double(n)
        default: nil
        }
    }

    /// A string as it stands in JSON, with its quotes.
    package static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
