import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct SafetensorsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static func file(_ header: String, _ data: Int) -> [UInt8] {
        NPYTests.bytes([UInt64(header.utf8.count)]) + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    func error(_ header: String, _ data: Int) throws -> LikenessError? {
        try HostileFile.error(SafetensorsTests.file(header, data), in: folder) { (p) throws(LikenessError) in
            _ = try Safetensors(p)
        }
    }

    @Test func tensorsReturn() throws {
        var writer = SafetensorsWriter(metadata: ["made by": "a \"test\"\n\u{1}é"])
        writer.add("w", [1.5, -2, 0.25, 8], shape: [2, 2])
        writer.add("h", [1.5, -2, 0.25], shape: [3], half: true)
        writer.add("i", [1, -2] as [Int32], shape: [2, 1])
        writer.add("l", [1 << 40] as [Int64], shape: [])
        writer.add("none", [Float](), shape: [0, 4])
        writer.add("m", Matrix([[1, 2, 3]]))
        let path = folder.file("t.safetensors")
        try writer.write(to: path)
        let back = try Safetensors(path)
        #expect(back.metadata == ["made by": "a \"test\"\n\u{1}é"])
        #expect(Set(back.entries.keys) == ["w", "h", "i", "l", "none", "m"])
        #expect(try back.floats("w") == [1.5, -2, 0.25, 8])
        #expect(try back.floats("h") == [1.5, -2, 0.25])
        #expect(try back.integers("i") == [1, -2])
        #expect(try back.integers("l") == [1 << 40])
        #expect(try back.floats("none").isEmpty)
        #expect(try back.matrix("m").row(0) == [1, 2, 3])
        #expect(throws: LikenessError.self) { try back.floats("i") }
        #expect(throws: LikenessError.self) { try back.integers("w") }
        #expect(throws: LikenessError.self) { try back.matrix("h") }
        let missing = #expect(throws: LikenessError.self) { try back.floats("absent") }
        #expect(missing?.code == .tensorMissing)
    }

    @Test func everyCutIsRefused() throws {
        var writer = SafetensorsWriter()
        writer.add("w", [1, 2, 3] as [Float], shape: [3])
        try writer.write(to: folder.file("t"))
        let file = try InputFile(folder.file("t"))
        let bytes = try file.bytes(at: 0, count: file.size)
        let cuts = try HostileFile.acceptedCuts(bytes, in: folder) { (p) throws(LikenessError) in _ = try Safetensors(p)
        }
        #expect(cuts.isEmpty)
        #expect(
            try HostileFile.error(bytes + [0], in: folder) { (p) throws(LikenessError) in _ = try Safetensors(p) }
                != nil)
    }

    @Test(arguments: [
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1.0,2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#,
        #"{"a":{"dtype":"F32","shape":[2]}}"#, #"{"a":[]}"#, #"[]"#, #"{"#, #""#, #"{"__metadata__":{"a":1}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#,
    ])
    func liesAreRefused(_ header: String) throws { #expect(try error(header, 8) != nil) }

    @Test func longHeadersAreRefused() throws {
        for length in [UInt64.max, 1 << 63, 1 << 40, 100_000_001, 9] {
            let bytes = NPYTests.bytes([length]) + Array("{}      ".utf8)
            #expect(
                try HostileFile.error(bytes, in: folder) { (p) throws(LikenessError) in _ = try Safetensors(p) } != nil)
        }
        #expect(try error(String(repeating: "[", count: 100_000), 0) != nil)
        #expect(try error(#"{"a":"# + String(repeating: "{\"a\":", count: 50_000), 0) != nil)
    }

    @Test func strictJSONReadsWhatIsRight() throws {
        let text = #" {"a" : [1, -0.5e1, true, null, "x\u00e9\ud83d\ude00\n"], "b": {}, "c": -9223372036854775808} "#
        let json = try StrictJSON(Array(text.utf8))
        #expect(json["a"] == .array([.integer(1), .real(-5), .bool(true), .null, .string("xé😀\n")]))
        #expect(json["c"]?.integer == .min)
        for bad in [
            "01", "1.", "-", "+1", "1e", "\"\\x\"", "\"\\ud83d\"", "tru", "[1,]", "{\"a\":1,}", "\"\t\"", "1e999",
            "[1 2]", "nul",
        ] {
            #expect(throws: StrictJSON.Fault.self, "\(bad)") { try StrictJSON(Array(bad.utf8)) }
        }
        #expect(throws: StrictJSON.Fault.self) { try StrictJSON([0x22, 0xC0, 0x80, 0x22]) }
        #expect(StrictJSON.quoted("a\"\\\n") == #""a\"\\\u000a""#)
    }
}
