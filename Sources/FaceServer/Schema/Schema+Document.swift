package import FaceCore

extension Schema {
    /// The schema as JSON Schema 2020-12, the dialect of OpenAPI 3.1.
    package var document: StrictJSON {
        var members = described
        if let summary { members.append(.init("description", .string(summary))) }
        guard isNullable else { return .object(members) }
        if let index = members.firstIndex(where: { $0.key == "type" }), case .string = members[index].value {
            members[index].value = .array([members[index].value, .string("null")])
            if let values = members.firstIndex(where: { $0.key == "enum" }),
                case .array(let all) = members[values].value
            {
                members[values].value = .array(all + [.null])
            }
            return .object(members)
        }
        return .object([.init("anyOf", .array([.object(members), .object([.init("type", .string("null"))])]))])
    }

    private var described: [StrictJSON.Member] {
        switch kind {
        case .boolean: [.type("boolean")]
        case .integer(let range):
            [
                .type("integer"), .init("minimum", .integer(range.lowerBound)),
                .init("maximum", .integer(range.upperBound)),
            ]
        case .number(nil): [.type("number")]
        case .number(let range?):
            [.type("number"), .init("minimum", .real(range.lowerBound)), .init("maximum", .real(range.upperBound))]
        case .string(let form): [.type("string")] + form.described
        case .array(let element, let count):
            [
                .type("array"), .init("items", element.document), .init("minItems", .integer(count.lowerBound)),
                .init("maxItems", .integer(count.upperBound)),
            ]
        case .object(let fields): Self.describe(fields)
        case .dictionary(let values): [.type("object"), .init("additionalProperties", values.document)]
        case .reference(let name): [.init("$ref", .string("#/components/schemas/\(name)"))]
        case .anyOf(let schemas): [.init("anyOf", .array(schemas.map(\.document)))]
        case .anything: []
        }
    }

    private static func describe(_ fields: [Field]) -> [StrictJSON.Member] {
        let properties = fields.map { StrictJSON.Member($0.name, $0.schema.document) }
        let required = fields.filter(\.isRequired).map { StrictJSON.string($0.name) }
        return [
            .type("object"), .init("properties", .object(properties)), .init("required", .array(required)),
            .init("additionalProperties", .bool(false)),
        ]
    }
}

extension Schema.StringForm {
    /// Printable text; the same rule as `accepts`.
    private static let printable = #"^[^\u0000-\u001f\u007f]*$"#

    fileprivate var described: [StrictJSON.Member] {
        switch self {
        case .text(let length):
            [
                .init("minLength", .integer(length.lowerBound)), .init("maxLength", .integer(length.upperBound)),
                .init("pattern", .string(Self.printable)),
            ]
        case .oneOf(let values): [.init("enum", .array(values.map(StrictJSON.string)))]
        case .id(let prefix): [.init("pattern", .string("^\(prefix)_[0-9A-Za-z_-]{1,80}$"))]
        case .date: [.init("format", .string("date"))]
        case .dateTime: [.init("format", .string("date-time"))]
        case .path:
            [
                .init("minLength", .integer(1)), .init("maxLength", .integer(4096)),
                .init("pattern", .string(#"^/[^\u0000]*$"#)),
            ]
        case .url: [.init("maxLength", .integer(4096))]
        case .opaque: [.init("pattern", .string("^[0-9A-Za-z_-]*$")), .init("maxLength", .integer(2048))]
        }
    }
}

extension StrictJSON.Member {
    package init(_ key: String, _ value: StrictJSON) { self.init(key: key, value: value) }

    fileprivate static func type(_ name: String) -> Self { .init("type", .string(name)) }
}
