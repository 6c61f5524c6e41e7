import FaceCore
import FaceServer
import Testing

@Suite struct MultipartTests {
    private let form = Array(
        """
        preamble\r\n--B\r\nContent-Disposition: form-data; name="a"; filename="x.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\
        one\r\n--\r\n-B\r\n--B\r\ncontent-disposition: form-data; name=b\r\n\r\n\r\n--B--\r\nepilogue
        """.utf8)

    private func read(_ bytes: [UInt8], step: Int, names: [String] = ["a", "b"]) throws -> [String: [UInt8]] {
        var parser = CollectedParts(boundary: "B", names: names)
        for start in stride(from: 0, to: bytes.count, by: step) {
            try parser.feed(bytes[start..<min(start + step, bytes.count)])
        }
        return try parser.finish()
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 10_000])
    func partsDoNotDependOnHowTheBytesArrive(_ step: Int) throws {
        let parts = try read(form, step: step)
        #expect(parts["a"] == Array("one\r\n--\r\n-B".utf8))
        #expect(parts["b"] == [])
    }

    @Test func everyCutIsAnError() {
        // the last delimiter is whole from here on
        let whole = form.count - "\r\nepilogue".utf8.count
        for length in 0..<whole {
            #expect(throws: Problem.self) { try read(Array(form[..<length]), step: 16) }
        }
    }

    @Test(arguments: [
        "--B\r\n\r\n\r\nx\r\n--B--", "--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=c\r\n\r\nx\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=a\r\n\r\ny\r\n--B--",
        "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--B--", "--Bx\r\n",
        "--B\(String(repeating: " ", count: 200))\r\n",
        "--B\r\nX: \(String(repeating: "y", count: 9000))\r\n\r\n", String(repeating: "z", count: 6000), "", "--B--",
    ])
    func hostileFormsAreRefused(_ text: String) {
        #expect(throws: Problem.self) { try read(Array(text.utf8), step: 100) }
    }

    @Test func headersThatAreNotTextAreRefused() {
        let bytes =
            Array("--B\r\nContent-Disposition: form-data; name=\"".utf8) + [0xFF, 0xFE]
            + Array("\"\r\n\r\nx\r\n--B--".utf8)
        #expect(throws: Problem.self) { try read(bytes, step: 9) }
    }

    @Test(
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"), ("multipart/form-data; boundary=\"a b:c\"; x=y", "a b:c"),
            ("multipart/form-data; Boundary=abc; boundary=def", "abc"), ("multipart/form-data", nil),
            ("multipart/form-data; boundary=", nil), ("multipart/form-data; boundary=\"a \"", nil),
            ("multipart/form-data; boundary=a\u{1}b", nil),
            ("multipart/form-data; boundary=\(String(repeating: "a", count: 71))", nil),
        ] as [(String, String?)])
    func boundariesFollowTheirRules(_ header: String, _ boundary: String?) {
        #expect(MultipartParser.boundary(of: header) == boundary)
    }

    /// Any change of any byte gives parts or a problem, never a crash or a part of another name.
    @Test func mutatedFormsNeverSurprise() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<3000 {
            var bytes = form
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0 ... .max, using: &random)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 0 ... .max, using: &random), at: at)
                }
            }
            guard let parts = try? read(bytes, step: Int.random(in: 1...50, using: &random)) else { continue }
            #expect(Set(parts.keys) == ["a", "b"])
        }
    }
}
