package import FaceCore
import Foundation

/// One thing that is wrong in a body or a parameter.
package struct FieldFault: Sendable, Equatable {
    /// A JSON pointer (RFC 6901) into the body, or `?name` for a parameter of the query.
    package let pointer: String
    package let detail: String

    package init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }
}

extension Schema {
    /// What is wrong with a value, at most `limit` faults; empty when it fits.
    package func faults(
        in value: StrictJSON, at pointer: String = "", components: [String: Schema], limit: Int = 20
    ) -> [FieldFault] {
        var check = SchemaCheck(components: components, limit: limit)
        check.run(self, value, pointer)
        return check.faults
    }
}

private struct SchemaCheck {
    let components: [String: Schema]
    let limit: Int
    private(set) var faults: [FieldFault] = []

    init(components: [String: Schema], limit: Int) {
        self.components = components
        self.limit = limit
    }

    mutating func run(_ schema: Schema, _ value: StrictJSON, _ pointer: String) {
        if faults.count >= limit { return }
        if value == .null {
            if !schema.isNullable, schema.kind != .anything { fail(pointer, "must not be null") }
            return
        }
        switch (schema.kind, value) {
        case (.anything, _), (.boolean, .bool): break
        case (.boolean, _): fail(pointer, "must be true or false")
        case (.integer(let range), _): integer(range, value, pointer)
        case (.number(let range), _): number(range, value, pointer)
        case (.string(let form), .string(let text)):
            if let reason = form.refusal(of: text) { fail(pointer, reason) }
        case (.string, _): fail(pointer, "must be a string")
        case (.array(let element, let count), .array(let values)): array(element, count, values, pointer)
        case (.array, _): fail(pointer, "must be a list")
        case (.object(let fields), .object(let members)): object(fields, members, pointer)
        case (.dictionary(let inner), .object(let members)):
            for member in members { run(inner, member.value, "\(pointer)/\(Self.escaped(member.key))") }
        case (.object, _), (.dictionary, _): fail(pointer, "must be an object")
        case (.reference(let name), _):
            guard let target = components[name] else { return fail(pointer, "has the unknown schema \(name)") }
            run(target, value, pointer)
        case (.anyOf(let schemas), _): anyOf(schemas, value, pointer)
        }
    }

    private mutating func integer(_ range: ClosedRange<Int>, _ value: StrictJSON, _ pointer: String) {
        // JSON has one kind of number: 3.0 is the integer 3
        let whole = value.integer ?? value.real.flatMap { Int(exactly: $0) }
        guard let whole else { return fail(pointer, "must be a whole number") }
        if !range.contains(whole) { fail(pointer, "must be in \(range.lowerBound)…\(range.upperBound), not \(whole)") }
    }

    private mutating func number(_ range: ClosedRange<Double>?, _ value: StrictJSON, _ pointer: String) {
        guard let number = value.real else { return fail(pointer, "must be a number") }
        if let range, !range.contains(number) {
            fail(pointer, "must be in \(range.lowerBound)…\(range.upperBound), not \(number)")
        }
    }

    private mutating func array(
        _ element: Schema, _ count: ClosedRange<Int>, _ values: [StrictJSON], _ pointer: String
    ) {
        if !count.contains(values.count) {
            fail(pointer, "must have \(count.lowerBound)…\(count.upperBound) entries, not \(values.count)")
        }
        for (k, value) in values.enumerated() where faults.count < limit { run(element, value, "\(pointer)/\(k)") }
    }

    private mutating func object(_ fields: [Schema.Field], _ members: [StrictJSON.Member], _ pointer: String) {
        for field in fields where field.isRequired && !members.contains(where: { $0.key == field.name }) {
            fail("\(pointer)/\(field.name)", "is missing")
        }
        for member in members where faults.count < limit {
            let at = "\(pointer)/\(Self.escaped(member.key))"
            guard let field = fields.first(where: { $0.name == member.key }) else {
                fail(at, "is not known; known are \(fields.map(\.name).joined(separator: ", "))")
                continue
            }
            run(field.schema, member.value, at)
        }
    }

    private mutating func anyOf(_ schemas: [Schema], _ value: StrictJSON, _ pointer: String) {
        var fewest: [FieldFault]?
        for schema in schemas {
            var trial = SchemaCheck(components: components, limit: limit)
            trial.run(schema, value, pointer)
            if trial.faults.isEmpty { return }
            if trial.faults.count < fewest?.count ?? .max { fewest = trial.faults }
        }
        faults += fewest ?? []
    }

    private mutating func fail(_ pointer: String, _ detail: String) {
        faults.append(FieldFault(pointer: pointer, detail: detail))
    }

    private static func escaped(_ key: String) -> String {
        key.replacingOccurrences(of: "~", with: "~0").replacingOccurrences(of: "/", with: "~1")
    }
}

extension Schema.StringForm {
    /// Why a text has not this form; nil when it has.
    package func refusal(of text: String) -> String? {
        switch self {
        case .text(let length):
            let count = text.unicodeScalars.count
            if !length.contains(count) {
                return "must have \(length.lowerBound)…\(length.upperBound) characters, not \(count)"
            }
            return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
                ? nil : "must not have control characters"
        case .oneOf(let values): return values.contains(text) ? nil : "must be one of \(values.joined(separator: ", "))"
        case .id(let prefix):
            let rest = text.hasPrefix(prefix + "_") ? text.dropFirst(prefix.count + 1) : ""
            return (1...80).contains(rest.utf8.count) && rest.utf8.allSatisfy(Self.isURLSafe)
                ? nil : "must be an id that begins with \(prefix)_"
        case .date: return Self.isDate(text) ? nil : "must be a date such as 2001-05-04"
        case .dateTime: return WireTime.parse(text) == nil ? "must be a time such as 2026-11-21T22:00:00Z" : nil
        case .path:
            return text.hasPrefix("/") && text.utf8.count <= 4096 && !text.utf8.contains(0)
                ? nil : "must be an absolute path"
        case .url: return text.utf8.count <= 4096 ? nil : "is too long"
        case .opaque:
            return text.utf8.count <= 2048 && text.utf8.allSatisfy(Self.isURLSafe) ? nil : "is not what the server gave"
        }
    }

    private static func isURLSafe(_ c: UInt8) -> Bool {
        switch c {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func isDate(_ text: String) -> Bool {
        let digits = Array(text.utf8)
        guard digits.count == 10, digits[4] == UInt8(ascii: "-"), digits[7] == UInt8(ascii: "-") else { return false }
        return WireTime.parse(text + "T00:00:00Z") != nil
    }
}
