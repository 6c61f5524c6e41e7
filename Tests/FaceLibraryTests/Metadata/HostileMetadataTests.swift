import FaceCore
import FaceLibrary
import FaceTestSupport
import FaceVision
import Foundation
import Testing

@Suite("Metadata that lie")
struct HostileMetadataTests {
    /// What reading a photo with this sidecar complains of; nil when all was understood.
    private func problem(_ sidecar: [UInt8], _ folder: TemporaryFolder) throws -> LikenessError? {
        let photo = folder.file("a.jpg")
        if !FileManager.default.fileExists(atPath: photo) {
            try PhotoFixture.write(PhotoFixture.jpeg(Raster(width: 16, height: 16)), photo)
        }
        try PhotoFixture.write(sidecar, photo + ".xmp")
        return try PhotoEvidence(photo: photo).problems.first
    }

    @Test("bombs, entities and files of others are refused, quickly")
    func bombs() throws {
        let folder = try TemporaryFolder()
        let deep = String(repeating: "<a>", count: 100_000)
        let wide = "<a>" + String(repeating: "<b/>", count: 300_000) + "</a>"
        let spaces = (0..<900).map { " xmlns:p\($0)='u'" }.joined()
        let tables = "<a\(spaces)>" + String(repeating: "<b xmlns:q='v'/>", count: 100_000) + "</a>"
        let texts = [
            "<!DOCTYPE a [<!ENTITY b 'cccc'>]><a>&b;</a>",
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
            "<!DOCTYPE a SYSTEM 'http://127.0.0.1/x.dtd'><a/>", "<a>&b;</a>", deep, wide, tables,
            "<a " + (0..<2000).map { "b\($0)='1'" }.joined(separator: " ") + "/>",
            "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>&#99999999999;</a>", "<a b='&lt'/>",
        ]
        let clock = ContinuousClock()
        for text in texts {
            var error: LikenessError?
            let time = try clock.measure { error = try problem(Array(text.utf8), folder) }
            #expect(error?.code.description == "metadata-broken", "\(text.prefix(60))")
            #expect(time < .seconds(60), "\(text.prefix(60))")
        }
    }

    @Test("what is no XML is refused")
    func broken() throws {
        let folder = try TemporaryFolder()
        let texts = [
            "", " ", "x", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a/>x", "<a b/>", "<a b=1/>", "<a b='1/>",
            "<a b='1' b='2'/>", "<a b='1'c='2'/>", "<a b='<'/>", "<p:a/>", "<a p:b='1'/>", "<a:b:c/>", "<1a/>",
            "<a><!-- </a>",
            "<a><![CDATA[x</a>", "<?x", "<a>&</a>",
        ]
        for text in texts {
            #expect(try problem(Array(text.utf8), folder)?.code.description == "metadata-broken", "\(text)")
        }
        #expect(try problem([0xFF, 0xFE, 0x3C, 0x00], folder) != nil)
        #expect(try problem(Array("<a>".utf8) + [0xC0, 0x80] + Array("</a>".utf8), folder) != nil)
        for text in ["<a/>", "\u{FEFF}<a/>\n", "<a>\n<![CDATA[<]]>&#x41;</a><!-- x --><?y?>\0\0", "<a xmlns='u'>é</a>"]
        {
            #expect(try problem(Array(text.utf8), folder) == nil, "\(text)")
        }
    }

    @Test("a sidecar cut anywhere, or with any byte changed, never crashes and never keeps the photo from being read")
    func mutations() throws {
        let folder = try TemporaryFolder()
        let good = Array(XMPSamples.digiKam(width: 16, height: 16).utf8)
        for length in stride(from: 0, to: good.count, by: 7) { _ = try problem(Array(good[..<length]), folder) }
        var random = SeededRandom(seed: 5)
        for _ in 0..<1500 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try problem(bytes, folder)
            // writing either succeeds with something readable, or says why not
            let photo = folder.file("a.jpg")
            let face = NamedFace(name: "A", box: Box(x: 0.1, y: 0.1, width: 0.2, height: 0.2))
            if let change = try? SidecarChange(photo: photo, faces: [face]) {
                #expect(try problem(change.after, folder) == nil, "\(String(decoding: change.after, as: UTF8.self))")
            }
        }
    }

    @Test("a JPEG with segments that lie gives what can be had")
    func segments() throws {
        let folder = try TemporaryFolder()
        let photo = folder.file("b.jpg")
        let xmp = XMPSamples.one("A", x: 0.5, y: 0.5, w: 0.2, h: 0.2)
        let good = try PhotoFixture.jpeg(
            Raster(width: 16, height: 16), exif: PhotoFixture.exif(orientation: 6), app1: [PhotoFixture.packet(xmp)])
        var random = SeededRandom(seed: 6)
        for round in 0..<1500 {
            var bytes = good
            let head = min(bytes.count, 900)
            for _ in 0..<3 {
                bytes[Int.random(in: 3..<head, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if round % 3 == 0 { bytes = Array(bytes.prefix(Int.random(in: 4..<bytes.count, using: &random))) }
            try PhotoFixture.write(bytes, photo)
            let evidence = try PhotoEvidence(photo: photo)
            #expect((1...8).contains(evidence.orientation))
            for region in evidence.regions {
                let box = region.box
                #expect(box.x >= 0 && box.y >= 0 && box.right <= 1.0001 && box.bottom <= 1.0001)
            }
        }
    }

    @Test("a region list of a hundred thousand faces is cut")
    func manyRegions() throws {
        let folder = try TemporaryFolder()
        let area = "<m:Area a:x='X' a:y='0.5' a:w='0.001' a:h='0.9'/>"
        let item = "<rdf:li><rdf:Description m:Type='Face'>\(area)</rdf:Description></rdf:li>"
        let items = (0..<30_000).map { item.replacingOccurrences(of: "X", with: "\(Double($0) / 30_000)") }.joined()
        let xmp = """
            <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
             xmlns:m='http://www.metadataworkinggroup.com/schemas/regions/' xmlns:a='http://ns.adobe.com/xmp/sType/Area#'>
            <m:Regions><rdf:Description><m:RegionList><rdf:Bag>\(items)</rdf:Bag></m:RegionList></rdf:Description></m:Regions>
            </rdf:Description></rdf:RDF>
            """
        #expect(try problem(Array(xmp.utf8), folder) == nil)
        #expect(try PhotoEvidence(photo: folder.file("a.jpg")).regions.count <= 1000)
    }
}
