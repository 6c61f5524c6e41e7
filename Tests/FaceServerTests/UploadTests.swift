import FaceCore
import FaceServer
import FaceTestSupport
import FaceVision
import Foundation
import HTTPTypes
import Testing

/// Uploads with the real networks: what they find, what they keep (nothing), and what they stand.
@Suite(.serialized) struct UploadTests {
    private static func form(_ parts: [(String, [UInt8])]) -> (bytes: [UInt8], type: String) {
        var bytes: [UInt8] = []
        for (name, part) in parts {
            bytes +=
                Array("--XX\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"x\"\r\n\r\n".utf8) + part
            bytes += Array("\r\n".utf8)
        }
        return (bytes + Array("--XX--\r\n".utf8), "multipart/form-data; boundary=XX")
    }

    private static func photo(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: try TestData.file("photos/\(name)"))))
    }

    @Test func developersGetFacesVectorsAndVerdicts() async throws {
        let (one, same, other, many) = (
            try Self.photo("biden-1.jpg"), try Self.photo("biden-2.jpg"), try Self.photo("harington-1.jpg"),
            try Self.photo("group-1.jpg")
        )
        try await TestSession.run(networks: true) { session in
            let table = session.server.table
            let found = try await session.send(.post, "/v1/detect", bytes: one, type: "image/jpeg")
            #expect(broken(found, "detect", in: table) == [])
            #expect(found.json["stored"] == .bool(false))
            let form = Self.form([("photo", one)])
            let again = try await session.send(.post, "/v1/detect", bytes: form.bytes, type: form.type)
            #expect(again.bytes == found.bytes, "a form and raw bytes are the same photo")
            let embedded = try await session.send(.post, "/v1/embed", bytes: one, type: "application/octet-stream")
            #expect(broken(embedded, "embed", in: table) == [])
            guard case .array(let faces)? = embedded.json["faces"], case .array(let vector)? = faces[0]["embedding"]
            else {
                return #expect(Bool(false), "no vector")
            }
            #expect(vector.count == embedded.json["dimension"]?.integer)
            #expect(abs(vector.compactMap(\.real).reduce(0) { $0 + $1 * $1 } - 1) < 1e-3)
            let pair = Self.form([("a", one), ("b", same)])
            let verified = try await session.send(.post, "/v1/verify", bytes: pair.bytes, type: pair.type)
            #expect(broken(verified, "verify", in: table) == [])
            #expect(verified.json["same"] == .bool(true))
            let strangers = Self.form([("a", one), ("b", other)])
            let apart = try await session.send(.post, "/v1/verify", bytes: strangers.bytes, type: strangers.type)
            #expect(apart.json["same"] == .bool(false))
            // the library's vectors are of another space
            let searched = try await session.send(.post, "/v1/searches", bytes: one, type: "image/jpeg")
            #expect(searched.slug == "wrong-space")
            let several = try await session.send(.post, "/v1/searches", bytes: many, type: "image/jpeg")
            #expect(several.slug == "several-faces")
            guard case .array(let listed)? = several.json["faces"] else { return #expect(Bool(false), "no faces") }
            #expect(listed.count > 1)
            let none = try await session.send(
                .post, "/v1/identify", bytes: try Self.photo("noface-cat.jpg"), type: "image/jpeg")
            #expect(none.slug == "no-face")
        }
    }

    @Test func aLibraryOfTheSameModelIsSearched() async throws {
        let face = "{\"face\":\"%\"}"
        try await TestSession.run { session in
            let person = try await session.people(1)[0]
            let id = try await session.faces(of: person)[0]
            let body = face.replacingOccurrences(of: "%", with: id)
            let found = try await session.send(.post, "/v1/searches?limit=5", json: body)
            #expect(broken(found, "search", in: session.server.table) == [])
            guard case .array(let results)? = found.json["results"] else { return #expect(Bool(false)) }
            #expect(results.count == 5)
            #expect(results.allSatisfy { $0["person"]?.id == person.id })
            let similarities = results.compactMap { $0["similarity"]?.real }
            #expect(similarities == similarities.sorted(by: >))
        }
    }

    @Test func hostileFilesOfTheTestDataAreRefused() async throws {
        try await TestSession.run(networks: true) { session in
            for (name, slugs) in [
                ("bad-empty.jpg", ["invalid-input"]), ("bad-text.jpg", ["unreadable-image"]),
                ("bad-truncated.jpg", ["unreadable-image"]), ("bomb-30000x30000.png", ["too-large"]),
                ("bomb-header.jpg", ["too-large", "unreadable-image"]),
            ] {
                let answer = try await session.send(
                    .post, "/v1/detect", bytes: try Self.photo(name), type: "image/jpeg")
                #expect(slugs.contains(answer.slug ?? "\(answer.status)"), "\(name) \(answer.text.prefix(200))")
            }
            for (bytes, type) in [
                ([UInt8](), "multipart/form-data; boundary=X"),
                (Array("--X--".utf8), "multipart/form-data; boundary=X"),
                (Array("x".utf8), "multipart/form-data"), (Array("{}".utf8), "application/json"),
                (Array("x".utf8), "text/html"),
            ] as [([UInt8], String)] {
                let answer = try await session.send(.post, "/v1/detect", bytes: bytes, type: type)
                #expect((400..<500).contains(answer.status), "\(type) \(answer.status)")
            }
            // the name of a part chooses nothing on the disk
            let form = Self.form([("../../etc/passwd", [1, 2, 3])])
            #expect(
                try await session.send(.post, "/v1/detect", bytes: form.bytes, type: form.type).slug == "invalid-input")
        }
    }

    /// `LIKENESS_UPLOADS=10000` for the long run. No upload may crash, be a 500, or make memory grow without bound.
    @Test func mutatedUploadsNeverSurprise() async throws {
        let count = ProcessInfo.processInfo.environment["LIKENESS_UPLOADS"].flatMap { Int($0) } ?? 300
        let names = [
            "biden-1.jpg", "fmt-progressive.jpg", "fmt-16bit.png", "fmt-palette.png", "fmt.webp", "fmt.tif", "fmt.bmp",
            "fmt-animated.gif", "fmt.heic", "fmt.avif", "exif-6.jpg", "fmt-cmyk.jpg", "bomb-header.jpg",
        ]
        let seeds = try names.map { try Self.photo($0) }
        try await TestSession.run(networks: true) { session in
            var statuses: [Int: Int] = [:]
            var random = SeededRandom(seed: 42)
            for k in 0..<count {
                let mutated = Self.mutate(seeds[k % seeds.count], &random)
                let upload: (bytes: [UInt8], type: String)
                if k % 3 == 0 {
                    var form = Self.form([("photo", mutated)])
                    if k % 2 == 0 { form.bytes = Self.mutate(form.bytes, &random) }
                    upload = form
                } else {
                    upload = (mutated, "image/jpeg")
                }
                let path = ["/v1/detect", "/v1/searches", "/v1/identify"][k % 3]
                let answer = try await session.send(.post, path, bytes: upload.bytes, type: upload.type)
                statuses[answer.status, default: 0] += 1
                if k % 1000 == 999 { print("\(k + 1) uploads") }
                #expect([200, 409, 413, 415, 422].contains(answer.status), "upload \(k): \(answer.text.prefix(300))")
            }
            print("uploads by status: \(statuses.sorted { $0.key < $1.key })")
            #expect(try await session.get("/health/live").status == 200)
            let text = try await session.get("/metrics").text
            let line = text.split(separator: "\n").first { $0.hasPrefix("process_resident_memory_bytes ") }
            let resident = line.flatMap { Double($0.split(separator: " ")[1]) } ?? .infinity
            #expect(resident < 2_000_000_000, "memory is bounded: \(resident)")
        }
    }

    private static func mutate(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            // heads are where decoders decide
            let end = Bool.random(using: &random) ? min(bytes.count, 600) : bytes.count
            let at = Int.random(in: 0..<end, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0 ... .max, using: &random)
            case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...64, using: &random)))
            case 3: bytes.insert(contentsOf: (0..<16).map { _ in UInt8.random(in: 0 ... .max, using: &random) }, at: at)
            case 4: for k in at..<min(bytes.count, at + 4) { bytes[k] = 0xFF }
            default: bytes.removeSubrange(at...)
            }
        }
        return bytes
    }
}
