import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("When and where a photo was taken")
struct CaptureFactsTests {
    /// A big-endian TIFF structure with a detail and a place directory.
    private struct Block {
        var detail: [(tag: Int, text: String)] = []
        var place: [(tag: Int, type: Int, bytes: [UInt8])] = []

        static func text(_ s: String) -> (Int, [UInt8]) { (2, Array(s.utf8) + [0]) }
        static func fractions(_ values: [(Int, Int)]) -> [UInt8] { values.flatMap { big($0.0) + big($0.1) } }
        static func big(_ n: Int, _ count: Int = 4) -> [UInt8] {
            (0..<count).map { UInt8(n >> (8 * (count - 1 - $0)) & 0xFF) }
        }

        var bytes: [UInt8] {
            let entries = detail.map { (tag: $0.tag, type: 2, bytes: Array($0.text.utf8) + [0]) }
            let root = 8 + 2 + 24 + 4
            let first = directory(entries, at: root)
            let second = directory(place, at: root + first.count)
            var out: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 2]
            for (tag, at) in [(0x8769, root), (0x8825, root + first.count)] {
                out += Block.big(tag, 2) + Block.big(4, 2) + Block.big(1) + Block.big(at)
            }
            return out + Block.big(0) + first + second
        }

        private func directory(_ entries: [(tag: Int, type: Int, bytes: [UInt8])], at start: Int) -> [UInt8] {
            var head = Block.big(entries.count, 2)
            var values: [UInt8] = []
            let behind = start + 2 + entries.count * 12 + 4
            for e in entries {
                let size = e.type == 5 ? 8 : 1
                head += Block.big(e.tag, 2) + Block.big(e.type, 2) + Block.big(e.bytes.count / size)
                if e.bytes.count <= 4 {
                    head += e.bytes + [UInt8](repeating: 0, count: 4 - e.bytes.count)
                } else {
                    head += Block.big(behind + values.count)
                    values += e.bytes
                }
            }
            return head + Block.big(0) + values
        }
    }

    private func facts(_ block: Block, xmp: String? = nil) throws -> CaptureFacts {
        let folder = try TemporaryFolder()
        let photo = folder.file("a.jpg")
        let packet = xmp.map { [PhotoFixture.packet($0)] } ?? []
        try PhotoFixture.write(
            PhotoFixture.jpeg(Raster(width: 8, height: 8), exif: block.bytes, app1: packet), photo)
        return try PhotoEvidence(photo: photo).capture
    }

    private func place(_ north: [(Int, Int)], _ n: String, _ east: [(Int, Int)], _ e: String) -> Block {
        Block(place: [
            (1, 2, Array(n.utf8) + [0]), (2, 5, Block.fractions(north)), (3, 2, Array(e.utf8) + [0]),
            (4, 5, Block.fractions(east)), (5, 1, [1]), (6, 5, Block.fractions([(123, 10)])),
        ])
    }

    @Test("date with its fraction and offset")
    func dates() throws {
        let full = Block(detail: [(0x9003, "2024:05:01 12:33:10"), (0x9011, "+02:00"), (0x9291, "250")])
        #expect(try facts(full).date == "2024-05-01T12:33:10.250+02:00")
        for (fraction, shown) in [("5 ", ".5"), ("x", ""), ("", "")] {
            let block = Block(detail: [(0x9003, "2024:05:01 12:33:10"), (0x9291, fraction)])
            #expect(try facts(block).date == "2024-05-01T12:33:10" + shown)
        }
        #expect(try facts(Block(detail: [(0x9003, "0000:00:00 00:00:00"), (0x9291, "12")])).date == nil)
        #expect(try facts(Block()).date == nil)
    }

    @Test("places on all four sides of zero, with the height below the sea")
    func places() throws {
        let n = [(52, 1), (31, 1), (1234, 100)]
        let e = [(13, 1), (24, 1), (0, 1)]
        for (ns, ew, a, b) in [("N", "E", 1.0, 1.0), ("S", "W", -1, -1), ("s", "e", -1, 1)] {
            let found = try facts(place(n, ns, e, ew))
            #expect(abs((found.latitude ?? 0) - a * (52 + 31.0 / 60 + 12.34 / 3600)) < 1e-9)
            #expect(abs((found.longitude ?? 0) - b * 13.4) < 1e-9)
            #expect(found.altitude == -12.3)
        }
    }

    @Test("places that cannot be are absent")
    func noPlaces() throws {
        let fine = [(1, 1), (1, 1), (1, 1)]
        for bad in [[(91, 1), (0, 1), (0, 1)], [(1, 0), (1, 1), (1, 1)], [(1, 1), (99, 1), (0, 1)], [(1, 1)]] {
            #expect(try facts(place(bad, "N", fine, "E")).latitude == nil)
        }
        let zero = [(0, 1), (0, 1), (0, 1)]
        #expect(try facts(place(zero, "N", zero, "E")).latitude == nil)
        #expect(try facts(Block(place: [(2, 5, Block.fractions(fine))])).latitude == nil)
    }

    @Test("XMP is asked where EXIF says nothing")
    func fromXMP() throws {
        let xmp = """
            <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
             xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:DateTimeOriginal='2001-02-03T04:05:06Z'
             exif:GPSLatitude='52,30.6S' exif:GPSLongitude='13,24,36E'/></rdf:RDF>
            """
        let found = try facts(Block(), xmp: xmp)
        #expect(found.date == "2001-02-03T04:05:06Z")
        #expect(abs((found.latitude ?? 0) + 52.51) < 1e-9)
        #expect(abs((found.longitude ?? 0) - 13.41) < 1e-9)
        let dated = try facts(Block(detail: [(0x9003, "2024:05:01 12:33:10")]), xmp: xmp)
        #expect(dated.date == "2024-05-01T12:33:10")
        for bad in ["91,0N", "1,60N", "1,2,3,4N", "N", "", "1,-1N", "nanN", "1,2X"] {
            let changed = xmp.replacingOccurrences(of: "52,30.6S", with: bad)
            #expect(try facts(Block(), xmp: changed).latitude == nil, "\(bad)")
        }
    }

    @Test("a block cut anywhere or changed in any byte gives something or nothing, never a crash")
    func hostile() throws {
        let good = place([(52, 1), (31, 1), (0, 1)], "N", [(13, 1), (24, 1), (0, 1)], "E").bytes
        for length in 0..<good.count { _ = CaptureFacts(exif: Array(good[..<length])) }
        for i in good.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF] {
                var bytes = good
                bytes[i] = value
                let found = CaptureFacts(exif: bytes)
                if let north = found.latitude { #expect(abs(north) <= 90) }
            }
        }
    }
}
