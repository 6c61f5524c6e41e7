import FaceCore
import FaceEvaluation
import FaceTestSupport
import Foundation
import Testing

/// Pickles of every protocol give the same photos and flags; what asks for more is refused before anything happens.
@Suite struct InsightFacePackTests {
    private struct Golden: Decodable {
        let photos: [Data]
        let same: [Bool]
        let packs: [String: Data]
        let hostile: [String: Data]
    }

    private let golden: Golden

    init() throws { golden = try JSONDecoder().decode(Golden.self, from: Fixtures.data("packs.json")) }

    @Test func everyProtocolIsRead() throws {
        #expect(golden.packs.count >= 15)
        for (name, bytes) in golden.packs {
            do throws(LikenessError) {
                let pack = try InsightFacePack(bytes: Array(bytes), path: name)
                #expect(pack.same == golden.same, "\(name)")
                let want = name == "repeated photo" ? golden.photos.map { _ in golden.photos[0] } : golden.photos
                #expect((0..<pack.photoCount).map { Data(pack.photo($0)) } == want, "\(name)")
                #expect(pack.list.comparisons.map(\.same) == golden.same && pack.list.comparisons[1].left == "000002")
            } catch { Issue.record("\(name): \(error)") }
        }
    }

    @Test func whatCouldActIsRefused() {
        #expect(golden.hostile.count >= 14)
        for (name, bytes) in golden.hostile {
            let code = errorCode { _ = try InsightFacePack(bytes: Array(bytes)) }
            #expect(code == "pickle-forbidden" || name == "dict" && code == "file-format", "\(name): \(code ?? "read")")
        }
    }

    @Test func everyCutIsATypedError() throws {
        for (name, bytes) in golden.packs {
            for length in 0..<bytes.count {
                let code = errorCode { _ = try InsightFacePack(bytes: Array(bytes.prefix(length))) }
                #expect(
                    code == "file-truncated" || code == "pickle-forbidden", "\(name) cut at \(length): \(code ?? "-")")
            }
        }
    }

    @Test func countsMustFit() {
        // ([b"a", b"b"], [True, True]): two photos, two flags
        let text: [UInt8] =
            [0x80, 3] + Array("](C\u{1}aC\u{1}be](".utf8) + [0x88, 0x88] + Array("e".utf8) + [0x86, 46]
        #expect(errorCode { _ = try InsightFacePack(bytes: text) } == "file-format")
        #expect(errorCode { _ = try InsightFacePack(bytes: []) } == "file-truncated")
        #expect(errorCode { _ = try InsightFacePack(path: "/nowhere.bin") } == "file-missing")
    }

    /// A text of a megabyte in the memo, decoded a thousand times over: refused, not a gigabyte.
    @Test func decodedCopiesAreCounted() {
        var bytes: [UInt8] =
            [0x80, 2] + Array("c_codecs\nencode\n".utf8) + [UInt8(ascii: "q"), 0, UInt8(ascii: "X"), 0, 0, 16, 0]
        bytes += [UInt8](repeating: 65, count: 1 << 20) + [UInt8(ascii: "q"), 1, UInt8(ascii: "X"), 6, 0, 0, 0]
        bytes += Array("latin1".utf8) + [UInt8(ascii: "q"), 2, 0x86, UInt8(ascii: "R")]
        for _ in 0..<1000 {
            bytes += [UInt8(ascii: "h"), 0, UInt8(ascii: "h"), 1, UInt8(ascii: "h"), 2, 0x86, UInt8(ascii: "R")]
        }
        #expect(errorCode { _ = try InsightFacePack(bytes: bytes + [46]) } == "pickle-forbidden")
    }

    /// A tuple in a tuple a hundred thousand times, and a list that is handed to itself.
    @Test func nestingIsBounded() {
        let deep = [0x80, 4, UInt8(ascii: ")")] + [UInt8](repeating: 0x85, count: 100_000) + [46]
        #expect(errorCode { _ = try InsightFacePack(bytes: deep) } == "pickle-forbidden")
        let itself: [UInt8] = [0x80, 4] + Array("]q\u{0}h\u{0}a.".utf8)
        #expect(errorCode { _ = try InsightFacePack(bytes: itself) } == "pickle-forbidden")
        let marks = [0x80, 4] + [UInt8](repeating: UInt8(ascii: "("), count: 100_000) + [46]
        #expect(errorCode { _ = try InsightFacePack(bytes: marks) } == "pickle-forbidden")
    }
}
