import FaceCore
import FaceTestSupport
import Foundation
import Testing

@Suite struct JSONLinesTests {
    struct Item: Codable, Equatable {
        var name: String
        var value: Double
    }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func reader(_ text: String, longest: Int = 1 << 24) throws -> JSONLinesReader<Item> {
        let path = folder.file("lines")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try JSONLinesReader(path, longest: longest)
    }

    @Test func valuesReturn() throws {
        let items = (0..<5000).map { Item(name: String(repeating: "é/\n", count: $0 % 90), value: Double($0) / 3) }
        try JSONLinesWriter.writeAll(items, to: folder.file("a"))
        #expect(try JSONLinesReader<Item>.readAll(folder.file("a")) == items)
        #expect(throws: LikenessError.self) { try JSONLinesWriter.writeAll(items, to: folder.file("a")) }
    }

    @Test func toleratesEmptyLinesAndAnyLineEnd() throws {
        let r = try reader("\n{\"name\":\"a\",\"value\":1}\r\n  \n{\"name\":\"b\",\"value\":2}")
        #expect(try r.next() == Item(name: "a", value: 1))
        #expect(try r.next() == Item(name: "b", value: 2))
        #expect(r.line == 4)
        #expect(try r.next() == nil)
        #expect(try r.next() == nil)
    }

    @Test func aBadLineIsNamedAndPassed() throws {
        let r = try reader("{\"name\":\"a\",\"value\":1}\n{\"name\":\"b\"}\n{\"na\n{\"name\":\"d\",\"value\":4}\n")
        #expect(try r.next()?.name == "a")
        let first = #expect(throws: LikenessError.self) { try r.next() }
        #expect(first?.subject?.hasSuffix(":2") == true)
        #expect(first?.message.contains("value") == true)
        let second = #expect(throws: LikenessError.self) { try r.next() }
        #expect(second?.subject?.hasSuffix(":3") == true)
        #expect(try r.next()?.name == "d")
    }

    @Test func aLongLineIsAnErrorAndTheNextIsRead() throws {
        let long = String(repeating: "x", count: 300_000)
        for length in [100, 70_000, 299_000] {
            let r = try reader("{\"name\":\"\(long)\",\"value\":1}\n{\"name\":\"b\",\"value\":2}\n", longest: length)
            let error = #expect(throws: LikenessError.self) { try r.next() }
            #expect(error?.subject?.hasSuffix(":1") == true)
            #expect(try r.next()?.name == "b")
            #expect(r.line == 2)
        }
    }

    @Test func hostileLinesAreErrors() throws {
        for text in ["\u{0}", "[[[[", String(repeating: "[", count: 100_000), "{\"name\":1,\"value\":1}", "\"", "nan"] {
            let r = try reader(text)
            #expect(throws: LikenessError.self) { try r.next() }
            #expect(try r.next() == nil)
        }
        let writer = try JSONLinesWriter<Item>(folder.file("b"))
        #expect(throws: LikenessError.self) { try writer.write(Item(name: "", value: .nan)) }
    }
}
