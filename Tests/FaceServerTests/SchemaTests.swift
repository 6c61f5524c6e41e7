import FaceCore
import FaceServer
import Testing

@Suite struct SchemaTests {
    private let person = Schema.object(
        .required("name", .text(1...10).nullable), .optional("born", .date), .optional("hidden", .boolean),
        .optional("faces", .array(.id("fac"), 1...3)), .optional("share", .share))

    private func faults(_ text: String, _ schema: Schema? = nil) throws -> [String] {
        (schema ?? person).faults(in: try StrictJSON(Array(text.utf8)), components: ["Person": person]).map(\.pointer)
    }

    @Test func fittingValuesHaveNoFaults() throws {
        #expect(try faults(#"{"name":"Anna","born":"2001-02-28","hidden":false,"faces":["fac_1","fac_a-b"]}"#) == [])
        #expect(try faults(#"{"name":null,"share":1}"#) == [])
    }

    @Test(arguments: [
        (#"{}"#, "/name"), (#"{"name":""}"#, "/name"), (#"{"name":"0123456789a"}"#, "/name"),
        (#"{"name":"a\u0000b"}"#, "/name"), (#"{"name":7}"#, "/name"), (#"{"name":"a","born":"2001-02-29"}"#, "/born"),
        (#"{"name":"a","born":"2001-2-3"}"#, "/born"), (#"{"name":"a","born":null}"#, "/born"),
        (#"{"name":"a","hidden":"true"}"#, "/hidden"), (#"{"name":"a","faces":[]}"#, "/faces"),
        (#"{"name":"a","faces":["fac_1","per_1"]}"#, "/faces/1"), (#"{"name":"a","faces":["fac_"]}"#, "/faces/0"),
        (#"{"name":"a","faces":["fac_/../x"]}"#, "/faces/0"), (#"{"name":"a","share":1.5}"#, "/share"),
        (#"{"name":"a","other/one":1}"#, "/other~1one"), (#"[]"#, ""), (#"null"#, ""),
    ])
    func eachFaultIsPointedAt(_ text: String, _ pointer: String) throws { #expect(try faults(text) == [pointer]) }

    @Test func listsOfFaultsAreBounded() throws {
        let many = "[" + Array(repeating: "true", count: 1000).joined(separator: ",") + "]"
        #expect(try faults(many, .array(.text)).count == 20)
    }

    @Test func oneOfSeveralSchemasSuffices() throws {
        let either = Schema.anyOf(.object(.required("a", .count)), .object(.required("b", .reference("Person"))))
        #expect(try faults(#"{"a":1}"#, either) == [])
        #expect(try faults(#"{"b":{"name":"x"}}"#, either) == [])
        #expect(try faults(#"{"b":{"name":""}}"#, either) == ["/b/name"])
    }

    @Test func documentsSayNullableInTheWayOfVersion31() {
        #expect(Schema.count.nullable.document["type"] == .array([.string("integer"), .string("null")]))
        #expect(
            Schema.oneOf("a").nullable.document["enum"] == .array([.string("a"), .null]))
        #expect(Schema.reference("Person").nullable.document["anyOf"] != nil)
        #expect(person.document["additionalProperties"] == .bool(false))
    }

    @Test(arguments: [
        ("2026-11-21T22:00:00Z", true), ("2026-11-21T22:00:00.25+01:30", true), ("2024-02-29T00:00:00Z", true),
        ("2026-02-29T00:00:00Z", false), ("2026-11-21", false), ("2026-11-21T22:00:00", false),
        ("2026-11-21T24:00:00Z", false), ("2026-13-01T00:00:00Z", false), ("x", false), ("", false),
        ("2026-11-21T22:00:00Z ", false), ("2026-11-21T22:00:00.Z", false),
    ])
    func timesAreReadAsRFC3339(_ text: String, _ isTime: Bool) { #expect((WireTime.parse(text) != nil) == isTime) }

    @Test func timesSurviveTheirText() throws {
        for text in ["1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2000-02-29T12:34:56Z", "2100-03-01T00:00:00Z"] {
            #expect(WireTime.text(try #require(WireTime.parse(text))) == text)
        }
        #expect(WireTime.parse("2026-11-21T23:30:00+01:30") == WireTime.parse("2026-11-21T22:00:00Z"))
    }

    @Test func bytesOfJSONAreReadAgainAsTheSame() throws {
        let value = StrictJSON.object([
            .init("text", .string("a\"\\\n\u{1}é🙂")),
            .init("list", .array([.integer(-3), .real(0.25), .null, .bool(true)])),
        ])
        #expect(try StrictJSON(value.utf8) == value)
        #expect(String(decoding: StrictJSON.real(3).utf8, as: UTF8.self) == "3")
        #expect(String(decoding: StrictJSON.real(.nan).utf8, as: UTF8.self) == "null")
    }
}
