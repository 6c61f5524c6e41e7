import FaceCore

/// A JSON Schema: the API document is made from it, and bodies and parameters are checked by it, so that the two cannot
/// disagree.
package struct Schema: Sendable, Equatable {
    package indirect enum Kind: Sendable, Equatable {
        case boolean
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>?)
        case string(StringForm)
        case array(Schema, count: ClosedRange<Int>)
        case object([Field])
        /// An object whose values, under any name, have one schema.
        case dictionary(Schema)
        /// A named schema of the document's components.
        case reference(String)
        case anyOf([Schema])
        case anything
    }

    /// What a text must look like.
    package enum StringForm: Sendable, Equatable {
        /// Text for people: so many characters, none of them a control character.
        case text(ClosedRange<Int>)
        case oneOf([String])
        /// An opaque id with its prefix: `per_…`.
        case id(String)
        /// `2001-05-04`
        case date
        /// RFC 3339 in UTC: `2026-11-21T22:00:00Z`
        case dateTime
        case path
        case url
        /// Base64url, such as a cursor.
        case opaque
    }

    package struct Field: Sendable, Equatable {
        package let name: String
        package let schema: Schema
        package let isRequired: Bool
    }

    package var kind: Kind
    package var isNullable = false
    package var summary: String?

    package init(_ kind: Kind) { self.kind = kind }

    /// The same, or null.
    package var nullable: Schema {
        var copy = self
        copy.isNullable = true
        return copy
    }

    package func described(_ text: String) -> Schema {
        var copy = self
        copy.summary = text
        return copy
    }
}

extension Schema {
    package static let boolean = Schema(.boolean)
    package static let number = Schema(.number(nil))
    package static let anything = Schema(.anything)
    /// A number that is never negative.
    package static let count = Schema(.integer(0...1_000_000_000_000))
    package static let text = Schema(.string(.text(0...10_000)))
    package static let date = Schema(.string(.date))
    package static let time = Schema(.string(.dateTime))
    /// A similarity of two vectors.
    package static let similarity = Schema(.number(-1.0001...1.0001))
    package static let share = Schema(.number(0...1))

    package static func integer(_ range: ClosedRange<Int>) -> Schema { Schema(.integer(range)) }
    package static func number(_ range: ClosedRange<Double>) -> Schema { Schema(.number(range)) }
    package static func text(_ length: ClosedRange<Int>) -> Schema { Schema(.string(.text(length))) }
    package static func oneOf(_ values: String...) -> Schema { Schema(.string(.oneOf(values))) }
    package static func oneOf(_ values: [String]) -> Schema { Schema(.string(.oneOf(values))) }
    package static func id(_ prefix: String) -> Schema { Schema(.string(.id(prefix))) }
    package static func reference(_ name: String) -> Schema { Schema(.reference(name)) }
    package static func anyOf(_ schemas: Schema...) -> Schema { Schema(.anyOf(schemas)) }
    package static func dictionary(_ values: Schema) -> Schema { Schema(.dictionary(values)) }

    package static func array(_ element: Schema, _ count: ClosedRange<Int> = 0...1_000_000) -> Schema {
        Schema(.array(element, count: count))
    }

    package static func object(_ fields: Field...) -> Schema { Schema(.object(fields)) }
    package static func object(_ fields: [Field]) -> Schema { Schema(.object(fields)) }

    /// A page of a list.
    package static func page(_ element: Schema) -> Schema {
        .object(
            .required("items", .array(element)), .required("next", Schema(.string(.opaque)).nullable),
            .optional("total", .count))
    }
}

extension Schema.Field {
    package static func required(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: true)
    }

    package static func optional(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: false)
    }
}
